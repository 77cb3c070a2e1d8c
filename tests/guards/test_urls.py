"""Every URL has a policy, and every exemption is needed (architecture 3)."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.views import LoginView
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern

from access.web.pages import page, person, public
from clients.models import Product
from portal import policy_list
from portal.policy_list import EXEMPTIONS, Exemption, addresses, problems


def below(*patterns: Any) -> list[policy_list.Address]:
    return addresses(URLResolver(RegexPattern(r"^/"), list(patterns)))


def test_every_url_has_a_policy_and_every_exemption_is_needed() -> None:
    assert problems(addresses()) == []


def test_every_exemption_has_a_reason() -> None:
    assert [key for key, exemption in EXEMPTIONS.items() if not exemption.reason] == []


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


bare.__module__ = "clients.views"


def test_a_url_without_policy_is_seen() -> None:
    assert problems(below(path("bare/", bare, name="bare")), {}) == ["/bare/ (bare) has no policy."]


def test_a_view_of_ours_cannot_be_exempted() -> None:
    exempt = {"bare": Exemption("public", "it is late")}
    assert problems(below(path("bare/", bare, name="bare")), exempt)


def test_a_stale_exemption_is_seen() -> None:
    """One whose URL is gone, and one whose view has a policy by now."""
    exempt = {"gone": Exemption("public", "…"), "here": Exemption("public", "…")}
    found = below(path("here/", public(reason="For all.")(bare), name="here"))
    assert problems(found, exempt) == [
        "The exemption gone is stale: no address needs it.",
        "The exemption here is stale: no address needs it.",
    ]


def test_anothers_view_needs_an_exemption_with_its_name() -> None:
    found = below(path("in/", LoginView.as_view(), name="in"))
    assert problems(found, {})
    assert problems(found, {"in": Exemption("public", "the door")}) == []


@pytest.mark.parametrize(
    ("route", "decorate"),
    [
        ("o/<slug:organisation>/", person(reason="Signed in is not enough here.")),
        ("o/<slug:organisation>/", public(reason="Nor is nobody.")),
        ("elsewhere/<slug:organisation>/", page("product.see")),
        ("o/<slug:organisation>/<slug:product>/", page("product.see")),
        ("o/<slug:organisation>/", page("product.see", product=Product.objects.visible_to)),
        ("own/", person(reason="")),
    ],
)
def test_a_page_with_a_wrong_policy_is_seen(
    route: str, decorate: Callable[[Callable[..., HttpResponse]], Any]
) -> None:
    assert problems(below(path(route, decorate(bare), name="it")), {})


def test_a_page_that_finds_its_object_is_right() -> None:
    view = page("product.see", product=Product.objects.visible_to)(bare)
    route = "o/<slug:organisation>/products/<slug:product>/"
    assert problems(below(path(route, view, name="product")), {}) == []


def test_the_command_prints_a_table() -> None:
    out = StringIO()
    call_command("policy", stdout=out)
    assert "account_login" in out.getvalue()


def test_the_command_prints_json() -> None:
    out = StringIO()
    call_command("policy", "--json", stdout=out)
    listed = json.loads(out.getvalue())
    login = next(line for line in listed["urls"] if line["name"] == "account_login")
    assert login["policy"] == "public"
    assert listed["problems"] == []


def test_the_command_fails_on_a_url_without_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    exemptions = {key: value for key, value in EXEMPTIONS.items() if key != "account_login"}
    monkeypatch.setattr(
        "portal.management.commands.policy.problems", lambda found: problems(found, exemptions)
    )
    with pytest.raises(CommandError, match="account_login"):
        call_command("policy", stdout=StringIO())
