"""The partnership's journey in a real browser, both ways (L1, L3, L5, L6)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

GINA, LEA = "gina@garage-nord.example", "lea@alpineweb.example"
REMI = "remi@rhonedigital.example"


def products_shown(visitor, path):
    assert visitor.go(path) == 200
    return sorted(visitor.page.locator("tbody th").all_inner_texts())


def test_a_partner_asks_the_client_grants_changes_and_ends(visitor, live_world, mailbox):
    every = [product.name for product in live_world.products("garage-nord")]
    first, second, third = every[:3]

    # Alpine Web asks Garage Nord for full access.
    lea = visitor("lea")
    lea.go("/o/alpine-web/reseller/clients/")
    lea.press("Add a client")
    lea.page.get_by_label("E-mail address of your client").fill(GINA)
    lea.press("Continue")
    lea.pick("access", "full")
    lea.press("Continue")
    lea.pick("payment_mode", "client")
    lea.press("Continue")
    assert GINA in lea.text()
    lea.press("Send the request")
    assert GINA in lea.text()
    assert lea.go("/o/garage-nord/") == 404

    # The mail's link leads Garage Nord to the page, which grants two products instead.
    gina = visitor()
    link = mailbox.link_to(GINA)
    gina.go(link)
    assert link not in gina.page.url
    assert "Alpine Web" in gina.text()
    gina.press("Sign in")
    gina.fill_in_sign_in(GINA)
    gina.press("Choose what to grant")
    gina.pick("access", "limited")
    gina.press("Continue")
    gina.choose(first)
    gina.choose(second)
    gina.press("Continue")
    assert "something else than was asked" in gina.text()
    gina.press("Grant access to Alpine Web Sàrl")
    assert "Alpine Web" in gina.text()

    # Alpine Web opens the space and sees exactly those two.
    answer = mailbox.newest_to(LEA)
    assert "Garage Nord" in answer.subject
    lea.go("/o/alpine-web/reseller/clients/")
    lea.press("Garage Nord")
    assert "limited access" in lea.page.locator("body").inner_text()
    assert products_shown(lea, "/o/garage-nord/products/") == sorted([first, second])

    # The client adds one: the next click shows it.
    change_access(gina, lambda: gina.choose(third))
    assert products_shown(lea, "/o/garage-nord/products/") == sorted([first, second, third])

    # The client gives full access, and goes on paying.
    change_access(gina, None, full=True)
    assert products_shown(lea, "/o/garage-nord/products/") == sorted(every)

    # The client ends it, with the password; the partner's next click finds nothing.
    gina.go("/o/garage-nord/partners/")
    gina.page.locator("main summary[aria-label*='Alpine Web']").first.click()
    gina.press("Stop the collaboration")
    gina.page.locator("input[name=understood]").check()
    gina.press("Continue")
    gina.page.get_by_label("Your password").fill("wrong")
    gina.press("Stop the collaboration")
    assert "not your password" in gina.text()
    gina.page.get_by_label("Your password").fill("demo-password")
    gina.press("Stop the collaboration")
    assert "Alpine Web" in gina.text()
    lea.page.reload()
    assert lea.go("/o/garage-nord/products/") == 404
    assert mailbox.newest_to(LEA).subject
    assert "Garage Nord" in mailbox.newest_to(LEA).body


def change_access(client, choose, *, full=False):
    client.go("/o/garage-nord/partners/")
    client.page.locator("main summary[aria-label*='Alpine Web']").first.click()
    client.press("Change the access")
    client.pick("access", "full" if full else "limited")
    client.press("Continue")
    if full:
        client.pick("payment_mode", "client")
    else:
        choose()
    client.press("Continue")
    client.press("Change it now")


def test_a_client_invites_a_partner_which_accepts_from_the_mail(visitor, mailbox):
    gina = visitor("gina")
    gina.go("/o/garage-nord/partners/")
    gina.press("Authorise a partner")
    gina.page.get_by_label("Name or e-mail address").fill("Rhône")
    gina.press("Search")
    gina.choose("Rhône Digital")
    gina.press("Continue")
    gina.pick("access", "full")
    gina.press("Continue")
    gina.pick("payment_mode", "partner")
    gina.press("Continue")
    gina.press("Send the invitation")
    assert "Rhône Digital" in gina.text()

    remi = visitor("remi", width=390)
    assert remi.go("/o/garage-nord/") == 404
    remi.go(mailbox.link_to(REMI))
    assert "Garage Nord" in remi.text()
    remi.press("Accept the invitation")
    assert remi.go("/o/garage-nord/products/") == 200
    assert "Rhône Digital" in mailbox.newest_to(GINA).body


def test_a_link_opened_by_another_account_says_nothing_and_keeps_waiting(visitor, mailbox):
    """T2."""
    gina = visitor("gina")
    gina.go("/o/garage-nord/partners/authorise/")
    gina.page.get_by_label("Name or e-mail address").fill("Rhône")
    gina.press("Search")
    gina.choose("Rhône Digital")
    gina.press("Continue")
    gina.pick("access", "full")
    gina.press("Continue")
    gina.pick("payment_mode", "client")
    gina.press("Continue")
    gina.press("Send the invitation")

    link = mailbox.link_to(REMI)
    bruno = visitor("bruno")
    bruno.go(link)
    assert "Garage Nord" not in bruno.text()
    assert REMI not in bruno.page.content()
    expect(bruno.page.get_by_role("button", name="Accept")).to_have_count(0)

    remi = visitor("remi")
    remi.go(link)
    remi.press("Decline…")
    remi.press("Decline the invitation")
    remi.go(link)
    assert "already refused" in remi.text()
