"""One's own sessions: listed, ended, and ended by what makes them stale (T40, T43)."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from access.devices import browser_of, system_of
from access.web.middleware import SEEN, SEEN_EVERY
from tests.access.authenticator import PASSWORD, add_app, code_of, sign_in

pytestmark = pytest.mark.django_db

GINA = "gina@garage-nord.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def two(world):
    """Gina at her computer and at her phone."""
    here = sign_in(GINA, headers={"user-agent": FIREFOX})
    there = sign_in(GINA, headers={"user-agent": IPHONE})
    return here, there


def inside(browser):
    return browser.get("/o/garage-nord/").status_code == 200


def rows(browser):
    return browser.get(reverse("sessions")).context["rows"]


def test_each_session_shows_where_and_when(two):
    here, _there = two
    page = here.get(reverse("sessions"))
    assert [(row.browser, row.system, row.current) for row in page.context["rows"]] == [
        ("Firefox", "Linux", True),
        ("Safari", "iPhone", False),
    ]
    assert "Firefox on Linux" in page.text
    assert "127.0.0.1" in page.text
    assert "This session" in page.text


def test_the_page_tells_no_key(two):
    """T43"""
    here, _there = two
    page = here.get(reverse("sessions")).text
    for session in UserSession.objects.all():
        assert session.session_key not in page


def test_one_is_ended(two):
    here, there = two
    assert inside(there)
    other = rows(here)[1]
    response = here.post(reverse("session_end", args=[other.id]), follow=True)
    assert "The session is ended." in response.text
    assert not inside(there)
    assert inside(here)
    assert len(rows(here)) == 1


def test_all_others_are_ended(two):
    here, there = two
    third = sign_in(GINA)
    here.post(reverse("sessions_end_others"))
    assert [inside(browser) for browser in (here, there, third)] == [True, False, False]


def test_the_own_one_ended_is_signing_out(two):
    here, there = two
    here.post(reverse("session_end", args=[rows(here)[0].id]))
    assert (inside(here), inside(there)) == (False, True)


def test_nobody_ends_anothers(world, two):
    here, _there = two
    clara = sign_in("clara@clinique-belmont.example")
    for identifier in (rows(here)[0].id, "nonsense"):
        assert clara.post(reverse("session_end", args=[identifier])).status_code == 404
    assert inside(here)


@pytest.mark.parametrize("name", ["sessions_end_others", "session_end"])
def test_reading_ends_nothing(two, name):
    here, there = two
    arguments = [rows(here)[1].id] if name == "session_end" else []
    assert here.get(reverse(name, args=arguments)).status_code == 405
    assert inside(there)


def test_a_new_password_ends_the_others_and_keeps_this_one(two):
    """T40"""
    here, there = two
    new = "another-long-pass-phrase"
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert (inside(here), inside(there)) == (True, False)
    assert len(rows(here)) == 1


def test_the_first_second_factor_ends_the_sessions_that_had_none(
    two, django_capture_on_commit_callbacks
):
    """T40"""
    here, there = two
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = here.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        here.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert (inside(here), inside(there)) == (True, False)


def test_a_role_that_is_taken_away_acts_at_once(world, two):
    """T40: nothing of a role is in the session."""
    world.membership("gina", "garage-nord").delete()
    assert [inside(browser) for browser in two] == [False, False]


def test_signing_in_asks_for_the_code(world):
    secret = add_app(world.person("gina"))
    browser = sign_in(GINA)
    assert not inside(browser)
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code." in wrong.text
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert inside(browser)


def test_a_recovery_code_works_once(world):
    gina = world.person("gina")
    add_app(gina)
    code = gina.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for opens in (True, False):
        browser = sign_in(GINA)
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert inside(browser) is opens


# ---- What is kept, and how often --------------------------------------------------------------


def test_use_is_noted_every_five_minutes_and_not_more_often(two):
    here, _there = two
    inside(here)
    key = here.session.session_key
    past = timezone.now() - timedelta(hours=1)
    UserSession.objects.filter(session_key=key).update(last_seen_at=past)
    inside(here)
    assert UserSession.objects.get(session_key=key).last_seen_at == past
    session = here.session
    session[SEEN] -= SEEN_EVERY
    session.save()
    inside(here)
    assert UserSession.objects.get(session_key=key).last_seen_at > past


def test_a_forged_header_is_no_address(world, settings):
    browser = sign_in(GINA, headers={"x-forwarded-for": "203.0.113.9"})
    assert UserSession.objects.get(session_key=browser.session.session_key).ip == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    browser = sign_in(GINA, headers={"x-forwarded-for": "198.51.100.1, 203.0.113.9"})
    assert UserSession.objects.get(session_key=browser.session.session_key).ip == "203.0.113.9"


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (IPHONE, "Safari", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("", "", ""),
        ("<script>alert(1)</script>", "", ""),
    ],
)
def test_what_a_browser_says_it_is(user_agent, browser, system):
    assert (browser_of(user_agent), system_of(user_agent)) == (browser, system)
