"""Applications, the directory and backups: each one's words and pages are its own (P1, D1, C4)."""

from typing import Any

import pytest
from django.http import HttpResponseBase
from django.urls import reverse

from access.models import Organisation
from clients.models import Product
from partners import services as programme
from partners.models import DirectoryPage, Logo, Partner
from partners.rules import CONDITIONS
from tests.matrix.asking import NOBODY, status_of, text_of, writing_only, wrong_canaries
from tests.matrix.cast import CLIENT, FOREIGN, PARTNER, PERSONAS, RIVAL, Cast, build
from tests.world import World

pytestmark = pytest.mark.django_db
STATE = "active full, client pays"
APPLIED = {
    "contact_name": "Zqtapplicant",
    "contact_email": "zqtapplied@x.example",
    "registration_number": "CHE-338.712.642",
    "website": "https://zqtweb.example/",
    "about": "Zqtabout",
}
APPLIED_WORDS = ("zqtapplicant", "zqtapplied", "zqtweb", "zqtabout")
PAGE_WORDS = ("zqtheadline", "zqtdescription")
PROGRAMME_PAGES = ("programme_status", "programme_apply", "programme_withdraw")
PUBLIC = ("directory_page", "directory_contact", "directory_invite")


def _shows(response: HttpResponseBase, words: tuple[str, ...]) -> bool:
    """Whole words: three letters of one stand by chance in a key drawn for an address."""
    text = text_of(response).lower()
    return any(word in text for word in words)


@pytest.mark.parametrize("sent", [False, True])
def test_an_application_is_its_organisations_own(world: World, sent: bool) -> None:
    """P1, T43: not even the partner that looks after everything of the applicant reads it; staff
    do once it was sent."""
    cast, wrong = build(world, STATE), []
    accepted, by = list(CONDITIONS), cast.actor("foreign boss")
    if sent:
        version = programme.texts.programme().number
        programme.send(by=by, version=version, accepted=accepted, **APPLIED)
    else:
        programme.save_draft(by=by, accepted=accepted, **APPLIED)
    for persona in PERSONAS:
        browser = cast.browser(persona)
        for name in PROGRAMME_PAGES:
            with writing_only():
                response = browser.get(reverse(name, args=[FOREIGN]))
            own = {"anonymous": "login", "foreign boss": 200}.get(persona, 404)
            found, shown = status_of(response), _shows(response, APPLIED_WORDS)
            if found != own or (shown and persona != "foreign boss"):
                wrong.append(f"{persona}: {name} answers {found}, not {own}; words: {shown}")
        if persona in ("staff", "foreign boss"):
            continue
        for path in (reverse("programme"), reverse("home", args=[FOREIGN])):
            if _shows(browser.get(path), APPLIED_WORDS):
                wrong.append(f"{persona}: {path} shows the application")
    applicant = cast.browser("foreign boss")
    page = "programme_status" if sent else "programme_apply"
    assert "Zqtabout" in text_of(applicant.get(reverse(page, args=[FOREIGN])))
    assert wrong == []


def test_staff_read_no_draft(world: World) -> None:
    """P1: a draft is the organisation's until it sends it."""
    cast = build(world, STATE)
    programme.save_draft(by=cast.actor("foreign boss"), accepted=[], **APPLIED)
    listed = cast.browser("staff").get(reverse("admin:partners_application_changelist"))
    assert not _shows(listed, APPLIED_WORDS)


def _page(cast: Cast, *, listed: bool, approved: bool = True) -> Logo:
    partner = Partner.objects.get(organisation=cast.organisations[PARTNER])
    logo = Logo.objects.create(
        partner=partner, media_type="image/png", content=b"png", width=1, height=1
    )
    DirectoryPage.objects.update_or_create(
        partner=partner,
        defaults={
            "headlines": {"en": "Zqtheadline"},
            "descriptions": {"en": "Zqtdescription"},
            "languages": ["en"],
            "logo": logo,
        },
    )
    Partner.objects.filter(pk=partner.pk).update(listed=listed)
    if not approved:
        programme.suspend(partner=partner, by=None)
    return logo


@pytest.mark.parametrize(
    ("listed", "approved"), [(True, True), (False, True), (True, False)], ids=str
)
def test_the_directory_shows_who_is_listed_and_approved(
    world: World, listed: bool, approved: bool
) -> None:
    """D1, P5, T27: else the page, its texts and its logo are the partner's own; GET and HEAD
    change nothing."""
    cast, wrong = build(world, STATE), []
    logo = _page(cast, listed=listed, approved=approved)
    shown = listed and approved
    for persona in PERSONAS:
        browser = cast.browser(persona)
        answers = dict.fromkeys(PUBLIC, 200 if shown else 404)
        if persona == "anonymous":
            answers["directory_invite"] = "login"
        elif shown and persona in (
            "client boss",
            "second boss",
            "rival boss",
            "owned boss",
            "foreign boss",
        ):
            answers["directory_invite"] = "moves on"  # one client: straight to its invitation
        for name, expected in answers.items():
            for method in ("HEAD", "GET"):
                with writing_only():
                    response = browser.generic(method, reverse(name, args=[PARTNER]))
                if status_of(response) != expected:
                    wrong.append(f"{persona}: {name} answers {status_of(response)}, not {expected}")
            if not shown and _shows(response, PAGE_WORDS):
                wrong.append(f"{persona}: {name} shows words")
        own = persona in ("partner boss", "partner admin")
        found = status_of(browser.get(reverse("directory_logo", args=[logo.public_id])))
        if found != (200 if shown or own else 404):
            wrong.append(f"{persona}: the logo answers {found}")
        text = text_of(browser.get(reverse("directory")))
        if ("Zqtheadline" in text) != shown:
            wrong.append(f"{persona}: the list shows it, or not: {not shown}")
        if leaked := wrong_canaries(browser.get(reverse("sitemap")), persona, STATE, PARTNER):
            wrong.append(f"{persona}: the sitemap shows {leaked}")
    assert wrong == []


@pytest.mark.parametrize("name", PUBLIC)
def test_an_organisation_that_does_not_show_answers_like_nothing(world: World, name: str) -> None:
    """T27, T43: unlisted, no partner at all, and nothing."""
    browser = build(world, STATE).browser("newcomer")
    paths = [reverse(name, args=[slug]) for slug in (PARTNER, CLIENT, "no-such-place")]
    assert [status_of(browser.get(path)) for path in paths] == [404, 404, 404]


def _backup(world: World, client: Organisation) -> Product:
    (made,) = world.add_products(client, 1, type="backup", name="Zqtbackup")
    return made


def test_a_backup_is_not_moved_by_anybody(world: World) -> None:
    """C4, T43: who reaches the client's products reads why; to everybody else it is not there."""
    cast, wrong = build(world, STATE), []
    key = _backup(world, cast.organisations[CLIENT]).public_id
    reach: dict[str, Any] = {"partner boss": 409, "partner admin": 409, "partner collaborator": 409}
    for persona in PERSONAS:
        browser = cast.browser(persona)
        for slug in (PARTNER, RIVAL, CLIENT):
            path = reverse("backup_move", args=[slug, key])
            refused = reach.get(persona, 404) if slug == PARTNER else 404
            expected = {"GET": 405, "POST": refused}
            if persona == "anonymous":
                expected = dict.fromkeys(expected, "login")
            for method, wanted in expected.items():
                with writing_only("access_act"):
                    response = browser.generic(method, path)
                seen = "zqtbackup" in text_of(response).lower()
                if status_of(response) != wanted or (seen and wanted != 409):
                    wrong.append(f"{persona}: {method} {path} answers {status_of(response)}")
    browser = cast.browser("rival boss")
    assert status_of(browser.post(reverse("backup_move", args=[RIVAL, NOBODY]))) == 404
    assert wrong == []
