from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_rebilling"),
        ("clients", "0003_console_accounts_and_confirmed_payers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="title")),
                (
                    "since",
                    models.DateField(
                        help_text="The first day of the orders that it is tried on.",
                        verbose_name="orders from",
                    ),
                ),
                (
                    "until",
                    models.DateField(help_text="The last day, included.", verbose_name="orders to"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "published_from",
                    models.DateField(editable=False, null=True, verbose_name="counts from"),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="published at"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "what if",
                "verbose_name_plural": "what if",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="WhatIfRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        default=None,
                        max_digits=5,
                        null=True,
                        verbose_name="partner rate in percent",
                    ),
                ),
                (
                    "tiers",
                    models.JSONField(
                        blank=True, default=None, null=True, verbose_name="volume tiers"
                    ),
                ),
                (
                    "product_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.producttype",
                        verbose_name="product type",
                    ),
                ),
                (
                    "what_if",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="billing.whatif",
                    ),
                ),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "ordering": ["product_type__category__position", "product_type__position", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="whatif",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("since"))), name="what_if_over_some_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatif",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_at__isnull", True),
                    ("published_from__isnull", False),
                    _connector="OR",
                ),
                name="published_what_if_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatifrow",
            constraint=models.UniqueConstraint(
                fields=("what_if", "product_type"), name="one_change_a_product_type"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatifrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("percent__isnull", True),
                    models.Q(("percent__gte", 0), ("percent__lte", Decimal("35"))),
                    _connector="OR",
                ),
                name="rate_tried_within_limits",
            ),
        ),
    ]
