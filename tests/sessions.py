"""Sessions on a test's database that outlive the request or thread that opened them."""

from django.db import connection


def end_other_sessions() -> None:
    """Ends every session on this test's database but our own: PostgreSQL neither drops nor copies
    a database while there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
