"""A refusal says which act, as whom one was refused, and who can do it (section 6, T9, T31)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.errors import ActForbidden
from access.models import Act, SupportAccess, User
from access.policy import forbidden
from access.rules import ACTS, Answer, Capacity, Role, who_may

pytestmark = pytest.mark.django_db
BELMONT, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def let_support_in(world, *, may_write):
    now = timezone.now()
    SupportAccess.objects.create(
        organisation=world.organisation(BELMONT),
        opened_by=world.person("clara"),
        opened_at=now,
        until=now + timedelta(hours=1),
        may_write=may_write,
    )


def actor_as(world, capacity):
    """Somebody who acts in Clinique Belmont (in the bakery for full access) as `capacity`."""
    if capacity == Capacity.LEGAL_REPRESENTATIVE:
        return world.actor("clara", BELMONT)
    if capacity == Capacity.PARTNER_FULL:
        return world.actor("lea", BAKERY)
    if capacity == Capacity.PARTNER_LIMITED:
        return world.actor("lea", BELMONT)
    if capacity in (Capacity.SUPPORT_READ, Capacity.SUPPORT_WRITE):
        let_support_in(world, may_write=capacity == Capacity.SUPPORT_WRITE)
        return world.actor("staff", BELMONT)
    world.add_member(BELMONT, "somebody", Role(capacity))
    return world.actor("somebody", BELMONT)


@pytest.mark.parametrize("capacity", list(Capacity))
def test_whatever_is_refused_is_explained_as_far_as_names_may_be_seen(world, capacity):
    actor = actor_as(world, capacity)
    assert actor.capacity == capacity
    names = set(
        User.objects.filter(memberships__organisation=actor.organisation).values_list(
            "name", flat=True
        )
    )
    for act in (act for act in ACTS if actor.answer(act) is Answer.NO):
        with pytest.raises(ActForbidden) as caught:
            actor.require(act)
        refusal = caught.value
        assert str(ACTS[act].label) in str(refusal.message)
        assert actor.organisation.name in str(refusal.message)
        named = {name for name in names if any(name in who for who in refusal.who)}
        if actor.may("people.see"):
            assert named, act
        else:
            assert not named
            assert refusal.who == [str(one.label) for one in who_may(act)]


def test_the_page_says_act_capacity_and_who_can(world):
    page = world.client("colin").get(reverse("partner_authorise", args=[BELMONT]))
    assert page.status_code == 403
    for words in (
        "authorise a partner",
        "You act as",
        "Collaborator",
        "Clara Meyer (Legal representative)",
        "Back to Clinique Belmont",
        reverse("home", args=[BELMONT]),
    ):
        assert words in page.text


def test_a_partners_person_reads_roles_or_names_as_section_6_says(world):
    """Limited access sees no people: roles only; full access sees names, no addresses."""
    refusal = forbidden(world.actor("lea", BELMONT), "product.order")
    assert refusal.who == ["Legal representative", "Administrator"]
    refusal = forbidden(world.actor("lea", BAKERY), "people.change")
    assert refusal.who == [f"{world.person('bruno')} (Legal representative)"]
    assert "@" not in str(refusal.who)


def test_support_that_may_only_look_is_told_so(world):
    """T30"""
    let_support_in(world, may_write=False)
    product = world.product(BELMONT, "Care team chat")
    url = reverse("product_settings", args=[BELMONT, product.public_id])
    page = world.client("staff").get(url)
    assert page.status_code == 403
    for words in ("change the product's settings".replace("'", "&#x27;"), "Support, may look"):
        assert words in page.text
    assert "Clara Meyer (Legal representative)" in page.text
    shown = world.client("staff").get(reverse("product", args=[BELMONT, product.public_id])).text
    assert url not in shown


def test_the_banner_stands_on_a_refusal_too(world):
    """A3: every page inside a client's organisation, this one as well."""
    page = world.client("lea").get(reverse("organisation_edit", args=[BAKERY]))
    assert page.status_code == 403
    assert "You are working in" in page.text
    assert "Alpine Web Sàrl" in page.text


def test_who_no_longer_signs_in_is_not_named(world):
    world.add_member(BELMONT, "gone", Role.LEGAL_REPRESENTATIVE)
    User.objects.filter(email__startswith="gone@").update(is_active=False)
    assert forbidden(world.actor("colin", BELMONT), "partners.authorise").who == [
        "Clara Meyer (Legal representative)"
    ]


def test_a_refused_try_is_a_line_in_the_log_and_a_look_is_not(world):
    """T9"""
    url = reverse("partner_authorise", args=[BELMONT])
    before = Act.objects.count()
    world.client("colin").get(url)
    assert Act.objects.count() == before
    world.client("colin").post(url)
    line = Act.objects.first()
    assert (line.act, line.allowed, line.capacity) == ("partners.authorise", False, "collaborator")
