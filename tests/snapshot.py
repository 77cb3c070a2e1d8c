"""What the test database holds at the start, brought back after each test that really commits.

Django empties the database after such a test, and every table would have to be filled anew: by the
services, which takes longer than most of those tests. The rows are copied back instead.
"""

from collections.abc import Callable

from django.db import connection, transaction


class Snapshot:
    """The rows of every table, as they are when it is made. Needs a superuser of PostgreSQL,
    since foreign keys and triggers (of tables that only grow) stand aside while rows return."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
            self._rows = {name: b"".join(self._read(cursor, name)) for name in names}
            cursor.execute(
                "SELECT quote_ident(sequencename), last_value FROM pg_sequences"
                " WHERE schemaname = current_schema() AND last_value IS NOT NULL"
            )
            self._given = dict(cursor.fetchall())

    def restore(self) -> None:
        """The database as it was; numbers that sequences have given are not given again, even
        where a test emptied the tables and began them anew."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(";".join(f'DELETE FROM "{name}"' for name in self._rows))  # noqa: S608 - ours
            for name, rows in self._rows.items():
                if rows:
                    with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                        copy.write(rows)
            for name, given in self._given.items():
                cursor.execute(
                    f"SELECT setval('{name}', greatest(last_value, %s)) FROM {name}",  # noqa: S608 - ours
                    [given],
                )

    @staticmethod
    def _read(cursor: object, name: str) -> list[bytes]:
        with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:  # type: ignore[attr-defined]
            return [bytes(part) for part in copy]


def restoring(snapshot: Snapshot) -> Callable[[object], None]:
    """What takes the place of `TransactionTestCase._fixture_teardown`."""

    def _fixture_teardown(_self: object) -> None:
        snapshot.restore()

    return _fixture_teardown


def superuser() -> bool:
    """Whether this user may make a snapshot that can be restored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])
