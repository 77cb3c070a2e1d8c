"""Staff's pages of the programme: queue, decisions, texts, licences (P1, P4, P5)."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Organisation, User
from access.policy import actor_in
from partners import services
from partners.models import Application, ProgrammeVersion, ThemeBundle
from partners.services import texts
from tests.journey import ALPINE, GARAGE
from tests.partners.programme import NOVA, mailed, send
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world: World) -> Client:
    return world.client("staff")


@pytest.fixture
def waiting(world: World) -> Application:
    return Application.objects.get(organisation__slug=NOVA)


def at(page: str, pk: int | None = None, model: str = "application") -> str:
    return reverse(f"admin:partners_{model}_{page}", args=[] if pk is None else [pk])


def looker(world: World, *codenames: str) -> Client:
    """One of the staff who may look and nothing else."""
    junior = world.add_person("junior@portal.example")
    junior.is_staff = True
    junior.save()
    for codename in codenames:
        junior.user_permissions.add(Permission.objects.get(codename=codename))
    return world.client("junior")


# ---- The queue -----------------------------------------------------------------------------------


def test_those_that_wait_come_first_and_are_counted(world: World, staff):
    send(world)
    services.approve(partner=world.partner(GARAGE), by=None)  # sent later, answered
    page = staff.get(at("changelist")).content.decode()
    assert page.index("Nova Hosting GmbH") < page.index("Garage Nord")
    assert "1 application waits" in page


def test_a_draft_is_nobodys_but_the_applicants(world: World, staff):
    draft = services.save_draft(by=world.actor("gina", GARAGE), about="Half-finished")
    assert "Garage Nord" not in staff.get(at("changelist")).content.decode()
    page = staff.get(at("change", draft.pk), follow=True).content.decode()
    assert "Half-finished" not in page


def test_everything_stands_on_one_page(world: World, staff):
    """P1"""
    first = send(world, about="Twelve garages.", contact_phone="+41 22 111 22 33")
    services.refuse(partner=world.partner(GARAGE), by=None, reason="No.")
    second = send(world, about="Thirteen garages.")
    page = staff.get(at("change", second.pk)).content.decode()
    for said in (
        *("Garage Nord", "Thirteen garages.", "Gina Romano (gina@garage-nord.example)", "checks"),
        *("https://www.garage-nord.example/", "4 products", "We support our clients ourselves"),
    ):
        assert said in page, said
    assert at("change", first.pk) in page  # earlier applications
    assert 'rel="noopener noreferrer nofollow"' in page  # T38


@pytest.mark.parametrize(
    ("number", "said"), [("CHE-338.712.643", "does not check"), ("CHE415273684", "itself has")]
)
def test_a_number_that_is_odd_is_said(world: World, staff, number, said):
    """O7"""
    application = send(world, registration_number=number)
    assert said in staff.get(at("change", application.pk)).content.decode()


def test_an_address_that_is_no_site_is_no_link(world: World, staff):
    """T38"""
    application = send(world, website="javascript:alert(1)")
    assert 'href="javascript' not in staff.get(at("change", application.pk)).content.decode()


def test_the_queue_costs_the_same_with_more_rows(world: World, staff):
    staff.get(at("changelist"))
    with CaptureQueriesContext(connection) as few:
        staff.get(at("changelist"))
    send(world)
    world.add_organisation("third", country="FR")
    boss = User.objects.get(email="boss@third.example")
    services.apply(by=actor_in(boss, "third"))
    with CaptureQueriesContext(connection) as more:
        assert "3 applications wait" in staff.get(at("changelist")).content.decode()
    assert len(more) == len(few)


# ---- Answers -------------------------------------------------------------------------------------


def test_an_application_is_approved_from_its_page(world: World, staff, waiting):
    assert at("approve_it", waiting.pk) in staff.get(at("change", waiting.pk)).content.decode()
    assert staff.get(at("approve_it", waiting.pk)).status_code == 200
    assert world.partner(NOVA).state == "applied"  # GET wrote nothing
    page = staff.post(
        at("approve_it", waiting.pk), {"reason": "Welcome!", "listed": "on"}, follow=True
    ).content.decode()
    assert "Nova Hosting GmbH is approved." in page
    assert at("approve_it", waiting.pk) not in page
    partner = world.partner(NOVA)
    assert (partner.state, partner.listed) == ("approved", True)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("approved", world.person("staff"))
    assert mailed("approved") == {
        "nina@novahosting.example": "de",
        "partner@novahosting.example": "de",
    }


def test_a_refusal_asks_for_its_reason(world: World, staff, waiting):
    assert "This field is required" in staff.post(at("refuse_it", waiting.pk), {}).content.decode()
    assert world.partner(NOVA).state == "applied"
    staff.post(at("refuse_it", waiting.pk), {"reason": "The site is empty."})
    assert (world.partner(NOVA).state, world.partner(NOVA).reason) == (
        "refused",
        "The site is empty.",
    )
    assert set(mailed("refused")) == {"nina@novahosting.example", "partner@novahosting.example"}


def test_an_affiliate_is_not_approved(world: World, staff, waiting):
    """P3, T45"""
    Organisation.objects.filter(slug=NOVA).update(affiliate=True)
    page = staff.post(at("approve_it", waiting.pk), {}, follow=True).content.decode()
    assert "An affiliate cannot be a partner." in page
    assert world.partner(NOVA).state == "applied"


def test_what_was_answered_is_not_answered_again(world: World, staff, waiting):
    services.approve(partner=world.partner(NOVA), by=None)
    assert staff.post(at("refuse_it", waiting.pk), {"reason": "No."}).status_code == 403
    assert world.partner(NOVA).state == "approved"


def test_a_partner_is_suspended_and_resumed_with_a_reason(world: World, staff):
    """P5"""
    pk = world.partner(ALPINE).pk
    page = staff.get(at("change", pk, "partner")).content.decode()
    assert at("suspend_it", pk, "partner") in page
    assert at("resume_it", pk, "partner") not in page
    staff.post(at("suspend_it", pk, "partner"), {"reason": ""})
    assert world.partner(ALPINE).state == "approved"
    staff.post(at("suspend_it", pk, "partner"), {"reason": "Invoices are open."})
    assert world.partner(ALPINE).state == "suspended"
    assert "lea@alpineweb.example" in mailed("suspended")
    page = staff.get(at("change", pk, "partner")).content.decode()
    assert "Invoices are open." in page
    staff.post(at("resume_it", pk, "partner"), {"reason": "All is paid."})
    assert world.partner(ALPINE).state == "approved"
    assert "lea@alpineweb.example" in mailed("resumed")


def test_who_may_only_look_decides_nothing(world: World, waiting):
    """T47"""
    junior = looker(world, "view_application", "view_partner", "view_programmeversion")
    page = junior.get(at("change", waiting.pk)).content.decode()
    assert "Nova Hosting GmbH" in page
    assert at("approve_it", waiting.pk) not in page
    assert junior.post(at("approve_it", waiting.pk), {}).status_code == 403
    pk = world.partner(ALPINE).pk
    assert junior.post(at("suspend_it", pk, "partner"), {"reason": "No."}).status_code == 403
    assert junior.post(at("start_one", None, "programmeversion"), {}).status_code == 403
    assert not ProgrammeVersion.objects.exists()
    assert world.partner(ALPINE).state == "approved"


# ---- The texts -----------------------------------------------------------------------------------


def test_a_version_is_started_previewed_and_published(world: World, staff, client):
    assert staff.get(at("start_one", None, "programmeversion")).status_code == 200
    assert not ProgrammeVersion.objects.exists()  # GET wrote nothing
    staff.post(at("start_one", None, "programmeversion"), {"note": "New year"})
    version = ProgrammeVersion.objects.get()
    version.texts.filter(key="prices").update(
        titles=dict.fromkeys(("en", "fr", "de", "it", "es"), "Half the price")
    )
    preview = staff.get(at("preview", version.pk, "programmeversion") + "?language=de")
    page = preview.content.decode()
    assert "Half the price" in page
    assert "Ein eingetragenes Unternehmen" in page
    assert '<html lang="de"' in page
    assert "Half the price" not in client.get("/en/programme/").content.decode()
    assert staff.get(at("publish_it", version.pk, "programmeversion")).status_code == 200
    assert "Half the price" not in client.get("/en/programme/").content.decode()
    staff.post(at("publish_it", version.pk, "programmeversion"))
    assert "Half the price" in client.get("/en/programme/").content.decode()


def test_a_missing_language_is_named_and_nothing_published(world: World, staff):
    version = texts.start_version()
    text = version.texts.get(key="company")
    del text.texts["es"]
    text.save()
    for method in (staff.get, staff.post):
        page = method(at("publish_it", version.pk, "programmeversion"), follow=True)
        assert "is missing in Spanish" in page.content.decode()
    version.refresh_from_db()
    assert version.published_at is None


def test_a_published_version_is_only_looked_at(world: World, staff):
    version = texts.start_version()
    texts.publish(version=version, by=world.person("staff"))
    page = staff.get(at("change", version.pk, "programmeversion")).content.decode()
    assert "A registered company" in page
    assert 'name="texts-0-titles_en"' not in page
    assert at("publish_it", version.pk, "programmeversion") not in page
    assert at("preview", version.pk, "programmeversion") in page
    assert (
        staff.post(at("delete", version.pk, "programmeversion"), {"post": "yes"}).status_code == 403
    )
    assert ProgrammeVersion.objects.filter(pk=version.pk).exists()


def test_each_language_of_a_draft_has_a_box_and_is_kept(world: World, staff):
    version = texts.start_version()
    address = at("change", version.pk, "programmeversion")
    form = staff.get(address).context["inline_admin_formsets"][0].formset
    data = {"note": "", **management(form)}
    for number, one in enumerate(form.forms):
        if one.instance.pk is None:
            continue
        for name in one.fields:
            value = one[name].value()
            data[f"texts-{number}-{name}"] = "" if value is None else str(value)
    data["texts-0-titles_it"] = "Prezzi nuovi"
    response = staff.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    assert version.texts.filter(titles__it="Prezzi nuovi", titles__fr__isnull=False).count() == 1
    assert version.texts.count() == form.initial_form_count()


def management(formset) -> dict[str, str]:
    fields = formset.management_form
    return {fields[name].html_name: str(fields[name].value()) for name in fields.fields}


# ---- Licences ------------------------------------------------------------------------------------


def test_a_licence_is_kept_with_its_terms_by_language(world: World, staff):
    """P4"""
    data = {
        "name": "Themes", "licence_key": "WPT-1", "download_url": "", "position": "0",
        "shown": "on", "terms_en": "For clients.", "terms_fr": "Pour vos clients.", "terms_de": "",
        "terms_it": "", "terms_es": "",
    }  # fmt: skip
    assert staff.post(at("add", None, "themebundle"), data).status_code == 302
    bundle = ThemeBundle.objects.get()
    assert bundle.terms == {"en": "For clients.", "fr": "Pour vos clients."}


def test_a_download_is_https(world: World, staff):
    data = {"name": "Themes", "licence_key": "WPT-1", "download_url": "http://x.example/a.zip"}
    page = staff.post(at("add", None, "themebundle"), data | {"position": "0"})
    assert page.status_code == 200
    assert not ThemeBundle.objects.exists()
