"""Files that PostgreSQL writes by COPY: cells, numbers, words and styles (M11, T32)."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, DateField, F, Func, IntegerField, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.test import RequestFactory
from django.utils.translation import gettext_lazy, override
from hypothesis import example, given, settings
from hypothesis import strategies as st

from access.copying import Column, Document, Kind, neutral, style_for
from access.copying.cells import BEFORE_IT, STARTS_A_FORMULA, neutral_sql
from access.copying.styles import COMMA, PLAIN, POINT
from access.models import Attempt
from access.web.csv import style_of
from tests.access.copied import amount, cells, rows_of, written

MARKS = "".join(STARTS_A_FORMULA) + BEFORE_IT + ";,aZ0"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
RISKY = st.text(st.sampled_from(MARKS.replace("\x00", "")), max_size=6)


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, database=None)
@given(texts=st.lists(TEXTS | RISKY, min_size=1, max_size=30))
@example(texts=[first + sign for first in ("", *BEFORE_IT[:3]) for sign in "=+-@\t\r\n＝＋－＠"])
@example(texts=[" \t", "\t", "\u3000\ufeff＝1", "'='", "", "'", '"'])
def test_the_database_neutralises_as_the_rule_does(texts) -> None:
    """T32: the SQL is held to the pure function."""
    sql, values = neutral_sql("text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM unnest(%s::text[]) AS text", [*values, texts])  # noqa: S608
        assert [found or "" for (found,) in cursor.fetchall()] == [neutral(text) for text in texts]


@pytest.mark.django_db
def test_every_first_character_is_judged_as_the_rule_does() -> None:
    texts = [chr(code) + "=1" for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    sql, values = neutral_sql("text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text, {sql} FROM unnest(%s::text[]) AS text", [*values, texts])  # noqa: S608
        wrong = [text for text, found in cursor.fetchall() if found != neutral(text)]
    assert wrong == []


@pytest.mark.django_db
def test_no_text_of_the_database_holds_a_nul() -> None:
    with pytest.raises((DatabaseError, ValueError), match="NUL"), transaction.atomic():
        rows_of("\x00=1")


@pytest.mark.django_db
def test_hostile_names_come_out_as_they_are_but_for_formulas() -> None:
    names = [
        "Garage; Nord, SA",
        'Hôtel "Bellevue"',
        "two\nlines",
        "two\r\nlines",
        "two\rlines",
        "=HYPERLINK(1)",
        " ＝1",
        "مرحبا \u202e;x",
        "Vélo 🚲👩‍👩‍👧",
        "\\.",
        "\\N",
        "NULL",
        "100 %s %% {}",
        "",
    ]
    found = cells([Column("Name", "subject"), Column("Key", "count")], rows_of(*names))
    assert [name for name, _key in found[1:]] == [neutral(name) for name in names]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("style", "line"),
    [
        (COMMA, "-52,08;-1234567,00;-3;2,5"),
        (POINT, "-52.08;-1234567.00;-3;2.5"),
        (PLAIN, "-52.08,-1234567.00,-3,2.5"),
    ],
)
def test_negative_amounts_stay_numbers(style, line) -> None:
    """T32; money has its two decimals, a number those that it is kept with."""
    columns = [
        Column("Cashback", amount("-52.08"), Kind.MONEY),
        Column("Whole", Value(-1234567, IntegerField()), Kind.MONEY),
        Column("Quantity", Value(-3, IntegerField()), Kind.NUMBER),
        Column("Rate", amount("2.5", 1), Kind.NUMBER),
    ]
    assert written(columns, rows_of("one"), style).decode().splitlines()[1] == line


@pytest.mark.django_db
@pytest.mark.parametrize("style", [COMMA, POINT, PLAIN])
def test_only_numbers_have_the_styles_decimal_sign(style) -> None:
    """Full stops of texts, words and headers stay, beside amounts that have a comma."""
    names = ["12.50", "-1.5", "a.b, c.d; e.", '"1.5;2.5"', "x\r\n1.5\n2.5", ".", "known"]
    columns = [
        Column("No.", "subject"),
        Column("Kind", "subject", Kind.LABEL, labels={"known": "approx. 1.5"}),
        Column("Net", amount("-1234.50"), Kind.MONEY),
    ]
    net = "-1234,50" if style is COMMA else "-1234.50"
    texts = [str(neutral(name)) for name in names]
    assert cells(columns, rows_of(*names), style) == [
        ["No.", "Kind", "Net"],
        *[[text, text, net] for text in texts[:-1]],
        ["known", "approx. 1.5", net],
    ]


@pytest.mark.django_db
def test_a_text_is_no_number_by_being_called_one() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Document([Column("Net", "subject", Kind.MONEY)], rows_of("=1"), COMMA)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("Europe/Zurich", "2026-05-31T14:05:09+02:00", "2026-01-01T00:59:59+01:00"),
        ("Asia/Kolkata", "2026-05-31T17:35:09+05:30", "2026-01-01T05:29:59+05:30"),
        ("America/New_York", "2026-05-31T08:05:09-04:00", "2025-12-31T18:59:59-05:00"),
    ],
)
def test_days_and_moments_in_the_portals_time_zone(settings, zone, summer, winter) -> None:
    """docs/exports.md; a second that has begun is written, as Python writes it."""
    settings.TIME_ZONE = zone
    newyear = datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    columns = [
        Column("Day", Value(date(2026, 5, 31), DateField()), Kind.DATE),
        Column("Summer", "window_started_at", Kind.MOMENT),
        Column("Winter", Value(newyear), Kind.MOMENT),
    ]
    assert cells(columns, rows_of("one"))[1] == ["2026-05-31", summer, winter]


@pytest.mark.django_db
def test_a_second_that_has_begun_in_any_century() -> None:
    moments = [datetime(1999, 12, 31, 22, 0, 1, tzinfo=UTC), datetime(1985, 1, 1, 0, 0, 0, 1, UTC)]
    columns = [Column(str(at), Value(at), Kind.MOMENT) for at in moments]
    found = cells(columns, rows_of("one"))[1]
    assert found == ["1999-12-31T23:00:01+01:00", "1985-01-01T01:00:00+01:00"]


@pytest.mark.django_db
def test_nothing_is_an_empty_cell() -> None:
    none = Func(Value(""), Value(""), function="NULLIF")
    columns = [Column("A", none), Column("B", none, Kind.LABEL, labels={"x": "y"})]
    assert written(columns, rows_of("one")) == "\ufeffA;B\r\n;\r\n".encode()


@pytest.mark.django_db
def test_labels_and_headers_are_in_the_readers_language() -> None:
    labels = {"draft": gettext_lazy("Yes"), "=x": "=bad", "it's": "100 %"}
    columns = [Column(gettext_lazy("Name"), "subject", Kind.LABEL, labels=labels)]
    rows = rows_of("draft", "=x", "it's", "=unknown", "unknown")
    with override("fr"):
        found = cells(columns, rows)
    assert found == [["Nom"], ["Oui"], ["'=bad"], ["100 %"], ["'=unknown"], ["unknown"]]


@pytest.mark.django_db
def test_labels_of_truth_and_numbers() -> None:
    positive = Case(When(count__gt=0, then=Value(True)), default=Value(False))
    columns = [
        Column("Positive", positive, Kind.LABEL, labels={True: "yes", False: "no"}),
        Column("Number", "count", Kind.LABEL, labels=[(0, "none"), (1, "one")]),
    ]
    assert cells(columns, rows_of("a", "b", "c"))[1:] == [
        ["no", "none"],
        ["yes", "one"],
        ["yes", "2"],
    ]


@pytest.mark.django_db
def test_order_slices_filters_and_annotations_of_the_queryset_hold() -> None:
    rows = rows_of(*"abcde").annotate(twice=F("count") * 2).filter(twice__gte=2)
    columns = [Column("Name", "subject"), Column("Twice", "twice", Kind.NUMBER)]
    found = cells(columns, rows.order_by("-count")[:3])
    assert found[1:] == [["e", "8"], ["d", "6"], ["c", "4"]]


@pytest.mark.django_db
def test_rows_that_look_the_same_are_all_there() -> None:
    rows = rows_of("a", "b", "c").order_by().distinct()
    assert len(cells([Column("Same", Value("x"))], rows)) == 4


@pytest.mark.django_db
def test_sums_by_group() -> None:
    rows = (
        rows_of("a", "b", "c").order_by().values("window_started_at").annotate(total=Sum("count"))
    )
    columns = [
        Column("When", "window_started_at", Kind.MOMENT),
        Column("Sum", "total", Kind.NUMBER),
    ]
    assert cells(columns, rows)[1:] == [["2026-05-31T14:05:09+02:00", "3"]]


@pytest.mark.django_db
def test_no_rows_are_a_file_of_headers() -> None:
    columns = [Column("Name; first", "subject")]
    for rows in (Attempt.objects.none(), Attempt.objects.all()):
        assert written(columns, rows) == '\ufeff"Name; first"\r\n'.encode()


@pytest.mark.django_db
@pytest.mark.parametrize("rows", ["SELECT 1", [("x",)], None])
def test_rows_come_from_a_queryset_only(rows) -> None:
    with pytest.raises(TypeError):
        Document([Column("A", "subject")], rows, COMMA)


@pytest.mark.django_db
def test_rows_do_not_come_from_sql_in_a_string() -> None:
    with pytest.raises(TypeError):
        Document([Column("A", RawSQL("version()", []))], Attempt.objects.all(), COMMA)
    with pytest.raises(TypeError):
        Document([Column("A", "subject")], Attempt.objects.raw("SELECT 1"), COMMA)
    with pytest.raises(Exception, match=r"Cannot resolve keyword|contain"):
        Document([Column("A", "version()")], Attempt.objects.all(), COMMA)


@pytest.mark.parametrize(
    ("language", "country", "wanted", "style"),
    [
        ("fr", "FR", "", COMMA),
        ("fr", "CH", "", COMMA),
        ("de", "DE", "", COMMA),
        ("de-ch", "", "local", COMMA),
        ("de", "CH", "local", POINT),
        ("it", "CH", "local", POINT),
        ("it", "IT", "local", COMMA),
        ("es", "ES", "local", COMMA),
        ("en", "CH", "local", PLAIN),
        ("fr", "CH", "plain", PLAIN),
        ("en", "CH", "comma", COMMA),
        ("fr", "CH", "point", POINT),
        ("fr", "CH", "=1", COMMA),
    ],
)
def test_the_style_is_the_readers(language, country, wanted, style) -> None:
    assert style_for(language, country=country, wanted=wanted) == style


def test_the_style_goes_by_language_country_and_choice(world) -> None:
    actor = world.actor("lea", "clinique-belmont")
    with override("de"):
        assert style_of(RequestFactory().get("/"), actor) == POINT
        assert style_of(RequestFactory().get("/?format=plain"), actor) == PLAIN
