"""The grant on one product is found by a hash index, built beside people's work (CONCURRENTLY, and
thus outside a transaction). The tree of the same column goes: the unique constraint has one. A build
that was broken off leaves an index behind that nobody can use: it goes first, so that the migration
can be run again.

Django's own AlterField would drop the foreign key, in a statement of its own, and make it anew:
broken off in between, it would be lost. So the index goes by its name.
"""

import django.db.models.deletion
from django.db import migrations, models

BY_PRODUCT = """
    CREATE INDEX CONCURRENTLY grant_on_product ON access_productgrouppermission
    USING hash (content_object_id)
"""
DROP_BY_PRODUCT = "DROP INDEX CONCURRENTLY IF EXISTS grant_on_product"

TREE = """
    CREATE INDEX CONCURRENTLY access_productgrouppermission_content_object_id_3cf2d78e
    ON access_productgrouppermission (content_object_id)
"""
DROP_TREE = """
    DROP INDEX CONCURRENTLY IF EXISTS access_productgrouppermission_content_object_id_3cf2d78e
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("access", "0009_labels_of_the_staff"),
        ("clients", "0005_lists_at_a_million"),
    ]

    operations = [
        migrations.RunSQL([DROP_BY_PRODUCT, BY_PRODUCT], [DROP_BY_PRODUCT]),
        migrations.RunSQL(
            [DROP_TREE],
            [DROP_TREE, TREE],
            state_operations=[
                migrations.AlterField(
                    model_name="productgrouppermission",
                    name="content_object",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partner_grants",
                        to="clients.product",
                    ),
                )
            ],
        ),
    ]
