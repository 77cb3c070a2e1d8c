"""The environment's readers: what is wrong is refused with one sentence that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import environment
from portal.environment import WrongEnvironmentError

CHECKOUT = Path(__file__).resolve().parent.parent.parent
NAMES = (
    *("DEBUG", "DEMO", "SECRET_KEY", "BASE_URL", "ALLOWED_HOSTS", "DATA_DIR", "TRUSTED_PROXIES"),
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "MEDIA_ROOT", "STATIC_ROOT"),
)
STRONG_KEY = "".join(chr(ord("a") + number % 26) for number in range(60))
PRODUCTION = {
    "SECRET_KEY": STRONG_KEY,
    "BASE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgresql://portal:secret@db.example:5433/portal?sslmode=require",
    "REDIS_URL": "redis://redis.example:6379/0",
    "EMAIL_URL": "smtp+tls://me%40portal.example:p%2Fw@smtp.example",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("value", ["yes", "1", "on", "tru", "TRUE!"])
def test_a_boolean_is_true_or_false(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEBUG", value)
    with pytest.raises(WrongEnvironmentError, match=r"DEBUG='.+' .*: write true or false\."):
        environment.boolean("DEBUG", default=False)


@pytest.mark.parametrize(("value", "read"), [("true", True), ("False", False), ("", True)])
def test_booleans(monkeypatch: pytest.MonkeyPatch, value: str, read: bool) -> None:
    monkeypatch.setenv("DEBUG", value)
    assert environment.boolean("DEBUG", default=True) is read


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "0x10", "٣"])
def test_an_integer_is_a_whole_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    with pytest.raises(WrongEnvironmentError, match=r"TRUSTED_PROXIES=.*a whole number, 0 or more"):
        environment.integer("TRUSTED_PROXIES", default=0)


@pytest.mark.parametrize(
    "value", ["portal.example", "ftp://portal.example", "https://", "https://p.example/under"]
)
def test_a_base_url_is_an_address_without_path(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEMO", "true")
    monkeypatch.setenv("BASE_URL", value)
    with pytest.raises(WrongEnvironmentError, match="BASE_URL"):
        environment.url("BASE_URL", default="http://localhost:8000")


@pytest.mark.usefixtures("_production")
@pytest.mark.parametrize("value", ["*", ".portal.example", "https://portal.example", " , "])
def test_hosts_are_exact(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """T35: a host header decides nothing."""
    monkeypatch.setenv("ALLOWED_HOSTS", value)
    with pytest.raises(WrongEnvironmentError, match="ALLOWED_HOSTS"):
        environment.hosts("ALLOWED_HOSTS", base_url="https://portal.example")


@pytest.mark.parametrize(
    "value",
    [
        "mysql://u:hidden@h/d",
        "postgresql://u:hidden@h",
        "postgresql://u:hidden@h/d?colour=blue",
        "postgresql://u:hidden@[h/d",
        "sqlite:///d",
    ],
)
def test_a_wrong_database_is_refused_without_its_password(value: str) -> None:
    with pytest.raises(WrongEnvironmentError, match="DATABASE_URL is not understood") as refused:
        environment.parse_database("DATABASE_URL", value)
    assert "hidden" not in str(refused.value)


@pytest.mark.usefixtures("_production")
def test_production_servers(tmp_path: Path) -> None:
    database = environment.database(tmp_path)
    assert {name: database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "portal",
        "USER": "portal",
        "PASSWORD": "secret",
        "HOST": "db.example",
        "PORT": "5433",
    }
    assert database["OPTIONS"] == {"connect_timeout": "5", "sslmode": "require"}
    assert environment.broker(tmp_path)[0] == PRODUCTION["REDIS_URL"]
    assert environment.caches()["default"]["BACKEND"].endswith("SteadyCache")
    assert environment.mailers()["default"]["OPTIONS"] == {
        "host": "smtp.example",
        "port": 587,
        "username": "me@portal.example",
        "password": "p/w",
        "use_tls": True,
        "use_ssl": False,
        "timeout": 10,
    }


@pytest.mark.parametrize("value", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x"])
def test_a_wrong_mail_server_is_refused(value: str) -> None:
    with pytest.raises(WrongEnvironmentError, match="EMAIL_URL"):
        environment.parse_email("EMAIL_URL", value)


def test_a_demo_does_without_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEMO", "true")
    assert environment.broker(tmp_path) == ("files://", {"folder": str(tmp_path)})
    assert environment.caches()["default"]["BACKEND"].endswith("DatabaseCache")
    assert environment.mailers() == {"default": {"BACKEND": "portal.kept_mail.EmailBackend"}}
    assert environment.hosts("ALLOWED_HOSTS", base_url="http://demo.example:8000") == [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "demo.example",
    ]


def test_a_demo_makes_its_secret_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEMO", "true")
    first = environment.secret_key(tmp_path)
    assert len(first) >= environment.SECRET_KEY_LENGTH
    assert environment.secret_key(tmp_path) == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


@pytest.mark.usefixtures("_production")
@pytest.mark.parametrize("value", ["short", "a" * 60])
def test_a_weak_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", value)
    with pytest.raises(WrongEnvironmentError, match="SECRET_KEY is too weak"):
        environment.secret_key(tmp_path)


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    for name in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):  # set by other tests
        inherited.pop(name, None)
    return subprocess.run(  # noqa: S603
        [sys.executable, CHECKOUT / "manage.py", *words],
        capture_output=True,
        text=True,
        env=inherited | variables,
        cwd=CHECKOUT,
        check=False,
        timeout=60,
    )


def test_production_passes_djangos_checks() -> None:
    answer = manage(
        *("check", "--deploy", "--fail-level", "WARNING"), **PRODUCTION, TRUSTED_PROXIES="1"
    )
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_needs_each_of_its_settings(name: str) -> None:
    """One sentence, no traceback, and no server of our own by surprise."""
    given = PRODUCTION | {"DEBUG": "false"}
    del given[name]
    answer = manage("check", **given)
    assert answer.returncode == 1
    assert answer.stderr.strip() == (
        f"{name} is not set: production needs it. To try the portal out, set DEMO=true."
    )


def test_an_account_of_the_vendor_is_valid_and_has_an_address(monkeypatch):
    """An invoice that can't be printed is noticed when the portal starts."""
    monkeypatch.setenv("VENDOR_IBAN", "CH44 3199 9123 0008 8901 2")
    assert environment.iban("VENDOR_IBAN", default="") == "CH4431999123000889012"
    monkeypatch.setenv("VENDOR_IBAN", "CH44 3199 9123 0008 8901 3")
    with pytest.raises(WrongEnvironmentError, match="no valid IBAN"):
        environment.iban("VENDOR_IBAN", default="")
    environment.payee("", VENDOR_CITY="")
    with pytest.raises(WrongEnvironmentError, match="VENDOR_CITY must be set"):
        environment.payee("CH4431999123000889012", VENDOR_CITY="", VENDOR_POSTCODE="1204")
