from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_ordering"), ("partners", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PartnerTurnover",
            fields=[],
            options={
                "verbose_name": "turnover of a partner",
                "verbose_name_plural": "turnover of partners",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("partners.partner",),
        ),
    ]
