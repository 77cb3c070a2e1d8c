from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_renewal_runs")]

    operations = []
