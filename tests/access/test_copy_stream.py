"""Files that PostgreSQL writes by COPY: connections, readers who hang up, errors, limits (M11)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.models import F, Func, IntegerField, Value
from django.test import RequestFactory
from django.utils.translation import override

from access.copying import Column, Document, Incomplete, Kind
from access.copying.styles import COMMA
from access.models import Attempt
from access.web.csv import EXPORTS, copy_response, export
from tests.access.copied import rows_of


@pytest.mark.django_db
def test_a_file_inside_a_transaction_leaves_it_as_it_was() -> None:
    """It sees what the transaction wrote, other queries go on, and its settings are set back."""
    rows = rows_of(*map(str, range(2000)))
    document = Document([Column("Name", "subject")], rows, COMMA)
    assert Attempt.objects.count() == 2000
    rows_of("another")
    assert len(b"".join(document).splitlines()) == 2001
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('TimeZone'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("UTC", "0")


@pytest.mark.django_db(transaction=True)
def test_a_reader_who_hangs_up_leaves_nothing_behind() -> None:
    """The query ends with the reader, and the request's own connection was free all along."""
    rows_of(*("x" * 100 + str(number) for number in range(100_000)))
    response = copy_response("x.csv", [Column("Name", "subject")], Attempt.objects.all(), COMMA)
    chunks = iter(response.streaming_content)
    for _time in range(3):
        next(chunks)
        assert Attempt.objects.filter(count=5).count() == 1
    assert copies() == 1
    response.close()
    assert copies() == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_that_nobody_reads_is_closed_with_its_response() -> None:
    rows_of(*map(str, range(5000)))
    response = copy_response("x.csv", [Column("Name", "subject")], Attempt.objects.all(), COMMA)
    response.close()
    assert copies() == 0


@pytest.mark.django_db(transaction=True)
def test_an_error_at_the_start_is_the_pages() -> None:
    rows_of("a")
    fails = Column("Bad", Value(1) / (F("count") * 0), Kind.NUMBER)
    with pytest.raises(DatabaseError, match="division by zero"):
        copy_response("x.csv", [fails], Attempt.objects.all(), COMMA)
    assert copies() == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_that_breaks_off_says_so_and_does_not_end_well() -> None:
    rows_of(*("x" * 100 + str(number) for number in range(5000)))
    fails = Column("Bad", Value(1) / (F("count") - 3000), Kind.NUMBER)
    document = Document([Column("Name", "subject"), fails], Attempt.objects.all(), COMMA)
    received = []
    with override("en"), pytest.raises(Incomplete):
        received.extend(document)
    assert len(received) > 1
    assert received[-1] == b"This file is not complete: please fetch it again.\r\n"
    assert copies() == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_takes_so_long_and_no_longer() -> None:
    rows_of("a")
    slow = Func(Value(30), function="pg_sleep", output_field=IntegerField())
    rows = Attempt.objects.annotate(slept=slow)
    with pytest.raises(DatabaseError, match="statement timeout"):
        Document([Column("Slept", "slept")], rows, COMMA, longest=timedelta(seconds=0.2))
    assert copies() == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_writes_nothing() -> None:
    rows_of("a")
    writes = Func(Value("x"), function="nextval", output_field=IntegerField())
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE x")
    try:
        with pytest.raises(DatabaseError, match="read-only"):
            Document([Column("Next", writes)], Attempt.objects.all(), COMMA)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE x")


def copies() -> int:
    """How many COPYs run in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state <> 'idle' AND query LIKE 'COPY %%'",
            [],
        )
        return cursor.fetchone()[0]


def test_a_person_fetches_so_many_files_an_hour(world) -> None:
    """A limit of the threats' list; one person's files do not count for another."""
    view = export(lambda request: "file")
    request = RequestFactory().get("/")
    request.actor, request.user = None, world.person("lea")
    assert [view(request) for _time in range(EXPORTS)] == ["file"] * EXPORTS
    refusal = view(request)
    assert refusal.status_code == 429
    assert 0 < int(refusal.headers["Retry-After"]) <= 3600
    request.user = world.person("clara")
    assert view(request) == "file"
