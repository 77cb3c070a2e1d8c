import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_index_of_refused_acts"),
        ("billing", "0004_what_if"),
        ("clients", "0003_console_accounts_and_confirmed_payers"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenewalRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                (
                    "products",
                    models.PositiveIntegerField(default=0, verbose_name="products renewed"),
                ),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, verbose_name="products not renewed"),
                ),
            ],
            options={
                "verbose_name": "renewal run",
                "verbose_name_plural": "renewal runs",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["day", "-id"], name="billing_ren_day_b723c2_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("day",),
                        name="one_open_run_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="renewal of")),
                (
                    "fault",
                    models.CharField(
                        choices=[
                            ("no_price", "No price in the payer’s currency and this period"),
                            ("no_vat", "No VAT rate counts on this day"),
                            ("twice", "This term was renewed before"),
                            ("too_many", "More products on one line than a line may hold"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                (
                    "first_failed_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="first tried at"),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_failures",
                        to="clients.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="failed",
                        to="billing.renewalrun",
                        verbose_name="last tried by the run of",
                    ),
                ),
            ],
            options={
                "verbose_name": "product not renewed",
                "verbose_name_plural": "products not renewed",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "starts_on"), name="one_failure_a_term"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalUnits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("units", models.PositiveIntegerField()),
                (
                    "payer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.organisation",
                    ),
                ),
                (
                    "product_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clients.producttype",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="billing.renewalrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "payer", "product_type"), name="one_count_a_payer_and_type"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalWish",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wished_renewals",
                        to="billing.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "product"), name="wished_once_a_line")
                ],
            },
        ),
    ]
