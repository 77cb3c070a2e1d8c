"""Words of products' names are found accents aside, as all that is searched. The new index is built
beside people's work (CONCURRENTLY, and thus outside a transaction) before the old one goes; a
build that was broken off goes first, so that the migration can be run again.
"""

from django.db import migrations

FROM = (
    "àáâãäåçèéêëìíîïðñòóôõöøùúûüýÿāăąćĉċčďđēĕėęěĝ"
    "ğġģĥĩīĭįİıĵķĺļľłńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżžșț"
)
TO = (
    "aaaaaaceeeeiiiidnoooooouuuuyyaaaccccddeeeeeg"
    "ggghiiiiiijkllllnnnooorrrssssttuuuuuuwyzzzst"
)
# The same expression stands in clients/reached.py.
PLAIN = f"translate(replace(replace(replace(lower(name), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), '{FROM}', '{TO}')"
WORDS = f"""
    CREATE INDEX CONCURRENTLY products_by_plain_words ON clients_product
    USING gin (to_tsvector('simple', regexp_replace({PLAIN}, '[^[:alnum:]]+', ' ', 'g')))
"""
DROP_WORDS = "DROP INDEX CONCURRENTLY IF EXISTS products_by_plain_words"

OLD = """
    CREATE INDEX CONCURRENTLY products_by_words ON clients_product
    USING gin (to_tsvector('simple', regexp_replace(name, '[^[:alnum:]]+', ' ', 'g')))
"""
DROP_OLD = "DROP INDEX CONCURRENTLY IF EXISTS products_by_words"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("clients", "0005_lists_at_a_million")]

    operations = [
        migrations.RunSQL([DROP_WORDS, WORDS], [DROP_WORDS]),
        migrations.RunSQL([DROP_OLD], [DROP_OLD, OLD]),
    ]
