"""The directory in a real browser (D1): a partner shows itself, a visitor finds it, writes to it
and invites it; suspended, it is gone."""

import pytest
from playwright.sync_api import expect

from partners import services
from tests.partners.directory_cast import blank, picture, write_page

pytestmark = pytest.mark.django_db(transaction=True)

REMI = "remi@rhonedigital.example"


def test_found_by_a_visitor_and_invited(visitor, mailbox, live_world):
    blank()

    # Rémi writes his page, sees it, and shows it.
    remi = visitor("remi")
    remi.go("/o/rhone-digital/reseller/directory/")
    german = remi.page.locator("details.listing-language", has_text="German")
    german.locator("summary").click()
    german.get_by_label("In one sentence").fill("Webshops aus Lyon für die ganze Schweiz")
    german.get_by_label("Description").fill("Seit 2011.\n\n<script>alert(1)</script>")
    remi.choose("Web & domains")
    remi.page.locator("#id_place_0").fill("Genève")
    remi.page.locator("#id_country_0").select_option("CH")
    remi.page.get_by_label("Logo").first.set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture()}
    )
    remi.page.get_by_label("Web site").fill("https://rhonedigital.example/")
    remi.press("Save and see the page")
    assert "This is your page as visitors see it." in remi.text()
    assert "Webshops aus Lyon" in remi.text()

    # A visitor finds him by need and town, without an account.
    guest = visitor()
    guest.go("/directory/")
    assert guest.page.url.endswith("/en/directory/")
    guest.page.get_by_label("Name, town or what you need").fill("webshops")
    guest.page.get_by_label("Where").fill("geneve")
    guest.press("Search")
    expect(guest.page.locator(".directory-card h2")).to_have_text(["Rhône Digital SAS"])
    guest.press("Rhône Digital SAS")
    assert "Verified partner since" in guest.text()
    assert "<script>alert(1)</script>" in guest.text()
    expect(guest.page.locator(".directory-logo")).to_have_js_property("naturalWidth", 80)

    # He writes to him, more slowly than a program.
    guest.press("Write to this partner")
    guest.page.get_by_label("Your name").fill("Ida Meier")
    guest.page.get_by_label("Your e-mail address").fill("ida@meier.example")
    guest.page.get_by_label("What you would like to know").fill("We sell bread, see www.meier.test")
    guest.page.wait_for_timeout(3000)
    guest.press("Send")
    assert "Your message is on its way to Rhône Digital SAS." in guest.text()
    sent = mailbox.newest_to("rhonedigital.example")
    assert "ida@meier.example" in sent.body
    assert "www.meier.test" not in sent.body

    # Gina wants to invite him: she signs in first, and finds him picked.
    gina = visitor()
    gina.go("/en/directory/rhone-digital/")
    gina.press("Invite this partner")
    gina.fill_in_sign_in("gina@garage-nord.example")
    assert "/o/garage-nord/partners/authorise/" in gina.page.url
    expect(gina.page.locator("input[value=rhone-digital]")).to_be_checked()
    gina.press("Continue")
    gina.pick("access", "full")
    gina.press("Continue")
    gina.pick("payment_mode", "client")
    gina.press("Continue")
    gina.press("Send the invitation")
    assert mailbox.link_to(REMI)

    # Suspended, he is gone at once, also for who has his page open.
    services.suspend(partner=live_world.partner("rhone-digital"), by=None)
    assert guest.go("/en/directory/rhone-digital/") == 404
    guest.go("/en/directory/")
    assert "Rhône" not in guest.text()


def test_a_stranger_chooses_language_and_look_on_a_shared_page(visitor, live_world):
    """The forms of shared pages hold no token; the choice is kept on other pages."""
    write_page(live_world)
    guest = visitor()
    guest.go("/en/directory/alpine-web/")
    guest.page.locator(".menu-looks > summary").click()
    guest.follow(guest.page.get_by_role("button", name="Deutsch"))
    assert guest.page.url.endswith("/de/directory/alpine-web/")
    assert "Schnelle Websites in Genf" in guest.text()
    guest.page.locator(".menu-looks > summary").click()
    guest.follow(guest.page.locator("button[name=theme][value=dark]"))
    expect(guest.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    guest.go("/accounts/login/")
    expect(guest.page.locator("html")).to_have_attribute("lang", "de")


def test_no_third_party_is_asked(visitor, live_world):
    """Architecture section 8."""
    write_page(live_world)
    guest = visitor()
    asked = []
    guest.page.on("request", lambda request: asked.append(request.url))
    for path in ("/en/directory/", "/en/directory/alpine-web/"):
        guest.go(path)
        guest.page.wait_for_load_state("networkidle")
    assert len(asked) > 5
    assert all(url.startswith((guest.base, "data:")) for url in asked)


def test_it_works_without_javascript(visitor, live_world):
    blank()
    write_page(live_world)
    guest = visitor(scripts=False)
    guest.go("/en/directory/")
    guest.page.locator("select[name=language]").select_option("de")
    guest.press("Search")
    expect(guest.page.locator(".directory-card h2")).to_have_text(["Alpine Web Sàrl"])
    guest.press("Alpine Web Sàrl")
    guest.press("Write to this partner")
    expect(guest.page.get_by_label("Your name")).to_be_visible()
