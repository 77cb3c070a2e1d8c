"""A person's profile in a browser: second factors set up and used, sessions ended (T40)."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.access.authenticator import PASSWORD, code_of

pytestmark = pytest.mark.django_db(transaction=True)

HUGO = "hugo@hotel-bellevue.example"
LEA = "lea@alpineweb.example"
BELMONT = "/o/clinique-belmont/"


def give_passkeys(person):
    """The browser gets a device that keeps passkeys, and that always finds its owner there."""
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    answer = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices, answer["authenticatorId"]


def sign_out(person):
    person.go("/accounts/logout/")
    person.press("Sign out")


def confirm_password(person):
    person.page.locator("input[name=password]").fill(PASSWORD)
    person.press("Go on")


def add_passkey(person, name="Phone"):
    person.page.get_by_label("Name").fill(name)
    person.press("Add the passkey")
    person.page.wait_for_url("**/accounts/2fa/**recovery-codes/**")


def test_an_authenticator_app_is_set_up_and_asked_for(visitor, live_world):
    hugo = visitor("hugo", width=390)
    hugo.go("/profile/")
    hugo.follow(hugo.page.get_by_role("link", name="Set up"))
    confirm_password(hugo)
    secret = hugo.page.locator(".secret").inner_text()
    expect(hugo.page.locator("main img")).not_to_have_js_property("naturalWidth", 0)
    hugo.page.locator("input[name=code]").fill("000000")
    hugo.press("Switch it on")
    assert "Incorrect code." in hugo.text()
    hugo.page.locator("input[name=code]").fill(code_of(secret))
    hugo.press("Switch it on")
    codes = hugo.page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    sign_out(hugo)

    hugo.sign_in(HUGO)
    assert hugo.page.url.endswith("/accounts/2fa/authenticate/")
    hugo.page.locator("input[name=code]").fill(code_of(secret))
    hugo.press("Sign in")
    assert "/o/hotel-bellevue/" in hugo.page.url
    sign_out(hugo)

    # The phone is lost.
    hugo.sign_in(HUGO)
    hugo.page.locator("input[name=code]").fill(codes[0])
    hugo.press("Sign in")
    hugo.go("/profile/")
    assert "9 left" in hugo.text()


def test_a_passkey_signs_in_alone_and_after_the_password(visitor, live_world):
    hugo = visitor("hugo")
    give_passkeys(hugo)
    hugo.go("/accounts/2fa/webauthn/add/")
    confirm_password(hugo)
    add_passkey(hugo)
    hugo.go("/accounts/2fa/")
    assert "Signs in alone" in hugo.text()
    sign_out(hugo)

    hugo.go("/accounts/login/?next=/profile/")
    hugo.press("Sign in with a passkey")
    hugo.page.wait_for_url(lambda url: urlsplit(url).path == "/profile/")
    assert "1 passkey" in hugo.text()
    sign_out(hugo)

    hugo.sign_in(HUGO)
    hugo.press("Use a passkey")
    hugo.page.wait_for_url("**/o/hotel-bellevue/")


def test_who_cancels_reads_what_to_do(visitor, live_world):
    hugo = visitor()
    devices, device = give_passkeys(hugo)
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    hugo.go("/accounts/login/")
    hugo.page.evaluate(
        "() => { navigator.credentials.get = async () => {"
        " throw new DOMException('cancelled', 'NotAllowedError') } }"
    )
    hugo.page.get_by_role("button", name="Sign in with a passkey").click()
    alert = hugo.page.locator("main [role=alert]")
    expect(alert).to_contain_text("It was cancelled, or took too long.")
    expect(hugo.page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_a_partner_is_led_to_a_second_factor_and_back(visitor, live_world, settings):
    settings.PARTNERS_NEED_SECOND_FACTOR = True
    lea = visitor("lea", width=390)
    give_passkeys(lea)
    assert lea.go(BELMONT) == 200
    assert "Belmont" not in lea.text()
    lea.press("Add a passkey")
    confirm_password(lea)
    add_passkey(lea)
    lea.press("Go on")
    assert lea.page.url.endswith(BELMONT)
    assert "Clinique Belmont" in lea.text()


def test_a_passkey_confirms_the_end_of_a_partnership(visitor, live_world):
    """L6, T21"""
    lea = visitor("lea")
    give_passkeys(lea)
    lea.go("/accounts/2fa/webauthn/add/")
    confirm_password(lea)
    add_passkey(lea)
    partnership = live_world.partnership("clinique-belmont", "alpine-web")
    lea.go(f"/o/alpine-web/reseller/clients/{partnership.public_id}/end/")
    lea.choose("Yes, stop the collaboration with Clinique Belmont")
    lea.press("Continue")
    lea.press("Confirm with a passkey instead")
    lea.press("Use a passkey")
    lea.page.wait_for_url("**/end/?confirmed=yes")
    assert "You have confirmed with your passkey" in lea.text()
    lea.press("Stop the collaboration")
    partnership.refresh_from_db()
    assert partnership.state == "ended"


def test_a_session_elsewhere_is_ended(visitor, live_world):
    here, there = visitor("hugo"), visitor("hugo", width=390)
    assert there.go("/o/hotel-bellevue/") == 200
    here.go("/profile/sessions/")
    expect(here.page.locator(".state-list > li")).to_have_count(2)
    here.follow(here.page.locator(".state-list").get_by_role("button", name="End"))
    assert "The session is ended." in here.text()
    there.go("/o/hotel-bellevue/")
    assert "/accounts/login/" in there.page.url
    assert here.go("/o/hotel-bellevue/") == 200
