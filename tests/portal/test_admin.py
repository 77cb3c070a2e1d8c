"""The staff's admin: every page opens, it is no back door (T47), and its actions are the verbs."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from access.models import Act, Membership, Organisation, User
from clients.models import Partnership, Product
from partners.models import Partner
from tests.portal.admin_pages import address, model_of

pytestmark = pytest.mark.django_db

MODELS = sorted(model._meta.label for model in admin.site._registry)
SEEN_ONLY = [
    "access.Act",
    "access.OutgoingMail",
    "access.SupportAccess",
    "access.SupportLookup",
    "billing.Account",
    "billing.BankFile",
    "billing.BankMovement",
    "billing.Entry",
    "billing.Invoice",
    "billing.MoneyRequest",
    "billing.Order",
    "billing.PartnerTurnover",
    "billing.Payment",
    "billing.ProvisioningTask",
    "billing.RenewalFailure",
    "billing.RenewalRun",
    "clients.Partnership",
    "clients.Product",
    "partners.Application",
    "partners.Partner",
]
APPS = ("access", "billing", "clients", "partners")
LISTS = [model for model in MODELS if model.partition(".")[0] in APPS]


def test_what_staff_can_open_is_this_and_nothing_else():
    """No groups, no grants, no verified addresses, no invitation links: all would be back doors."""
    assert MODELS == [
        "access.Act",
        "access.JobRun",
        "access.JobStanding",
        "access.Organisation",
        "access.OutgoingMail",
        "access.SupportAccess",
        "access.SupportLookup",
        "access.User",
        "billing.Account",
        "billing.BankFile",
        "billing.BankMovement",
        "billing.Entry",
        "billing.FixedPrice",
        "billing.Invoice",
        "billing.MoneyRequest",
        "billing.Order",
        "billing.PartnerRate",
        "billing.PartnerTurnover",
        "billing.Payment",
        "billing.Price",
        "billing.ProvisioningTask",
        "billing.RenewalFailure",
        "billing.RenewalRun",
        "billing.TierTable",
        "billing.VatRate",
        "billing.WhatIf",
        "clients.Category",
        "clients.Partnership",
        "clients.Product",
        "clients.ProductType",
        "partners.Application",
        "partners.Partner",
        "partners.ProgrammeVersion",
        "partners.ThemeBundle",
        "tenders.Tender",
    ]


@pytest.mark.parametrize("label", LISTS)
def test_lists_open_and_search(staff, label):
    assert staff.get(address(label)).status_code == 200
    assert staff.get(address(label), {"q": "alpine"}).status_code == 200


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hotel", True),
        ("HÔTEL", True),
        ("bellevue hotel", True),
        ('"hotel bellevue"', True),
        ("'hotel bellevue'", True),
        ('"bellevue hotel"', False),
        ("hotel garage", False),
        ('"', False),
        ("hotel%", False),
        ("\x00hotel", True),
    ],
)
def test_staff_find_names_accents_aside(staff, text, found):
    """Each word, or quoted text, in one of the fields."""
    page = staff.get(address("access.Organisation"), {"q": text})
    assert page.status_code == 200
    assert ("Hôtel Bellevue</a>" in page.content.decode()) == found


WITHOUT_A_PAGE = ("access.OutgoingMail", "billing.PartnerTurnover")


@pytest.mark.parametrize("label", [label for label in LISTS if label not in WITHOUT_A_PAGE])
def test_pages_of_single_objects_open(staff, label):
    for found in model_of(label)._default_manager.all()[:3]:
        assert staff.get(address(label, "change", found.pk)).status_code == 200


@pytest.mark.parametrize("label", [label for label in LISTS if label != "access.OutgoingMail"])
def test_lists_can_be_filtered(staff, label):
    """By each link of the filters that the page offers."""
    page = staff.get(address(label)).content.decode()
    links = set(re.findall(r'href="(\?[^"]*__[^"]*)"', page))
    for link in sorted(links)[:12]:
        assert staff.get(address(label) + link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize(
    "label", ["access.Organisation", "access.User", "access.Act", "clients.Product",
              "clients.Partnership", "partners.Partner"],
)  # fmt: skip
def test_lists_cost_the_same_with_more_rows(
    world, staff, label, django_assert_max_num_queries, django_assert_num_queries
):
    alpine = world.partner("alpine-web")
    staff.get(address(label))
    with django_assert_max_num_queries(20) as few:
        staff.get(address(label))
    world.add_clients(alpine, 10)
    world.add_partners(10)
    with django_assert_num_queries(len(few)):
        staff.get(address(label))


# ---- who may come in -------------------------------------------------------------------------


@pytest.mark.parametrize("label", [None, *LISTS])
def test_strangers_are_led_to_the_portals_own_sign_in(world, label):
    target = address(label) if label else reverse("admin:index")
    answer = world.client().get(target)
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url or reverse("admin:login") in answer.url


def test_the_admin_has_no_sign_in_of_its_own(world):
    stranger = world.client()
    answer = stranger.get(reverse("admin:login"))
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("account_login"))
    answer = stranger.post(
        reverse("admin:login"), {"username": "staff@portal.example", "password": world.password}
    )
    assert answer.status_code == 302
    assert "sessionid" not in stranger.cookies


@pytest.mark.parametrize("name", ["lea", "bruno", "cora"])
@pytest.mark.parametrize("label", LISTS)
def test_others_do_not_come_in(world, name, label):
    answer = world.client(name).get(address(label), follow=True)
    assert answer.status_code == 403


def test_staff_without_rights_see_nothing(world):
    world.add_person("junior@portal.example")
    User.objects.filter(email="junior@portal.example").update(is_staff=True)
    junior = world.client("junior")
    assert junior.get(reverse("admin:index")).status_code == 200
    for label in LISTS:
        assert junior.get(address(label)).status_code == 403
    for page in ("import", "export"):
        assert junior.get(address("clients.Category", page)).status_code == 403


# ---- no back door ----------------------------------------------------------------------------


@pytest.mark.parametrize("label", SEEN_ONLY)
def test_what_is_only_to_be_seen(staff, label):
    assert staff.get(address(label, "add")).status_code == 403
    found = model_of(label)._default_manager.first()
    if found is not None:
        assert staff.post(address(label, "change", found.pk), {"name": "x"}).status_code == 403
        assert staff.post(address(label, "delete", found.pk), {"post": "yes"}).status_code == 403
        assert model_of(label)._default_manager.filter(pk=found.pk).exists()


def test_nobody_deletes_people_or_organisations(world, staff):
    for found in (world.person("lea"), world.organisation("garage-nord")):
        label = found._meta.label
        assert staff.get(address(label, "add")).status_code == 403
        delete = address(label, "delete", found.pk)
        assert staff.post(delete, {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": found.pk, "post": "yes"}
        staff.post(address(label), action)
        assert type(found).objects.filter(pk=found.pk).exists()


def inlines(prefix):
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def person_data(person, **changes):
    return {
        "name": person.name,
        "language": person.language,
        "is_active": "on",
        **inlines("memberships"),
        **inlines("emailaddress_set"),
        **inlines("authenticator_set"),
        **changes,
    }


def test_a_person_is_corrected_but_not_their_address_or_groups(world, staff):
    lea = world.person("lea")
    group = world.organisation("rhone-digital").reseller_group
    data = person_data(lea, name="Léa F.", email="x@y.example", groups=[group.pk], password="x")
    assert staff.post(address("access.User", "change", lea.pk), data).status_code == 302
    lea.refresh_from_db()
    assert (lea.name, lea.email) == ("Léa F.", "lea@alpineweb.example")
    assert not lea.groups.filter(pk=group.pk).exists()
    assert lea.check_password(world.password)


def test_only_a_superuser_makes_staff(world):
    junior = world.add_person("junior@portal.example")
    junior.is_staff = True
    junior.save()
    junior.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_user", "change_user"])
    )
    browser = world.client("junior")
    for name in ("gina", "staff", "junior"):
        person = world.person(name)
        data = person_data(person, is_staff="on", is_superuser="on")
        data.pop("is_active")
        assert browser.post(address("access.User", "change", person.pk), data).status_code == 302
    assert not world.person("gina").is_staff
    assert not world.person("junior").is_superuser
    assert world.person("staff").is_active
    assert world.person("junior").is_active
    assert not world.person("gina").is_active  # locking out is what they may do


def organisation_data(organisation, **changes):
    names = ["name", "street", "postcode", "city", "registration_number", "vat_number", "website"]
    return {name: getattr(organisation, name) for name in names} | inlines("memberships") | changes


def test_an_organisation_is_corrected_and_its_people_read_it_in_their_log(world, staff):
    garage = world.organisation("garage-nord")
    data = organisation_data(garage, city="Yverdon", currency="EUR", country="FR", slug="x")
    page = address("access.Organisation", "change", garage.pk)
    assert staff.post(page, data).status_code == 302
    garage.refresh_from_db()
    assert (garage.city, garage.currency, garage.country, garage.slug) == (
        "Yverdon",
        "CHF",
        "CH",
        "garage-nord",
    )
    act = Act.objects.filter(organisation=garage).first()
    assert (act.act, act.person) == ("organisation.change", world.person("staff"))
    assert (act.before, act.after) == ({"city": "Yverdon-les-Bains"}, {"city": "Yverdon"})


@pytest.mark.parametrize(
    ("slug", "field", "value", "error"),
    [
        ("garage-nord", "registration_number", "CHE-338.712.643", "does not check"),
        ("garage-nord", "website", "http://garage.example/", "valid URL"),
        ("garage-nord", "name", "Pay at https://evil.example", "no web address"),
        ("alpine-web", "affiliate", "on", "A partner cannot be an affiliate."),
    ],
)
def test_an_organisation_is_not_corrected_into_something_wrong(
    world, staff, slug, field, value, error
):
    organisation = world.organisation(slug)
    page = address("access.Organisation", "change", organisation.pk)
    answer = staff.post(page, organisation_data(organisation, **{field: value}))
    assert answer.status_code == 200
    assert error in answer.content.decode()


def test_memberships_cannot_be_changed_here(world, staff):
    """O3: the services keep one legal representative."""
    garage = world.organisation("garage-nord")
    membership = world.membership("gina", "garage-nord")
    data = organisation_data(garage) | {
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": membership.pk,
        "memberships-0-organisation": garage.pk,
        "memberships-0-role": "collaborator",
        "memberships-0-DELETE": "on",
    }
    staff.post(address("access.Organisation", "change", garage.pk), data)
    assert Membership.objects.get(pk=membership.pk).role == "legal_representative"


# ---- partners --------------------------------------------------------------------------------


def decide(browser, action, *partners):
    data = {"action": action, "_selected_action": [partner.pk for partner in partners]}
    return browser.post(address("partners.Partner"), data, follow=True).content.decode()


def test_an_application_is_approved(world, staff):
    nova = world.partner("nova-hosting")
    assert "Nova Hosting GmbH is approved." in decide(staff, "approve", nova)
    nova.refresh_from_db()
    assert (nova.state, nova.listed) == ("approved", False)
    assert world.actor("nina", "nova-hosting").may("clients.add")
    act = Act.objects.get(act="programme.approve", organisation=nova.pk)
    assert act.person == world.person("staff")


def test_the_impossible_is_named_and_the_others_are_done(world, staff):
    page = decide(staff, "approve", world.partner("alpine-web"), world.partner("nova-hosting"))
    assert "Nova Hosting GmbH is approved." in page
    assert "Alpine Web Sàrl is in the state" in page


def test_who_may_only_look_decides_nothing(world):
    junior = world.add_person("junior@portal.example")
    junior.is_staff = True
    junior.save()
    junior.user_permissions.add(Permission.objects.get(codename="view_partner"))
    decide(world.client("junior"), "approve", world.partner("nova-hosting"))
    assert Partner.objects.get(organisation__slug="nova-hosting").state == "applied"


def test_the_page_of_a_product_names_its_manager(world, staff):
    product = world.product("clinique-belmont", "Appointments server")
    page = staff.get(address("clients.Product", "change", product.pk)).content.decode()
    assert "Alpine Web Sàrl (Limited access)" in page


def test_the_page_of_a_partnership_says_what_it_holds(world, staff):
    partnership = world.partnership("clinique-belmont", "alpine-web")
    page = staff.get(address("clients.Partnership", "change", partnership.pk)).content.decode()
    assert "Appointments server, clinique-belmont.example, www.clinique-belmont.example" in page


def test_everything_of_the_world_is_there(world):
    """The lists above are tested with data."""
    for model in (Organisation, Partnership, Product, Partner, Act):
        assert model.objects.exists()
