"""A person's own profile, and the pages of the second factor (T36, T40, T47)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.adapter import SecondFactorAdapter
from access.errors import Refused
from access.models import OutgoingMail, User
from access.services.profile import change_profile, remove_second_factor
from tests.access.authenticator import PASSWORD, add_app, add_passkey, code_of, prove
from tests.portal.test_own_pages import dead

pytestmark = pytest.mark.django_db

OWN = [
    "profile",
    "sessions",
    "second_factor",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "account_reauthenticate",
]
WITH_FACTORS = [
    "profile",
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
]


FORGED = ["", "{}", "[]", "nonsense", "null", '{"id": 1}', '{"id": "AAAA", "rawId": "AAAA"}']
FORGED += ['{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}']


def whole(response):
    html = response.content.decode()
    assert response.status_code == 200
    assert dead(html) == []
    assert len(re.findall("<h1", html)) == 1
    assert "<script>" not in html
    return html


@pytest.mark.parametrize("name", OWN)
def test_every_page_leads_somewhere(world, name):
    gina = world.client("gina")
    prove(gina, world.person("gina"), type="password")
    whole(gina.get(reverse(name)))


@pytest.mark.parametrize("name", WITH_FACTORS)
def test_so_with_second_factors(world, name):
    person = world.person("gina")
    add_app(person)
    key = add_passkey(person)
    gina = world.client("gina")
    prove(gina, person)
    whole(gina.get(reverse(name)))
    for action in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        whole(gina.get(reverse(action, args=[key.pk])))
    assert "Phone" in whole(gina.get(reverse("mfa_list_webauthn")))


@pytest.mark.parametrize("name", [*OWN, "mfa_view_recovery_codes", "mfa_deactivate_totp"])
def test_strangers_sign_in_first(world, name):
    response = world.client().get(reverse(name))
    assert response.status_code == 302
    assert reverse("account_login") in response.url


def test_the_menu_leads_to_it(world):
    page = world.client("gina").get("/o/garage-nord/").text
    assert f'href="{reverse("profile")}"' in page


# ---- Name and language ------------------------------------------------------------------------


def test_name_and_language_are_changed(world):
    gina = world.client("gina")
    response = gina.post(reverse("profile"), {"name": "  Gina   Nord ", "language": "de"})
    assert response.url == reverse("profile")
    assert response.cookies["django_language"].value == "de"
    person = world.person("gina")
    assert (person.name, person.language) == ("Gina Nord", "de")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "language": "de"}, "name"),
        ({"name": "x" * 81, "language": "de"}, "name"),
        ({"name": "Win at https://evil.example", "language": "de"}, "name"),
        ({"name": "Gina", "language": "xx"}, "language"),
        ({"name": "Gina", "language": ""}, "language"),
    ],
)
def test_bad_input_changes_nothing(world, data, field):
    before = world.person("gina").name
    page = world.client("gina").post(reverse("profile"), data)
    assert list(page.context["form"].errors) == [field]
    assert world.person("gina").name == before
    assert before in page.text  # the menu calls her as before


def test_other_fields_change_nothing(world):
    """T39"""
    data = {"name": "Gina", "language": "de", "is_staff": "on", "email": "x@evil.example"}
    world.client("gina").post(reverse("profile"), data)
    person = world.person("gina")
    assert (person.is_staff, person.email) == (False, "gina@garage-nord.example")


def test_the_service_knows_the_languages(world):
    with pytest.raises(Refused):
        change_profile(person=world.person("gina"), name="Gina", language="tlh")


# ---- The state of everything ------------------------------------------------------------------


def test_it_tells_the_state_of_each_second_factor(world):
    gina = world.client("gina")
    page = gina.get(reverse("profile"))
    assert (page.context["totp"], page.context["passkeys"]) == (None, [])
    add_app(world.person("gina"))
    add_passkey(world.person("gina"))
    page = gina.get(reverse("profile")).text
    for words in ("1 passkey", "10 left"):
        assert words in page


def test_it_lists_the_organisations_with_the_role(world):
    page = world.client("lea").get(reverse("profile")).text
    assert "Alpine Web Sàrl" in page
    assert "Legal representative" in page
    assert "Clinique Belmont" not in page


def queries(browser):
    with CaptureQueriesContext(connection) as found:
        browser.get(reverse("profile"))
    return len(found)


def test_many_organisations_cost_no_more_queries(world):
    browser = world.client("gina")
    few = queries(browser)
    boss = world.person("gina")
    for number in range(4):
        owner = world.add_organisation(f"more-{number}")
        owner.memberships.create(user=boss, role="administrator")
    assert queries(browser) == few


def test_without_a_password_it_offers_to_choose_one(world):
    person = world.person("gina")
    person.set_unusable_password()
    person.save()
    add_passkey(person)
    page = world.client("gina").get(reverse("profile"))
    assert reverse("account_set_password") in whole(page)


# ---- Second factors ---------------------------------------------------------------------------


def test_an_app_is_set_up_after_the_password(world, django_capture_on_commit_callbacks):
    gina, url = world.client("gina"), reverse("mfa_activate_totp")
    response = gina.get(url)
    assert response.url.startswith(reverse("account_reauthenticate"))
    gina.post(response.url, {"password": PASSWORD})
    page = gina.get(url)
    secret = page.context["form"].secret
    assert secret in page.text
    assert "data:image/svg+xml" in page.text
    page = gina.post(url, {"code": "12345"})
    assert "Incorrect code." in page.text
    assert secret in page.text
    with django_capture_on_commit_callbacks(execute=True):
        response = gina.post(url, {"code": code_of(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    codes = gina.get(response.url)
    assert len(codes.context["unused_codes"]) == 10
    kinds = OutgoingMail.objects.filter(address=world.person("gina").email)
    assert "account.totp_activated" in kinds.values_list("kind", flat=True)


def test_nobody_guesses_the_code(world):
    gina, url = world.client("gina"), reverse("mfa_activate_totp")
    prove(gina, world.person("gina"), type="password")
    secret = gina.get(url).context["form"].secret
    for _try in range(10):
        gina.post(url, {"code": "000000"})
    gina.post(url, {"code": code_of(secret)})
    assert not world.person("gina").authenticator_set.exists()


def test_the_codes_are_downloaded_as_text(world):
    add_app(world.person("gina"))
    gina = world.client("gina")
    prove(gina, world.person("gina"))
    response = gina.get(reverse("mfa_download_recovery_codes"))
    assert response["Content-Type"].startswith("text/plain")
    assert len(response.text.split()) == 10


def test_without_proof_no_code_shows(world):
    add_app(world.person("gina"))
    gina = world.client("gina")
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_deactivate_totp"):
        assert gina.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))


def test_the_app_is_removed(world):
    add_app(world.person("gina"))
    gina = world.client("gina")
    prove(gina, world.person("gina"))
    assert "your password alone opens" in gina.get(reverse("mfa_deactivate_totp")).text
    gina.post(reverse("mfa_deactivate_totp"))
    assert not world.person("gina").authenticator_set.exists()


def test_nobody_touches_anothers_passkey(world):
    """T43"""
    key = add_passkey(world.person("lea"))
    gina = world.client("gina")
    prove(gina, world.person("gina"))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert gina.get(reverse(name, args=[key.pk])).status_code == 404
        assert gina.post(reverse(name, args=[key.pk]), {"name": "mine"}).status_code == 404


@pytest.mark.parametrize("credential", FORGED)
def test_a_forged_passkey_is_refused(world, credential):
    gina = world.client("gina")
    prove(gina, world.person("gina"), type="password")
    gina.get(reverse("mfa_add_webauthn"))
    response = gina.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential})
    assert response.status_code == 200
    assert not world.person("gina").authenticator_set.exists()


@pytest.mark.parametrize("credential", FORGED)
def test_nobody_signs_in_with_a_forged_passkey(world, credential):
    stranger = world.client()
    stranger.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    stranger.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert "_auth_user_id" not in stranger.session


def test_an_address_is_added_beside_a_second_factor(world):
    add_app(world.person("gina"))
    gina = world.client("gina")
    gina.post(reverse("account_email"), {"action_add": "", "email": "gina@elsewhere.example"})
    assert world.person("gina").emailaddress_set.count() == 2


def test_the_database_alone_opens_nothing(world, settings):
    adapter = SecondFactorAdapter()
    kept = adapter.encrypt("SECRET")
    assert "SECRET" not in kept
    assert adapter.decrypt(kept) == "SECRET"
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" * 8
    assert adapter.decrypt(kept) == "SECRET"


# ---- Lost ---------------------------------------------------------------------------------------


def test_staff_remove_a_lost_one_and_the_person_is_told(world):
    person = world.person("gina")
    add_app(person)
    remove_second_factor(person=person, by=world.person("staff"))
    assert not person.authenticator_set.exists()
    assert OutgoingMail.objects.filter(kind="account.second_factor_removed").exists()


@pytest.mark.parametrize("name", ["staff", "lea"])
def test_not_their_own_and_not_what_is_not_there(world, name):
    with pytest.raises(Refused):
        remove_second_factor(person=world.person(name), by=world.person("staff"))


def test_it_is_an_action_of_the_admin(world):
    add_app(world.person("gina"))
    data = {"action": "remove_second_factor", "_selected_action": [world.person("gina").pk]}
    world.client("staff").post("/admin/access/user/", data)
    assert not world.person("gina").authenticator_set.exists()
    add_app(world.person("gina"))
    helper = User.objects.create_user("helper@portal.example", PASSWORD, is_staff=True)
    browser = world.client()
    browser.force_login(helper)
    browser.post("/admin/access/user/", data)
    assert world.person("gina").authenticator_set.exists()
