"""What is written down: whose it is, and never a secret (T4; docs/monitoring.md)."""

import io
import json
import logging
import logging.config
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from access.models import User
from portal import environment, logs, observing
from portal.redaction import HIDDEN, looks_random, redacted
from portal.views import server_error
from tests.world import World


class Log:
    """The log as production writes it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]

    @property
    def request(self) -> dict[str, Any]:
        """The line of the one request."""
        [line] = self.of("portal.requests")
        return line


@pytest.fixture
def log() -> Iterator[Log]:
    found = Log()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


# ---- Requests --------------------------------------------------------------------------------


def test_a_request_has_one_line_that_says_whose_it_was(world: World, log: Log) -> None:
    browser, gina = world.client("gina"), world.person("gina")
    product = world.organisation("garage-nord").products.first()
    log.stream.truncate(0)
    log.stream.seek(0)
    answer = browser.get(f"/o/garage-nord/products/{product.public_id}/?q=canary")
    line = log.request
    assert line["message"] == "GET product 200"
    assert line["person"] == gina.pk
    assert line["organisation"] == "garage-nord"
    assert (line["method"], line["route"], line["status"]) == ("GET", "product", 200)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["ms"] >= line["database_ms"] > 0
    assert line["queries"] > 0
    assert set(line) <= set(logs.FIELDS)
    assert product.public_id not in log.text


@pytest.mark.django_db
def test_nobodys_request_names_nobody(client: Client, log: Log) -> None:
    client.get("/accounts/login/")
    assert not {"person", "organisation"} & set(log.request)


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_not_written(client: Client, log: Log) -> None:
    client.get("/no/such/canary-page/")
    assert log.request["route"] == "none"
    assert "canary-page" not in log.text


@pytest.mark.django_db
def test_djangos_own_records_name_the_route_and_the_request(client: Client, log: Log) -> None:
    answer = client.post("/healthz")
    lines = log.of("django.request")  # also what Django says when all middleware is done
    assert lines[0]["message"] == "Method Not Allowed (POST): healthz"
    assert {line["request_id"] for line in lines} == {answer["X-Request-ID"]}


def test_what_is_asked_all_the_time_is_written_when_it_is_wrong(log: Log, client: Client) -> None:
    client.get("/healthz")
    assert log.request["level"] == "DEBUG"


# ---- Ids -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (1, "0123456789abcdef0123456789abcdef", True),
        (1, "a-b.c_d9", True),
        (0, "0123456789abcdef", False),  # from who knows whom
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "has blanks and more", False),
        (1, "line\tbreaks", False),
        (1, '"quoted-and-more', False),
        (1, "", False),
    ],
)
def test_whose_id_counts(client: Client, settings, proxies: int, given: str, taken: bool) -> None:
    settings.TRUSTED_PROXIES = proxies
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is taken
    assert logs.WELL_FORMED.fullmatch(answer["X-Request-ID"])


def test_each_request_has_an_id_of_its_own(client: Client) -> None:
    assert len({client.get("/healthz")["X-Request-ID"] for _ in range(20)}) == 20
    assert logs.request_id() == ""


def test_the_page_of_a_failure_shows_the_id(rf: RequestFactory, log: Log) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        return server_error(request)

    answer = observing.ObservingMiddleware(fail)(rf.get("/"))
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.content.decode()
    assert log.request["request_id"] == answer["X-Request-ID"]


def test_a_failure_of_that_page_itself_is_on_record(rf: RequestFactory, log: Log) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise ValueError("The page about the failure failed, too.")

    with pytest.raises(ValueError, match="failed, too"):
        observing.ObservingMiddleware(fail)(rf.get("/"))
    assert log.request["status"] == 500
    assert logs.request_id() == ""


def test_outside_a_request_the_page_has_no_empty_reference(rf: RequestFactory) -> None:
    assert b"<code>" not in server_error(rf.get("/")).content


# ---- Nothing secret --------------------------------------------------------------------------

CANARY = "Zx9" + "Kq4Wm7Rt2Lp8Vn3Jd6Hs5" * 2  # looks as our tokens do
PATHS = [
    f"/invitations/{CANARY}/",
    f"/join/{CANARY}/",
    f"/mails/stop/{CANARY}/",
    f"/en/tenders/link/{CANARY}/",
    f"/accounts/confirm-email/{CANARY}/",
    f"/accounts/password/reset/key/3-{CANARY}/",
    f"/o/{CANARY.lower()}/products/",
    f"/elsewhere/{CANARY}/",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_secret_of_a_request_is_in_the_log(
    world: World, log: Log, path: str, method: str
) -> None:
    """Tokens in the address, the query, the body, cookies and headers."""
    for browser in (Client(), world.client("gina")):
        browser.cookies["other"] = CANARY
        body = {"data": {"password": CANARY, "email": f"{CANARY}@x.example"}}
        getattr(browser, method)(
            f"{path}?token={CANARY}",
            **(body if method == "post" else {}),
            headers={"Authorization": f"Bearer {CANARY}", "Referer": f"/x/{CANARY}"},
        )
    assert log.of("portal.requests")
    assert CANARY.lower() not in log.text.lower()
    assert "@" not in log.text


def test_signing_in_leaves_no_password_and_no_address(world: World, log: Log) -> None:
    for password in (CANARY, world.password):
        Client().post(
            "/accounts/login/", {"login": "gina@garage-nord.example", "password": password}
        )
    text = log.text
    assert len(log.of("portal.requests")) == 2
    assert CANARY not in text
    assert world.password not in text
    assert "gina@" not in text


def test_a_form_without_its_token_is_on_record_without_its_address(log: Log, db) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.post(f"/join/{CANARY}/", {"x": CANARY})
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": CANARY})
    [*_, line] = log.of("django.security.csrf")
    assert line["message"].endswith(": account_login")
    assert CANARY not in log.text


@pytest.mark.django_db
def test_what_the_database_quotes_is_hidden(log: Log) -> None:
    User.objects.create_user("canary@reader.example", name="Canary Name")
    for fields in ({"name": "x"}, {"name": "Canary Name", "language": None}):
        try:
            with transaction.atomic():
                User.objects.create(email="canary@reader.example", **fields)
        except IntegrityError:
            logging.getLogger("test").exception("Failed for %s", "canary@reader.example")
    assert [line["message"] for line in log.of("test")] == [f"Failed for {HIDDEN}"] * 2
    assert "IntegrityError" in log.text
    assert "canary" not in log.text.lower()


def test_what_a_library_attaches_is_not_written(log: Log) -> None:
    """Celery hands a failed task's arguments to the log."""
    logging.getLogger("test").error("Oh.", extra={"data": {"args": CANARY}, "password": CANARY})
    assert CANARY not in log.text
    logging.getLogger("test").error({"password": CANARY, "message": CANARY})
    assert CANARY not in log.text


@pytest.mark.parametrize(
    "text",
    [
        f"GET /invitations/{CANARY}/ failed",
        "signed eyJ1c2VyIjozfQ:1xVIq4:IoTU-T7o6pfB17GPnOPLmcXpVYzfzJOsjigNGbtkXsg",
        "redis://portal:hunter2@redis:6379/0 is away",
        "mail to lea.martin+x@alpineweb.example refused",
        "550 5.1.1 <lea@alpineweb.example>: no such user",
        "GET /x/?token=abc&next=/y",
        "duplicate key\nDETAIL:  Key (email)=(lea\nsecond line) already exists.",
        "syntax error\nLINE 1: SELECT 'hunter2'\n                ^",
        f"Celery says {ValueError('null value\nDETAIL:  Failing row contains (7, lea).\n')!r}",
    ],
)
def test_the_last_net(text: str) -> None:
    found = redacted(text)
    assert HIDDEN in found
    for secret in (CANARY, "hunter2", "lea", "abc", "second line"):
        assert secret not in found


@pytest.mark.parametrize(
    "text",
    [
        "Invoice 2026-000123 could not be printed",
        "django.core.exceptions.ImproperlyConfigured: SMTPRecipientsRefused at access/mail.py:210",
        "No migration 0007_muted_topics_and_more_words",
        "Listening at: http://127.0.0.1:8000 (1)",
        "What now? a=b",
    ],
)
def test_the_last_net_lets_words_through(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a." * 90_000 + "@",
        "a" * 90_000 + "@b",
        "://a:" * 50_000,
        "DETAIL:\n" * 50_000,
        r"\nDETAIL:" * 50_000,
    ],
)
def test_no_text_takes_the_net_long(text: str) -> None:
    begun = time.thread_time()
    assert len(redacted(text)) < 50_000
    assert time.thread_time() - begun < 0.2


def test_names_are_not_random() -> None:
    names = [name for name in dir(logs) + dir(User) if len(name) > 15]
    assert [name for name in names if looks_random(name)] == []


# ---- Forms -----------------------------------------------------------------------------------


def record(message: str, **extra: Any) -> logging.LogRecord:
    found = logging.LogRecord("test", logging.INFO, __file__, 1, message, (), None)
    found.__dict__.update(extra)
    return found


def test_readable_lines_say_the_same() -> None:
    line = logs.ReadableLines().format(record("GET home 200", status=200, ms=3.5, secret=CANARY))
    assert line.endswith("INFO    test: GET home 200  status=200 ms=3.5")


@pytest.mark.parametrize("style", ["json", "text"])
def test_the_configuration_is_one_that_python_takes(style: str) -> None:
    config = logs.configuration(style=style, level="INFO")
    logging.config.DictConfigurator(config)  # type: ignore[attr-defined]
    assert config["root"] == {"handlers": ["stderr"], "level": "INFO"}
    logging.captureWarnings(False)


@pytest.mark.parametrize(
    ("variables", "style"),
    [
        ({"DEBUG": "false"}, "json"),
        ({"DEBUG": "true"}, "text"),
        ({"DEBUG": "false", "DEMO": "true"}, "text"),
        ({"DEBUG": "false", "LOG_FORMAT": "text"}, "text"),
    ],
)
def test_production_writes_for_programs(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], style: str
) -> None:
    for name in ("DEMO", "LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    for name, given in variables.items():
        monkeypatch.setenv(name, given)
    assert environment.log_format() == style


def test_a_wrong_form_or_level_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(environment.WrongEnvironmentError, match="LOG_FORMAT='xml'"):
        environment.log_format()
    with pytest.raises(environment.WrongEnvironmentError, match="LOG_LEVEL='loud'"):
        environment.log_level()


def test_gunicorns_words_are_without_addresses() -> None:
    found = record(f"Error handling request GET /join/{CANARY[:12]}/?x=1 at http://1.2.3.4:80")
    logs.WithoutPaths().filter(found)
    assert found.msg == f"Error handling request GET /{HIDDEN} at http://1.2.3.4:80"


# ---- Cost ------------------------------------------------------------------------------------


def test_the_line_and_the_measures_cost_little(rf: RequestFactory, log: Log) -> None:
    """Less than 0.2 ms of this process for each request, written as production writes it."""
    request = rf.get(reverse("account_login"))
    answer = HttpResponse()
    middleware = observing.ObservingMiddleware(lambda _request: answer)
    times = []
    for _ in range(300):
        begun = time.thread_time()
        middleware(request)
        times.append(time.thread_time() - begun)
    assert len(log.lines) == 300
    assert median(times) < 0.000_2, median(times)


@pytest.mark.django_db
def test_it_sends_no_statement(rf: RequestFactory, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        observing.ObservingMiddleware(lambda _request: HttpResponse())(rf.get("/"))
    assert connection.execute_wrappers == []
