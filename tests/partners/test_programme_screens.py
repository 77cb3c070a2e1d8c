"""The programme's pages: public, the application, where it stands, the benefits (P1 to P5)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Act, Organisation
from partners import services
from partners.models import Application, Partner, ThemeBundle
from partners.rules import CONDITIONS
from partners.services import texts
from tests.journey import ALPINE, GARAGE
from tests.partners.programme import NOVA, WHOLE, posted, send
from tests.world import World

pytestmark = pytest.mark.django_db
STATUS, APPLY, WITHDRAW = "programme_status", "programme_apply", "programme_withdraw"
KEY = "WPT-SECRET-0042"


def at(name: str, slug: str = GARAGE) -> str:
    return reverse(name, args=[slug])


def text(response) -> str:
    """What the page's main part says."""
    assert response.status_code == 200
    main = re.search(r"<main.*?</main>", response.content.decode(), re.S).group()
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def ticked(page: str) -> list[str]:
    """The boxes of the page that are ticked."""
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', box).group(1) for box in boxes if " checked" in box]


@pytest.fixture
def bundle() -> ThemeBundle:
    return ThemeBundle.objects.create(
        name="Themes",
        licence_key=KEY,
        download_url="https://themes.portal.example/all.zip",
        terms={"en": "For your clients’ sites.", "fr": "Pour les sites de vos clients."},
    )


# ---- The public page -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "A registered company"),
        ("fr", "Une entreprise inscrite"),
        ("de", "Ein eingetragenes Unternehmen"),
        ("it", "Un’impresa registrata"),
        ("es", "Una empresa registrada"),
    ],
)
def test_anybody_reads_the_programme_in_each_language(world: World, client, language, words):
    page = text(client.get(f"/{language}/programme/"))
    assert words in page.replace("&#x27;", "’")
    for paragraph in texts.of_version(None, language).benefits:
        assert paragraph.title in page


def test_a_stranger_is_led_to_an_account_and_back(world: World, client):
    page = client.get("/en/programme/").content.decode()
    assert f"{reverse('account_signup')}?language=en&amp;next=/en/programme/" in page
    assert "affiliate programme cannot be a partner" in page  # P3


def test_who_represents_an_organisation_applies_for_it_and_nobody_else(world: World):
    world.add_member(GARAGE, "ada", role="administrator")
    assert at(STATUS) in world.client("gina").get("/en/programme/").content.decode()
    assert at(STATUS) not in world.client("ada").get("/en/programme/").content.decode()


def test_search_engines_find_it_in_each_language(world: World, client, settings):
    page = client.get("/fr/programme/").content.decode()
    assert f'<link rel="canonical" href="{settings.BASE_URL}/fr/programme/">' in page  # T35
    for code, _name in settings.LANGUAGES:
        assert f'hreflang="{code}" href="{settings.BASE_URL}/{code}/programme/"' in page


def test_a_draft_of_the_next_version_shows_nowhere(world: World, client):
    version = texts.start_version()
    version.texts.filter(key="company").update(titles={"en": "Unpublished"})
    assert "Unpublished" not in client.get("/en/programme/").content.decode()


def test_texts_of_staff_are_text(world: World, client):
    """T38: nothing that is typed becomes markup."""
    version = texts.start_version()
    for one in version.texts.filter(key="company"):
        one.texts["en"] = "<script>alert(1)</script> {vendor} {0}"
        one.save()
    texts.publish(version=version, by=world.person("staff"))
    page = client.get("/en/programme/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Example Cloud {0}" in page


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_public_page_is_only_read(world: World, client, method):
    assert getattr(client, method)("/en/programme/").status_code == 405


# ---- The application -----------------------------------------------------------------------------


def test_the_form_begins_with_what_the_portal_knows(world: World):
    page = world.client("gina").get(at(APPLY)).content.decode()
    for known in ("CHE338712642", "https://www.garage-nord.example/", "Gina Romano"):
        assert known in page
    assert page.count('type="checkbox"') == len(CONDITIONS)
    assert not ticked(page)


def test_it_is_sent(world: World):
    response = world.client("gina").post(at(APPLY), posted(), follow=True)
    assert "What happens next" in text(response)
    [application] = Application.objects.filter(organisation__slug=GARAGE)
    assert application.registration_number == "CHE338712642"  # checked, in its compact form (O7)
    assert application.acceptances.count() == len(CONDITIONS)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("registration_number", "CHE-338.712.643", "does not check"),
        ("registration_number", "", "required"),
        ("website", "http://www.garage-nord.example/", "begins with https://"),
        ("website", "https://192.168.1.4/", "not an IP address"),
        ("website", "https://localhost/", "outside your network"),
        ("website", "https://testserver.example/", "this portal"),
        ("contact_email", "gina@", "valid email"),
        ("contact_name", "Pay at https://evil.example", "no web address"),
        ("about", "", "required"),
        ("about", "x" * 2001, "at most 2000"),
        ("contact_name", "G\x00na", "Null characters"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_typed_is_lost(
    world: World, settings, field, typed, said
):
    settings.BASE_URL = "https://testserver.example"
    response = world.client("gina").post(at(APPLY), posted(**{field: typed}))
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert said in str(form.errors[field]).replace("&#x27;", "'")
    for name, kept in WHOLE.items():
        if name != field:
            assert form[name].value() == kept
    assert form["accepted"].value() == list(CONDITIONS)
    assert not Application.objects.filter(organisation__slug=GARAGE).exists()


@pytest.mark.parametrize("left", CONDITIONS)
def test_a_condition_left_open_is_said_beside_the_conditions(world: World, left):
    """P1"""
    others = [key for key in CONDITIONS if key != left]
    response = world.client("gina").post(at(APPLY), posted(accepted=others))
    assert "Each condition has to be ticked." in text(response)
    assert not Partner.objects.filter(organisation__slug=GARAGE).exists()


def test_what_is_typed_shows_as_text(world: World):
    send(world, about="<b>Bold</b> 🚗 \u202eback")
    page = world.client("gina").get(at(STATUS)).content.decode()
    assert "&lt;b&gt;Bold&lt;/b&gt; 🚗" in page


def test_a_draft_is_saved_as_typed_and_gone_on_with(world: World):
    gina = world.client("gina")
    draft = {"go": "draft", "website": "garage", "contact_email": "gina@", "accepted": ["terms"]}
    page = text(gina.post(at(APPLY), draft, follow=True))
    assert "The application is a draft." in page
    page = gina.get(at(APPLY)).content.decode()
    assert 'value="garage"' in page
    assert 'value="gina@"' in page
    assert ticked(page) == ["terms"]
    assert not Partner.objects.filter(organisation__slug=GARAGE).exists()


def test_other_words_meanwhile_are_shown_to_be_read(world: World):
    """P1: nobody accepts words that they did not see."""
    texts.publish(version=texts.start_version(), by=world.person("staff"))
    response = world.client("gina").post(at(APPLY), posted(version="0"))
    assert "The conditions have changed meanwhile" in text(response)
    page = response.content.decode()
    assert 'name="version" value="1"' in page
    assert not ticked(page)
    again = world.client("gina").post(at(APPLY), posted(version="1"))
    assert again.status_code == 302


def test_what_is_not_in_the_form_changes_nothing(world: World):
    """T39"""
    more = {"state": "approved", "organisation": "1", "sent_at": "2020-01-01", "listed": "on"}
    world.client("gina").post(at(APPLY), posted(**more))
    [application] = Application.objects.filter(organisation__slug=GARAGE)
    assert application.state == "sent"
    assert not world.partner(GARAGE).listed


def test_an_affiliate_reads_why_not(world: World):
    """P3, T45"""
    Organisation.objects.filter(slug=GARAGE).update(affiliate=True)
    gina = world.client("gina")
    assert "An affiliate cannot be a partner." in text(gina.get(at(STATUS)))
    assert "<textarea" not in gina.get(at(APPLY)).content.decode()
    assert gina.post(at(APPLY), posted()).status_code == 200
    assert not Application.objects.exists() or not Application.objects.filter(
        organisation__slug=GARAGE
    )


@pytest.mark.parametrize("name", [APPLY, WITHDRAW])
def test_only_a_legal_representative_opens_and_posts(world: World, name):
    """O4, T9: the refusal names who can, and a try is noted."""
    world.add_member(GARAGE, "ada", role="administrator")
    response = world.client("ada").post(at(name), posted())
    assert response.status_code == 403
    assert "Gina Romano" in response.content.decode()
    act = Act.objects.filter(organisation__slug=GARAGE).first()
    assert (act.act, act.allowed) == ("programme.apply", False)
    assert world.client("ada").get(at(name)).status_code == 403


@pytest.mark.parametrize("name", [STATUS, APPLY, WITHDRAW])
def test_to_others_it_does_not_exist(world: World, name):
    """T43: as an organisation that is none."""
    for who in ("lea", "bruno", "staff"):
        assert world.client(who).get(at(name)).status_code == 404
    assert world.client("lea").get(at(name, "nobody-here")).status_code == 404
    assert world.client("lea").get(at(name, "boulangerie-du-lac")).status_code == 404
    assert world.client().get(at(name)).status_code == 302


# ---- Where it stands -----------------------------------------------------------------------------


def test_who_waits_reads_what_happens_next_and_may_withdraw(world: World):
    nina = world.client("nina")
    assert "There is nothing for you to do." in text(nina.get(at(STATUS, NOVA)))
    assert "taken back" in text(nina.get(at(WITHDRAW, NOVA)))
    assert world.partner(NOVA).state == "applied"  # GET wrote nothing
    page = text(nina.post(at(WITHDRAW, NOVA), follow=True))
    assert "The application is withdrawn." in page
    assert "Withdrawn" in page
    assert not Partner.objects.filter(organisation__slug=NOVA).exists()


def test_withdrawing_twice_says_what_happened(world: World):
    nina = world.client("nina")
    nina.post(at(WITHDRAW, NOVA))
    assert "No application waits any more" in text(nina.post(at(WITHDRAW, NOVA), follow=True))


def test_who_was_refused_reads_why_and_applies_again(world: World):
    send(world)
    services.refuse(partner=world.partner(GARAGE), by=None, reason="The site is <empty>.")
    gina = world.client("gina")
    page = gina.get(at(STATUS)).content.decode()
    assert "The site is &lt;empty&gt;." in page
    assert at(APPLY) in page
    form = gina.get(at(APPLY)).context["form"]
    assert form["about"].value() == WHOLE["about"]  # kept
    assert not form["accepted"].value()  # to be ticked anew


def test_accepted_words_stay_readable(world: World):
    """P1: the version of the text kept."""
    send(world)
    texts.publish(version=texts.start_version(), by=world.person("staff"))
    page = text(world.client("gina").get(at(STATUS)))
    assert "version 0" in page
    assert "We support our clients ourselves" in page


def test_a_suspended_partner_reads_why(world: World):
    """P5"""
    services.suspend(partner=world.partner(ALPINE), by=None, reason="Invoices are open.")
    page = text(world.client("lea").get(at(STATUS, ALPINE)))
    assert "The partnership with us is suspended." in page
    assert "Invoices are open." in page


def test_an_administrator_sees_it_and_is_offered_nothing(world: World):
    page = world.client("adam").get(at(STATUS, ALPINE)).content.decode()
    assert "Partner since" in page
    world.add_member(NOVA, "ada", role="administrator")
    assert at(WITHDRAW, NOVA) not in world.client("ada").get(at(STATUS, NOVA)).content.decode()


def test_the_page_costs_the_same_with_one_application_and_three(world: World):
    gina = world.client("gina")
    send(world)
    gina.get(at(STATUS))
    with CaptureQueriesContext(connection) as once:
        gina.get(at(STATUS))
    for _time in range(2):
        services.withdraw(by=world.actor("gina", GARAGE))
        send(world)
    with CaptureQueriesContext(connection) as thrice:
        page = text(gina.get(at(STATUS)))
    assert page.count("Application of") == 3
    assert len(thrice) == len(once)


# ---- Approval opens the reseller space -------------------------------------------------------


def test_the_reseller_space_appears_with_the_approval(world: World):
    nina = world.client("nina")
    assert nina.get(at("benefits", NOVA)).status_code == 404
    assert at("clients", NOVA) not in nina.get(at("home", NOVA)).content.decode()
    services.approve(partner=world.partner(NOVA), by=world.person("staff"))
    home = nina.get(at("home", NOVA)).content.decode()
    assert at("clients", NOVA) in home
    assert at("benefits", NOVA) in home
    assert nina.get(at("benefits", NOVA)).status_code == 200


def test_an_approved_partner_sees_its_benefits_and_the_licence(world: World, bundle):
    """P4"""
    page = text(world.client("lea").get(at("benefits", ALPINE)))
    assert KEY in page
    assert "For your clients’ sites." in page
    for paragraph in texts.programme("en").benefits:
        assert paragraph.title in page


def test_a_suspended_partner_sees_no_licence_and_reads_why(world: World, bundle):
    """P5, T45"""
    services.suspend(partner=world.partner(ALPINE), by=None, reason="Invoices are open.")
    page = text(world.client("lea").get(at("benefits", ALPINE)))
    assert KEY not in page
    assert "Licences are shown to approved partners only." in page
    assert "Invoices are open." in page


def test_a_licence_that_staff_hid_is_not_shown(world: World, bundle):
    ThemeBundle.objects.update(shown=False)
    assert KEY not in text(world.client("lea").get(at("benefits", ALPINE)))


def test_no_client_sees_the_licence(world: World, bundle):
    for name, slug in (("bruno", "boulangerie-du-lac"), ("nina", NOVA), ("gina", GARAGE)):
        assert world.client(name).get(at("benefits", slug)).status_code == 404
