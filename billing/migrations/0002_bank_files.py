import access.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("name", models.CharField(max_length=150, verbose_name="file")),
                ("kind", models.CharField(max_length=8, verbose_name="kind")),
                ("message_id", models.CharField(max_length=35, verbose_name="the bank's number")),
                ("accounts", models.CharField(max_length=300, verbose_name="account")),
                ("made_at", models.DateTimeField(verbose_name="made by the bank at")),
                (
                    "entries",
                    models.PositiveIntegerField(
                        help_text="All, debits included.", verbose_name="movements"
                    ),
                ),
                (
                    "known",
                    models.PositiveIntegerField(
                        help_text="Reported by an earlier file: not booked again.",
                        verbose_name="already known",
                    ),
                ),
                (
                    "pending",
                    models.PositiveIntegerField(
                        help_text="Not booked by the bank.", verbose_name="announced"
                    ),
                ),
                (
                    "imported_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="imported at"),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="imported by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank file",
                "verbose_name_plural": "bank files",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="BankMovement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=access.ids.public_id, editable=False, max_length=16, unique=True
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=100, unique=True)),
                ("account", models.CharField(max_length=34, verbose_name="account")),
                ("booked_on", models.DateField(verbose_name="booked on")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="amount"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "reference",
                    models.CharField(blank=True, max_length=27, verbose_name="payment reference"),
                ),
                ("payer_name", models.CharField(blank=True, max_length=140, verbose_name="payer")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "bank_reference",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="the bank's reference"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Not looked at yet"),
                            ("booked", "Booked"),
                            ("unmatched", "Unmatched"),
                            ("set_aside", "Set aside"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "mismatch",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_reference", "It carries no payment reference."),
                            ("unknown_reference", "Nothing of ours has this payment reference."),
                            ("currency", "It is in another currency than what it pays."),
                            ("reversal", "It takes an earlier payment back."),
                            (
                                "bundle",
                                "Several payments in one sum: import the notification (camt.054).",
                            ),
                            ("request_closed", "The top-up that it pays does not wait any more."),
                        ],
                        max_length=20,
                        verbose_name="why",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movement",
                        to="billing.entry",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="billing.bankfile",
                        verbose_name="bank file",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.invoice",
                        verbose_name="invoice",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movement",
                        to="billing.payment",
                    ),
                ),
                (
                    "asked",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.moneyrequest",
                        verbose_name="request",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank movement",
                "verbose_name_plural": "bank movements",
                "ordering": ["-booked_on", "-pk"],
                "indexes": [
                    models.Index(
                        fields=["state", "-booked_on"], name="billing_ban_state_c222b3_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="movement_above_zero"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "booked"),
                                models.Q(
                                    ("payment__isnull", False),
                                    ("entry__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                models.Q(("state", "booked"), _negated=True),
                                ("payment__isnull", True),
                                ("entry__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="booked_movement_has_its_booking",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "set_aside"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="set_aside_with_a_reason",
                    ),
                ],
            },
        ),
    ]
