"""People in a real browser: from the invitation to what they see (O1, O2, O5, T5, T8)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

IDA = "ida@elsewhere.example"
PASSWORD = "a-long-pass-phrase"
CLARA = "clara@clinique-belmont.example"


def link_in(message, part: str) -> str:
    return urlsplit(re.search(rf"https?://\S+{part}\S+", message.body).group()).path


def products_shown(visitor, path: str) -> list[str]:
    assert visitor.go(path) == 200
    return sorted(visitor.page.locator("tbody th").all_inner_texts())


def sign_up(visitor, mailbox, address: str) -> None:
    visitor.page.locator("input[name=name]").fill("Ida Neu")
    visitor.page.locator("input[name=email]").fill(address)
    visitor.page.locator("input[name=password1]").fill(PASSWORD)
    visitor.page.locator("input[name=password2]").fill(PASSWORD)
    visitor.follow(visitor.page.locator("main form button").first)
    visitor.go(link_in(mailbox.newest_to(address), "/confirm-email/"))
    visitor.follow(visitor.page.locator("main form button").first)
    if "/accounts/login/" in visitor.page.url:
        visitor.fill_in_sign_in(address, PASSWORD)


def test_somebody_new_joins_and_sees_exactly_what_was_assigned(visitor, live_world, mailbox):
    clara = visitor("clara")
    clara.go("/o/clinique-belmont/people/")
    clara.press("Invite somebody")
    clara.page.get_by_label("E-mail address").fill(IDA)
    clara.pick("role", "legal_representative")
    accounting = clara.page.get_by_label("Accounting right", exact=True)
    expect(accounting).to_be_hidden()
    clara.pick("role", "collaborator")
    expect(accounting).to_be_visible()
    clara.press("Send the invitation")
    assert IDA in clara.text()

    # The link leaves the address bar, and nothing happens by signing up (T4, T5).
    ida = visitor(width=390)
    link = link_in(mailbox.newest_to(IDA), "/join/")
    ida.go(link)
    assert link not in ida.page.url
    assert "Clinique Belmont" in ida.text()
    assert IDA not in ida.text()
    ida.press("Create an account")
    sign_up(ida, mailbox, IDA)
    assert ida.go("/o/clinique-belmont/") == 404
    ida.go("/start/")
    ida.press("Join Clinique Belmont")
    assert products_shown(ida, "/o/clinique-belmont/products/") == []
    assert "Ida Neu joined" in mailbox.newest_to(CLARA).subject

    # Clara assigns one product and a whole category.
    clara.go("/o/clinique-belmont/people/")
    clara.press("Ida Neu")
    clara.press("Assign products")
    clara.page.get_by_label("Care team chat").check()
    cloud = clara.page.locator("[data-check-group]", has_text="Cloud computing")
    cloud.get_by_label("All of this category, future ones too").check()
    expect(cloud.get_by_label("Appointments server")).to_be_hidden()
    clara.press("Save")
    assert "Cloud computing" in clara.text()
    expected = [
        product.name
        for product in live_world.products("clinique-belmont")
        if product.name == "Care team chat"
        or product.product_type.category == live_world.product_type("vps").category
    ]
    assert products_shown(ida, "/o/clinique-belmont/products/") == sorted(expected)

    # All, future ones too; then removed: the next click finds nothing.
    clara.press("Assign products")
    clara.choose("All products, future ones too")
    expect(cloud).to_be_hidden()
    clara.press("Save")
    assert len(products_shown(ida, "/o/clinique-belmont/products/")) == 8
    clara.press("Remove")
    clara.press("Remove Ida Neu")
    assert "no longer belongs" in clara.text()
    ida.page.reload()
    assert ida.go("/o/clinique-belmont/products/") == 404
    assert "no longer belong" in mailbox.newest_to(IDA).subject


def test_a_partners_collaborators_day_through_the_switcher(visitor, live_world):
    lea = visitor("lea")
    lea.go("/o/alpine-web/people/")
    lea.press("Cora Bianchi")
    lea.press("Assign clients")
    lea.page.get_by_label("Search by name").fill("Belmont")
    lea.press("Search")
    lea.follow(lea.page.get_by_role("button", name="Assign: Clinique Belmont"))
    assert "2 clients are assigned" in lea.text()

    cora = visitor("cora")
    cora.go("/switch/?tab=clients")
    assert "Boulangerie du Lac" in cora.text()
    assert "Hôtel Bellevue" not in cora.text()
    cora.follow(cora.page.locator("main").get_by_role("link", name="Clinique Belmont"))
    assert "limited access" in cora.page.locator("body").inner_text()
    assert len(products_shown(cora, "/o/clinique-belmont/products/")) == 3
    assert cora.go("/o/hotel-bellevue/") == 404

    # What is taken back is gone at the next click.
    lea.follow(lea.page.get_by_role("button", name="Take back: Clinique Belmont"))
    assert cora.go("/o/clinique-belmont/products/") == 404
    assert cora.go("/o/boulangerie-du-lac/products/") == 200
