"""The pages of people: list, person, role, removing, assigning (O1-O5, `domain.md` section 6)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Act, MemberInvitation, Membership
from access.services import invite_member
from tests.journey import ALPINE, GARAGE, RHONE
from tests.world import World

pytestmark = pytest.mark.django_db

CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def page(name: str, slug: str, *args: str) -> str:
    return reverse(name, args=[slug, *args])


def of(world: World, name: str, slug: str, url: str) -> str:
    return page(url, slug, world.membership(name, slug).public_id)


def names(response) -> list[str]:
    return [row.user.name for row in response.context["page"]]


# ---- the list ------------------------------------------------------------------------------


def test_all_for_who_represents(world: World) -> None:
    response = world.client("clara").get(page("people", CLINIC))
    assert names(response) == ["Clara Meyer", "Colin Dubois"]
    assert "colin@clinique-belmont.example" in response.text
    assert "2 products" in response.text
    assert page("member_invite", CLINIC) in response.text


@pytest.mark.parametrize(("name", "slug"), [("colin", CLINIC), ("lea", BAKERY)])
def test_names_and_roles_only_for_collaborators_and_full_partners(
    world: World, name: str, slug: str
) -> None:
    """Section 6: neither addresses nor what is assigned, not even by searching."""
    browser, url = world.client(name), page("people", slug)
    response = browser.get(url)
    own = world.person(name).email
    addresses = [member.user.email for member in Membership.objects.filter(organisation__slug=slug)]
    assert not [address for address in addresses if address != own and address in response.text]
    assert "Reaches" not in response.text
    assert page("member_invite", slug) not in response.text
    host = addresses[0].partition("@")[2]
    assert names(browser.get(url, {"q": host})) == []
    assert len(names(response)) == len(addresses)


def test_one_persons_page_tells_others_no_more_than_the_list(world: World) -> None:
    response = world.client("colin").get(of(world, "clara", CLINIC, "member"))
    assert "Clara Meyer" in response.text
    assert "clara@clinique-belmont.example" not in response.text
    assert "Change the role" not in response.text


def test_somebody_without_a_name_does_not_show_their_address(world: World) -> None:
    user = world.person("clara")
    user.name = ""
    user.save()
    browser = world.client("colin")
    refused = page("member_invite", CLINIC)
    for url in (page("people", CLINIC), of(world, "clara", CLINIC, "member"), refused):
        assert user.email not in browser.get(url).text


def test_ones_own_page_shows_what_is_assigned(world: World) -> None:
    response = world.client("colin").get(of(world, "colin", CLINIC, "member"))
    assert "Staff mailboxes" in response.text
    assert "Leave the organisation" in response.text
    assert "Assign products" not in response.text


@pytest.mark.parametrize("name", ["lea", "remi", "gina", "staff", "nina"])
def test_a_limited_partner_and_strangers_find_nothing(world: World, name: str) -> None:
    browser = world.client(name)
    member = world.membership("colin", CLINIC).public_id
    urls = [
        page("people", CLINIC),
        page("member_invitations", CLINIC),
        page("member_leave", CLINIC),
    ]
    for url in [*urls, page("member", CLINIC, member), page("member_change", CLINIC, member)]:
        assert browser.get(url).status_code == 404


def test_search_filter_and_sort(world: World) -> None:
    browser, url = world.client("lea"), page("people", ALPINE)
    assert names(browser.get(url)) == ["Adam Keller", "Cora Bianchi", "Léa Favre"]
    assert names(browser.get(url, {"q": "KELLER"})) == ["Adam Keller"]
    assert names(browser.get(url, {"q": "cora@alpineweb"})) == ["Cora Bianchi"]
    assert names(browser.get(url, {"role": "collaborator"})) == ["Cora Bianchi"]
    assert names(browser.get(url, {"sort": "-name"}))[0] == "Léa Favre"
    assert "Nobody fits" in browser.get(url, {"q": "nothing like it"}).text


@pytest.mark.parametrize(
    "query", ["sort=x", "page=999", "role=%00", "q=%00", "role=king", "page=x"]
)
def test_a_wrong_address_still_answers(world: World, query: str) -> None:
    browser = world.client("lea")
    for name in ("people", "member_invitations"):
        assert browser.get(f"{page(name, ALPINE)}?{query}").status_code == 200


@pytest.mark.parametrize("name", ["people", "member_invitations", "member_clients"])
def test_one_row_costs_as_many_queries_as_thirty(world: World, name: str) -> None:
    cora = world.membership("cora", ALPINE).public_id
    browser = world.client("lea")
    url = page(name, ALPINE, cora) if name == "member_clients" else page(name, ALPINE)

    def queries() -> tuple[int, int]:
        browser.get(url)
        with CaptureQueriesContext(connection) as found:
            response = browser.get(url)
        return len(response.context["page"].object_list), len(found)

    invite(world, "first@elsewhere.example")
    few, before = queries()
    for number in range(30):
        world.add_member(ALPINE, f"person-{number}")
    row = MemberInvitation.objects.get()
    MemberInvitation.objects.bulk_create(
        MemberInvitation(
            organisation=row.organisation,
            email=f"more-{number}@elsewhere.example",
            role=row.role,
            invited_by=row.invited_by,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
            token_hash=str(number),
        )
        for number in range(30)
    )
    world.add_clients(world.partner(ALPINE), 30)
    many, after = queries()
    assert (many - few, after) == (30, before)


# ---- inviting ------------------------------------------------------------------------------


def invite(world: World, email: str, role: str = "collaborator") -> MemberInvitation:
    by = world.actor("lea", ALPINE)
    return invite_member(email=email, role=role, accounting=False, by=by)


def test_inviting_from_the_page(world: World) -> None:
    browser = world.client("gina")
    typed = {"email": "Ida@Elsewhere.example", "role": "collaborator", "accounting": "on"}
    response = browser.post(page("member_invite", GARAGE), typed, follow=True)
    assert "Sent to ida@elsewhere.example" in response.text
    invitation = MemberInvitation.objects.get()
    assert (invitation.email, invitation.accounting) == ("ida@elsewhere.example", True)
    resend = page("member_invitation_resend", GARAGE, invitation.public_id)
    assert "Sent again" in browser.post(resend, follow=True).text
    withdraw = page("member_invitation_withdraw", GARAGE, invitation.public_id)
    assert "stops working at once" in browser.get(withdraw).text
    assert "is withdrawn" in browser.post(withdraw, follow=True).text
    assert "Nobody is invited" in browser.get(page("member_invitations", GARAGE)).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", {"email": ""}),
        ("email", {"email": "not an address"}),
        ("email", {"email": "gina@garage-nord.example"}),
        ("email", {"email": "a@b.example\r\nBcc: x@y.example"}),
        ("role", {"role": ""}),
        ("role", {"role": "king"}),
    ],
)
def test_wrong_data_stays_beside_its_field(world: World, field: str, typed: dict) -> None:
    browser = world.client("gina")
    form = {"email": "ida@elsewhere.example", "role": "collaborator"} | typed
    response = browser.post(page("member_invite", GARAGE), form)
    assert list(response.context["form"].errors) == [field]
    assert not MemberInvitation.objects.exists()


def test_twice_the_same_address_is_said_beside_the_field(world: World) -> None:
    browser, url = world.client("gina"), page("member_invite", GARAGE)
    form = {"email": "ida@elsewhere.example", "role": "collaborator"}
    browser.post(url, form)
    response = browser.post(url, form)
    assert "was invited already" in str(response.context["form"].errors["email"])


def test_another_organisations_invitation_does_not_exist(world: World) -> None:
    """T43"""
    foreign = invite(world, "ida@elsewhere.example")
    browser = world.client("gina")
    for name in ("member_invitation_resend", "member_invitation_withdraw"):
        for key in (foreign.public_id, "nothing-like-it"):
            assert browser.post(page(name, GARAGE, key)).status_code == 404


@pytest.mark.parametrize("name", ["colin", "adam"])
def test_forbidden_acts_say_who_can_and_are_noted(world: World, name: str) -> None:
    """T9: a collaborator who invites; an administrator who appoints."""
    slug = {"colin": CLINIC, "adam": ALPINE}[name]
    form = {"email": "ida@elsewhere.example", "role": "legal_representative"}
    response = world.client(name).post(page("member_invite", slug), form)
    assert response.status_code == 403
    assert {"colin": "Clara Meyer", "adam": "Léa Favre"}[name] in response.text
    assert not MemberInvitation.objects.exists()
    assert Act.objects.filter(organisation__slug=slug, allowed=False).count() == 1


# ---- role, removing, leaving ---------------------------------------------------------------


def test_changing_a_role(world: World) -> None:
    browser, url = world.client("lea"), of(world, "cora", ALPINE, "member_change")
    assert browser.get(url).status_code == 200
    response = browser.post(url, {"role": "administrator"}, follow=True)
    assert "was told by e-mail" in response.text
    assert world.membership("cora", ALPINE).role == "administrator"


def test_a_role_that_leaves_no_legal_representative(world: World) -> None:
    """O3, T44"""
    url = of(world, "gina", GARAGE, "member_change")
    response = world.client("gina").post(url, {"role": "collaborator"})
    assert "at least one legal representative" in str(response.context["form"].errors["role"])
    response = world.client("gina").post(page("member_leave", GARAGE))
    assert "at least one legal representative" in response.text
    assert world.membership("gina", GARAGE).role == "legal_representative"


@pytest.mark.parametrize("name", ["member_change", "member_remove"])
def test_an_administrator_does_not_touch_a_legal_representative(world: World, name: str) -> None:
    """O3"""
    browser, url = world.client("adam"), of(world, "lea", ALPINE, name)
    assert browser.get(url).status_code == 403
    assert browser.post(url, {"role": "collaborator"}).status_code == 403
    assert world.membership("lea", ALPINE).role == "legal_representative"
    shown = browser.get(of(world, "lea", ALPINE, "member")).text
    assert url not in shown


def test_unknown_fields_change_nothing(world: World) -> None:
    """T39"""
    typed = {"role": "collaborator", "every_product": "on", "user": "1", "organisation": "1"}
    world.client("lea").post(of(world, "cora", ALPINE, "member_change"), typed)
    cora = world.membership("cora", ALPINE)
    assert (cora.every_product, cora.role) == (False, "collaborator")


def test_removing_says_what_ends_and_asks(world: World) -> None:
    browser, url = world.client("lea"), of(world, "cora", ALPINE, "member_remove")
    response = browser.get(url)
    assert "Cora Bianchi no longer reaches your clients" in response.text
    assert Membership.objects.filter(user=world.person("cora")).exists()
    assert "no longer belongs" in browser.post(url, follow=True).text
    assert not Membership.objects.filter(user=world.person("cora")).exists()
    assert browser.get(url).status_code == 404


def test_leaving_by_oneself(world: World) -> None:
    browser = world.client("colin")
    assert "You reach nothing" in browser.get(page("member_leave", CLINIC)).text
    assert browser.post(page("member_leave", CLINIC)).url == reverse("start")
    assert browser.get(page("people", CLINIC)).status_code == 404


def test_removing_oneself_is_leaving(world: World) -> None:
    response = world.client("adam").get(of(world, "adam", ALPINE, "member_remove"))
    assert response.url == page("member_leave", ALPINE)


def test_a_full_partner_reads_names_but_changes_nobody(world: World) -> None:
    """T31"""
    browser = world.client("lea")
    for name in ("member_change", "member_remove", "member_products"):
        assert browser.post(of(world, "bruno", BAKERY, name)).status_code == 403
    assert browser.get(page("member_leave", BAKERY)).status_code == 404


@pytest.mark.parametrize(
    "name", ["member", "member_change", "member_remove", "member_products", "member_clients"]
)
def test_a_foreign_person_answers_like_an_unknown_one(world: World, name: str) -> None:
    """T43"""
    browser = world.client("lea")
    for key in (world.membership("remi", RHONE).public_id, "nothing-like-it"):
        assert browser.get(page(name, ALPINE, key)).status_code == 404
