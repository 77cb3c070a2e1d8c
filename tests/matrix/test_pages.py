"""The pages outside organisations, and the promise that every URL has a row in the matrix."""

import pytest
from django.urls import reverse

from portal.policy_list import EXEMPTIONS, addresses
from tests.matrix.asking import (
    WroteError,
    status_of,
    writing_only,
    wrong_canaries,
)
from tests.matrix.cast import CLIENT, PERSONAS, SUPPORT, build
from tests.matrix.rows import ROWS
from tests.matrix.tendering import REQUESTER, RESELLER
from tests.world import World

pytestmark = pytest.mark.django_db

# Pages outside organisations: what they answer to a stranger and to the signed-in.
ELSEWHERE: dict[str, tuple[int | str, int | str]] = {
    "front": ("moves on", "moves on"),
    "landing": (200, 200),
    "start": ("login", "moves on"),
    "switch": ("login", 200),
    "switch_panel": ("login", 200),
    "set_theme": (405, 405),
    "set_language": (405, 405),
    "vendor_stylesheet": (200, 200),
    "healthz": (200, 200),
    "readyz_web": (200, 200),
    "metrics": (404, 404),
    "organisation_new": ("login", 200),
    "invitation_gone": (404, 404),
    "member_link_gone": (404, 404),
    "support_code": ("login", 200),
    "profile": ("login", 200),
    "second_factor": ("login", 200),
    "sessions": ("login", 200),
    "sessions_end_others": ("login", 405),
    "mail_choices": ("login", 200),
    "programme": (200, 200),
    "directory": (200, 200),
    "sitemap": (200, 200),
    "robots": (200, 200),
    "tender_submit": (200, 200),
    "tender_preview": (405, 405),
    "tender_sent": (200, 200),
    "tender_gone": (404, 404),
    "demo_mails": (404, 404),
    "demo_mail": (404, 404),
    "demo_mail_body": (404, 404),
}
STAFF = {*SUPPORT, "staff"}
# Pages with rules of their own: see the tests below.
OTHERS = {"readyz", "invitation", "invitation_link", "request_answer", "request_refuse"}
OTHERS |= {"member_join", "member_link", "member_join_accept", "member_join_refuse"}
OTHERS |= {"session_end", "mail_stop"}
# The staff's gallery of mails: tests/portal/test_gallery.py.
OTHERS |= {"gallery", "gallery_mail", "gallery_body", "gallery_send"}
# Those in test_tenders.py and test_programme.py.
OTHERS |= {*RESELLER, *REQUESTER, "tender_link", "tender_confirm", "backup_move"}
OTHERS |= {"directory_page", "directory_contact", "directory_invite", "directory_logo"}


def named_without_arguments() -> list[str]:
    """The pages outside organisations, those of other packages too, that need no argument."""
    return [
        address.name
        for address in addresses()
        if address.name and not address.name.endswith(":") and not address.arguments
    ]


@pytest.mark.parametrize("state", ["none", "requested", "active full, client pays"])
def test_pages_elsewhere(world: World, state: str) -> None:
    cast, wrong = build(world, state), []
    for persona in PERSONAS:
        browser = cast.browser(persona)
        for name in named_without_arguments():
            if name.startswith("admin:"):
                continue
            with writing_only():
                response = browser.get(reverse(name))
            found = status_of(response)
            expected = ELSEWHERE.get(name, (found, found))[persona != "anonymous"]
            if found != expected or (name != "readyz" and isinstance(found, int) and found >= 500):
                wrong.append(f"{persona}: {name} answers {found}, not {expected}")
            if leaked := wrong_canaries(response, persona, state):
                wrong.append(f"{persona}: {name} ({found}) shows {leaked}")
    assert wrong == []


def test_the_admin_is_for_staff(world: World) -> None:
    """T47: to everybody else it says nothing of what is in it."""
    state = "active full, client pays"
    cast, wrong = build(world, state), []
    doors = {"admin:login", "admin:logout"}
    for persona in PERSONAS:
        browser = cast.browser(persona)
        for name in named_without_arguments():
            # Django's own view of autocompletion fails without the name of a field.
            skipped = persona in STAFF and name == "admin:autocomplete"
            if not name.startswith("admin:") or name in doors or skipped:
                continue
            with writing_only():
                response = browser.get(reverse(name))
            if persona not in STAFF and status_of(response) not in ("moves on", "login", 403, 404):
                wrong.append(f"{persona}: {name} answers {status_of(response)}")
            if persona not in STAFF and wrong_canaries(response, persona, state):
                wrong.append(f"{persona}: {name} shows {wrong_canaries(response, persona, state)}")
            if persona in STAFF and status_of(response) not in (200, "moves on", 403, 405):
                wrong.append(f"{persona}: {name} answers {status_of(response)}")
    assert wrong == []


def test_every_url_has_a_row() -> None:
    rows = {*ROWS, *ELSEWHERE, *OTHERS}
    without = {
        address.name
        for address in addresses()
        if address.policy is not None and address.name not in rows
    }
    assert without == set()
    exempt = {key for key in EXEMPTIONS if not key.endswith(":*")}
    assert exempt <= {address.name for address in addresses()}


def test_no_row_is_stale() -> None:
    """The demo's mails have their address in the demo only."""
    named = {address.name for address in addresses()}
    demo = {name for name in ELSEWHERE if name.startswith("demo_")}
    assert {*ROWS, *ELSEWHERE, *OTHERS} - demo - named == set()


@pytest.mark.parametrize("token", ["0" * 64, "x", "gone-for-ever"])
def test_a_wrong_token(world: World, token: str) -> None:
    browser = build(world, "requested").browser("anonymous")
    with writing_only():
        response = browser.get(reverse("invitation_link", args=[token]))
    assert response.headers["Location"] == reverse("invitation_gone")


@pytest.mark.parametrize("state", ["requested", "invited limited"])
def test_a_forwarded_link_shows_nothing_to_another_account(world: World, state: str) -> None:
    """T2: whoever opened the mailed link, signed in with another address."""
    cast, wrong = build(world, state), []
    link = cast.partnership.links.get()
    asked = {"requested": "client boss", "invited limited": "partner boss"}[state]
    for persona in PERSONAS:
        if persona in (asked, "anonymous"):
            continue
        browser = cast.browser(persona)
        with writing_only():
            browser.get(reverse("invitation_link", args=[link.token]))
            response = browser.get(reverse("invitation", args=[link.public_id]))
        assert status_of(response) == 200
        if leaked := wrong_canaries(response, persona, state):
            wrong.append(f"{persona} reads {leaked}")
    assert wrong == []


@pytest.mark.parametrize("name", ["member_join_accept", "member_join_refuse"])
def test_nobody_else_answers_an_invitation_to_join(world: World, name: str) -> None:
    """T2, T5: the answer of anybody but the person asked changes nothing and shows nothing."""
    cast, wrong = build(world, "active full, client pays"), []
    path = reverse(name, args=[cast.invitations[CLIENT].public_id])
    for persona in PERSONAS:
        if persona == "invited":
            continue
        browser = cast.browser(persona)
        with writing_only():
            response = browser.post(path)
        expected = "login" if persona == "anonymous" else "moves on"
        leaked = wrong_canaries(response, persona, "active full, client pays")
        if status_of(response) != expected or leaked:
            wrong.append(f"{persona}: {name} answers {status_of(response)}, shows {leaked}")
    assert wrong == []


# ---- The watch itself ------------------------------------------------------------------------


def test_a_write_is_seen(world: World) -> None:
    with pytest.raises(WroteError), writing_only():
        world.person("lea").save()
