"""The environment, read with types: a value that is wrong is refused with one sentence.

The portal runs in one of three ways. *Production* is what happens when nothing else is said, and
it wants its secrets and servers to be given. *Demo* (`DEMO=true`) and *development*
(`DEBUG=true`) do without: what is missing, the portal brings itself (see `docs/operations.md`).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal import embedded

SECRET_KEY_LENGTH = 50
TOKEN_LENGTH = 20
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


class WrongEnvironmentError(ImproperlyConfigured):
    """A variable is missing or wrong; the message is one sentence that names it."""


def text(name: str, *, default: str | None = None) -> str:
    """The variable as it is; an empty one counts as absent, as Docker Compose passes them."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise WrongEnvironmentError(
            f"{name} is not set: production needs it. To try the portal out, set DEMO=true."
        )
    return value


def given(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())


def boolean(name: str, *, default: bool) -> bool:
    value = text(name, default=str(default)).lower()
    if value not in ("true", "false"):
        raise WrongEnvironmentError(f"{name}={value!r} is not understood: write true or false.")
    return value == "true"


def integer(name: str, *, default: int, least: int = 0) -> int:
    value = text(name, default=str(default))
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise WrongEnvironmentError(
            f"{name}={value!r} is not understood: write a whole number, {least} or more."
        )
    return int(value)


def choice(name: str, *, default: str, among: tuple[str, ...]) -> str:
    value = text(name, default=default)
    if value not in among:
        raise WrongEnvironmentError(
            f"{name}={value!r} is not understood: write one of {', '.join(among)}."
        )
    return value


def log_format() -> str:
    """Lines of JSON where programs read them, else readable ones."""
    default = "json" if is_production() else "text"
    return choice("LOG_FORMAT", default=default, among=("json", "text"))


def log_level() -> str:
    return choice("LOG_LEVEL", default="INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))


def token(name: str) -> str:
    """A secret that a machine shows us, or "" when there is none; a short one is refused."""
    value = text(name, default="")
    if value and (len(value) < TOKEN_LENGTH or not value.isascii()):
        raise WrongEnvironmentError(
            f"{name} is too weak: give {TOKEN_LENGTH} random characters or more."
        )
    return value


def amount(name: str, *, default: str) -> Decimal:
    """An amount of money that is not below zero, with a decimal point."""
    value = text(name, default=default)
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", value):
        raise WrongEnvironmentError(
            f"{name}={value!r} is not understood: write an amount such as 100.00."
        )
    return Decimal(value)


def iban(name: str, *, default: str) -> str:
    """An account number without spaces, or "" when there is none."""
    from stdnum import iban as number

    found = text(name, default=default)
    if found and not number.is_valid(found):
        raise WrongEnvironmentError(f"{name} is no valid IBAN: “{found}”.")
    return number.compact(found) if found else ""


def payee(account: str, **address: str) -> None:
    """Whoever is paid by transfer needs an address: it stands on each payment part."""
    missing = [name for name, value in address.items() if not value]
    if account and missing:
        raise WrongEnvironmentError(
            f"VENDOR_IBAN is set, so {' and '.join(missing)} must be set, too: "
            "they stand on the payment part of each invoice."
        )


def path(name: str, *, default: Path) -> Path:
    value = Path(text(name, default=str(default)))
    if not value.is_absolute():
        raise WrongEnvironmentError(
            f"{name}={str(value)!r} is not understood: write a full path that begins with /."
        )
    return value


def is_production() -> bool:
    return not (boolean("DEBUG", default=False) or boolean("DEMO", default=False))


def assume_development() -> None:
    """Take a bare checkout for a developer's: no setting at all means `DEBUG=true`.

    Only `manage.py` asks for this. Servers do not, so that a production server whose settings
    got lost refuses to start.
    """
    if not any(map(given, ("DEBUG", "DEMO", "SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"))):
        os.environ["DEBUG"] = "true"


def data_dir(checkout: Path) -> Path:
    """Where files live that the portal writes: demo and development have a folder each."""
    demo = boolean("DEMO", default=False)
    return path("DATA_DIR", default=checkout / "var" / ("demo" if demo else "local"))


def secret_key(folder: Path) -> str:
    """SECRET_KEY; outside production one is made once, and kept readable to its owner only."""
    if is_production() or given("SECRET_KEY"):
        return _strong("SECRET_KEY", text("SECRET_KEY"))
    file = folder / "secret-key"
    embedded.make_folder(folder)
    with contextlib.suppress(FileExistsError):
        draft = folder / f"secret-key.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(SECRET_KEY_LENGTH))
        try:
            os.link(draft, file)  # whole or not at all, and never over another's
        finally:
            draft.unlink()
    return file.read_text()


def former_secret_keys() -> list[str]:
    """SECRET_KEY_FALLBACKS: keys from before, with commas between them, the youngest first."""
    name = "SECRET_KEY_FALLBACKS"
    keys = [key.strip() for key in text(name, default="").split(",")]
    return [_strong(name, key) for key in keys if key]


def _strong(name: str, key: str) -> str:
    if len(key) < SECRET_KEY_LENGTH or len(set(key)) < 5:
        raise WrongEnvironmentError(
            f"{name} is too weak: give {SECRET_KEY_LENGTH} random characters or more."
        )
    return key


def url(name: str, *, default: str) -> str:
    """An address of the portal, without a slash at its end; production must give it."""
    value = (text(name) if is_production() else text(name, default=default)).rstrip("/")
    parts = _split(name, value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise WrongEnvironmentError(
            f"{name}={value!r} is not understood: write https://portal.example, without a path."
        )
    return value


def hosts(name: str, *, base_url: str) -> list[str]:
    """Names the portal answers to, exactly: no wildcard (threat T35)."""
    if not is_production() and not given(name):
        return [*LOCAL_HOSTS, urlsplit(base_url).hostname or "localhost"]
    found = [host.strip() for host in text(name).split(",") if host.strip()]
    if not found or any("*" in host or "/" in host or host.startswith(".") for host in found):
        raise WrongEnvironmentError(
            f"{name}={text(name)!r} is not understood: write host names with commas between them, "
            "each in full."
        )
    return found


def database(folder: Path) -> dict[str, Any]:
    """Django's settings of DATABASE_URL, or of the embedded server, which this starts."""
    if is_production() or given("DATABASE_URL"):
        address = text("DATABASE_URL")
    else:
        try:
            address = embedded.database_url(folder / "postgres")
        except embedded.EmbeddedPostgresError as problem:
            raise WrongEnvironmentError(str(problem)) from problem
    return parse_database("DATABASE_URL", address)


def parse_database(name: str, address: str) -> dict[str, Any]:
    """Django's settings of a PostgreSQL URL, libpq's options included (`?sslmode=require`)."""
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    wrong = f"{name} is not understood: write postgresql://user:password@host:5432/database."
    if not address.startswith(("postgresql://", "postgres://")):
        raise WrongEnvironmentError(wrong)
    try:
        options = {key: str(value) for key, value in conninfo_to_dict(address).items() if value}
    except Error as problem:
        raise WrongEnvironmentError(wrong) from problem
    if not options.get("dbname"):
        raise WrongEnvironmentError(wrong)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname"),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "CONN_MAX_AGE": integer("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "5"} | options,
    }


def redis_url() -> str | None:
    """REDIS_URL; None means that broker and cache do without a server."""
    if not is_production() and not given("REDIS_URL"):
        return None
    value = text("REDIS_URL")
    parts = _split("REDIS_URL", value)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise WrongEnvironmentError(
            "REDIS_URL is not understood: write redis://host:6379/0 or rediss://host:6379/0."
        )
    return value


def caches() -> dict[str, Any]:
    """Django's caches: Redis, and a table of the database that does without it or stands in."""
    table = {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
    address = redis_url()
    if address is None:
        return {"default": table}
    steady = {"BACKEND": "portal.cache.SteadyCache", "LOCATION": address, "KEY_PREFIX": "portal"}
    return {"default": steady, "table": table | {"KEY_PREFIX": "portal"}}


def broker(folder: Path) -> tuple[str, dict[str, Any]]:
    """Celery's broker and its options: Redis, or files in `folder`. It only wakes workers up."""
    address = redis_url()
    if address is None:
        return "files://", {"folder": str(folder)}
    return address, {"socket_connect_timeout": 5, "global_keyprefix": "portal-jobs:"}


def mailers() -> dict[str, Any]:
    """Django's MAILERS: the SMTP server of EMAIL_URL, or files that the demo shows."""
    if not is_production() and not given("EMAIL_URL"):
        return {"default": {"BACKEND": "portal.kept_mail.EmailBackend"}}
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": parse_email("EMAIL_URL", text("EMAIL_URL")),
        }
    }


def parse_email(name: str, address: str) -> dict[str, Any]:
    """The options of an SMTP server's URL; `smtp+tls` is STARTTLS, `smtps` TLS from the start."""
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    parts = _split(name, address)
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/"):
        raise WrongEnvironmentError(
            f"{name} is not understood: write smtp+tls://user:password@host:587, or with smtps:// "
            "(TLS from the start) or smtp:// (none) in front."
        )
    return {
        "host": parts.hostname,
        "port": parts.port or ports[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": integer("EMAIL_TIMEOUT", default=10, least=1),
    }


def static_storage() -> str:
    """Hashed and compressed files in production and demo, plain ones in development."""
    if boolean("DEBUG", default=False):
        return "django.contrib.staticfiles.storage.StaticFilesStorage"
    return "whitenoise.storage.CompressedManifestStaticFilesStorage"


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """Leave with the one sentence of a wrong environment instead of a traceback."""
    try:
        yield
    except WrongEnvironmentError as problem:
        raise SystemExit(str(problem)) from None


def _split(name: str, value: str) -> SplitResult:
    """The parts of a URL; one that cannot be taken apart is refused without showing it."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as problem:
        raise WrongEnvironmentError(f"{name} is not a URL: {problem}.") from problem
    return parts
