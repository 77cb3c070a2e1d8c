"""Imports point down: from app to app, and inside an app from doors to rules (architecture 1)."""

import ast
import re

import pytest

from tests.guards.code import APPS, Module, modules

RULES, MODELS, SERVICES, OUTPUT, DOORS = range(5)

# The first pattern that fits the name inside the app tells the floor.
FLOORS = [
    (r"(rules|rules_rebilling|states|devices|typography)(\.|$)", RULES),
    (r"(contact_patterns|extracts|pdf)(\.|$)", RULES),
    (r"(models|querysets|errors|ids|keyed|grants|assigning|reach|policy|pictures)(\.|$)", MODELS),
    (r"(acts|log|limits|second_factor|copying)(\.|$)", MODELS),
    (r"(factors|grants_wide|prepared|reached|together)$", MODELS),  # questions to the database
    (r"searching$", MODELS),
    (r"(sight|vat|references|entries|bank_files|programme_texts)(\.|$)", MODELS),
    (r"exit_money$", MODELS),  # where the house above registers its sentences
    (r"exits$", OUTPUT),
    (r"letters\.", OUTPUT),  # the letters of a part, written with the maker in access.letters
    (r"(mail_message|stop_links|held_mail)$", SERVICES),
    (r"(jobs|job_words|recording)$", SERVICES),
    (r"(services|mail|letters|provisioning|explaining|renewals)(\.|$)", SERVICES),
    (r"(forms|emails|\w+_emails|letter_parts|documents|exports|wording)(\.|$)", OUTPUT),
    (r"web\.(lists|wizard|csv|widgets)(\.|$)", OUTPUT),  # the general shapes of forms and lists
    (r"(urls|views|admin|tasks|web|adapter|templatetags|management)(\.|$)", DOORS),
    (r"apps$", DOORS),
]


def floor(module: str) -> int | None:
    """The floor of a module of ours; None for one that stands on none (a package's root)."""
    app, _, inner = module.partition(".")
    if app not in APPS or not inner:
        return None
    return next((level for pattern, level in FLOORS if re.match(pattern, inner)), None)


def climbs(module: Module) -> list[str]:
    """What the module imports from above it."""
    height, here = APPS.index(module.app), floor(module.name)
    wrong = []
    for name in module.imports():
        app = name.partition(".")[0]
        if app not in APPS:
            continue
        there = floor(name)
        if APPS.index(app) > height:
            wrong.append(f"{module.name} imports {name}, which is in an app above it")
        elif None not in (here, there) and there > here:
            wrong.append(f"{module.name} imports {name}, which is on a floor above it")
    return wrong


def test_no_module_imports_from_above() -> None:
    assert [fault for module in modules() for fault in climbs(module)] == []


def test_every_module_below_the_portal_stands_on_a_floor() -> None:
    """A new kind of module has to be given its place, or nothing would hold it."""
    homeless = [
        module.name
        for module in modules()
        if module.app != "portal" and "." in module.name and floor(module.name) is None
    ]
    assert homeless == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("access.policy", "from clients.models import Product"),
        ("access.services", "import clients.rules"),
        ("partners.services", "def late():\n    from billing.rules import price"),
        ("clients.rules", "from clients.models import Product"),
        ("clients.models.products", "from clients.services import opening"),
        ("clients.services.opening", "from clients.forms import AddClientForm"),
        ("clients.querysets", "from access.web.pages import page"),
        ("clients.forms", "from clients import views"),
    ],
)
def test_an_import_from_above_is_seen(name: str, source: str) -> None:
    assert climbs(Module(name, source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("clients.querysets", "if TYPE_CHECKING:\n    from clients.services import opening"),
        ("portal.views", "from clients.services import opening"),
        ("clients.services", "from access.models import User"),
    ],
)
def test_an_import_from_below_is_allowed(name: str, source: str) -> None:
    assert climbs(Module(name, source)) == []


# ---- Rules are pure, services know no request -----------------------------------------------

STANDARD = {"dataclasses", "enum", "decimal", "typing", "collections", "datetime", "functools"}
STANDARD |= {"itertools", "math", "re", "html", "unicodedata", "zlib"}
# `Promise` is the type of a text that is translated when it is shown.
PURE = STANDARD | {
    "django.db.models",
    "django.utils.translation",
    "django.utils.functional.Promise",
}
IMPURE = {"now", "today", "objects", "settings", "localdate", "environ", "get_user_model"}
CHOICES = {"TextChoices", "IntegerChoices"}


def impurities(module: Module) -> list[str]:
    """What a `rules.py` does that a pure function does not: database, clock, settings."""
    wrong = []
    for name in module.imports():
        ours = name.partition(".")[0] in APPS
        fits = floor(name) == RULES if ours else any(_is_in(name, pure) for pure in PURE)
        if not fits:
            wrong.append(f"{module.name} imports {name}")
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute):
            continue
        of_models = isinstance(node.value, ast.Name) and node.value.id == "models"
        if node.attr in IMPURE or (of_models and node.attr not in CHOICES):
            wrong.append(f"{module.name}:{node.lineno} uses .{node.attr}")
    return wrong


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def request_users(module: Module) -> list[str]:
    """Where a module below the doors takes part in HTTP; the policy alone may raise Http404."""
    wrong = [
        f"{module.name} imports {name}"
        for name in module.imports()
        if _is_in(name, "django.http")
        or _is_in(name, "django.shortcuts")
        or _is_in(name, "django.contrib.messages")
    ]
    if module.name == "access.policy":
        wrong = [fault for fault in wrong if not fault.endswith(" django.http.Http404")]
    for node in ast.walk(module.tree):
        name = node.arg if isinstance(node, ast.arg) else getattr(node, "id", None)
        if name == "request":
            wrong.append(f"{module.name}:{node.lineno} speaks of a request")
    return wrong


def test_rules_are_pure() -> None:
    faults = [
        fault for module in modules() if floor(module.name) == RULES for fault in impurities(module)
    ]
    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        "from access.models import User",
        "from django.conf import settings",
        "from django.utils import timezone",
        "from datetime import datetime\nsoon = datetime.now()",
        "from django.db import models\nclass Price(models.Model): pass",
        "import os\nos.environ['X']",
    ],
)
def test_an_impure_rule_is_seen(source: str) -> None:
    assert impurities(Module("clients.rules", source))


def test_nothing_below_the_doors_knows_a_request() -> None:
    below = [module for module in modules() if floor(module.name) in (RULES, MODELS, SERVICES)]
    assert [fault for module in below for fault in request_users(module)] == []


@pytest.mark.parametrize(
    "source",
    [
        "from django.http import Http404",
        "def accept(request): ...",
        "from django.shortcuts import get_object_or_404",
    ],
)
def test_a_service_that_knows_a_request_is_seen(source: str) -> None:
    assert request_users(Module("clients.services.opening", source))
