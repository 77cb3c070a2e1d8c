"""Applying to the programme and staff's answers (P1, P3, P5)."""

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404

from access.errors import ActForbidden
from access.models import Act, Organisation
from partners import services
from partners.models import Acceptance, Application, Partner
from partners.rules import CONDITIONS
from partners.services import NotPossible, texts
from partners.services.applying import ConditionsOpen, Incomplete
from tests.journey import ALPINE, GARAGE, logged
from tests.partners.programme import NOVA, WHOLE, mailed, send
from tests.racing import at_once, unlocked
from tests.world import World

pytestmark = pytest.mark.django_db


def publish_other_words(world: World) -> None:
    texts.publish(version=texts.start_version(), by=world.person("staff"))


# ---- The draft -----------------------------------------------------------------------------------


def test_a_draft_is_kept_unchecked_and_mails_nobody(world: World) -> None:
    draft = services.save_draft(by=world.actor("gina", GARAGE), website="garage", about="We …")
    assert (draft.state, draft.website, draft.about, draft.sent_at) == (
        "draft",
        "garage",
        "We …",
        None,
    )
    assert not Partner.objects.filter(organisation__slug=GARAGE).exists()
    assert mailed("application_received") == {}
    assert logged(GARAGE)[0] == "programme.draft"


def test_a_draft_is_gone_on_with_and_logged_once(world: World) -> None:
    gina = world.actor("gina", GARAGE)
    first = services.save_draft(by=gina, website="garage", about="One")
    second = services.save_draft(by=gina, about="Two")
    assert (second.pk, second.website, second.about) == (first.pk, "garage", "Two")
    assert logged(GARAGE).count("programme.draft") == 1


def test_a_draft_takes_no_field_but_its_own(world: World) -> None:
    """T39"""
    draft = services.save_draft(
        by=world.actor("gina", GARAGE), state="approved", sent_at="2020-01-01"
    )
    draft.refresh_from_db()
    assert (draft.state, draft.sent_at) == ("draft", None)


def test_each_condition_is_kept_with_its_words_its_version_and_its_moment(world: World) -> None:
    """P1"""
    gina = world.actor("gina", GARAGE)
    draft = services.save_draft(by=gina, accepted=["support"])
    [kept] = draft.acceptances.all()
    condition = texts.programme().conditions[1]
    assert (kept.key, kept.version, kept.title, kept.text) == (
        "support",
        0,
        condition.title,
        condition.text,
    )
    assert (kept.accepted_by, kept.language) == (gina.person, "en")
    services.save_draft(by=gina, accepted=["support", "terms"])
    again = draft.acceptances.get(key="support")
    assert again.accepted_at == kept.accepted_at
    services.save_draft(by=gina, accepted=["terms"])
    assert [one.key for one in draft.acceptances.all()] == ["terms"]


def test_a_condition_that_nobody_wrote_is_not_kept(world: World) -> None:
    draft = services.save_draft(by=world.actor("gina", GARAGE), accepted=["support", "anything"])
    assert [one.key for one in draft.acceptances.all()] == ["support"]


def test_other_words_have_to_be_ticked_anew(world: World) -> None:
    """P1: the version of the text."""
    gina = world.actor("gina", GARAGE)
    draft = services.save_draft(by=gina, accepted=list(CONDITIONS))
    publish_other_words(world)
    with pytest.raises(ConditionsOpen, match="changed"):
        send(world, version=0)
    assert {one.version for one in draft.acceptances.all()} == {0}
    send(world, version=1)
    assert {one.version for one in draft.acceptances.all()} == {1}


# ---- Sending -------------------------------------------------------------------------------------


def test_an_application_is_sent_with_all_it_says(world: World) -> None:
    application = send(world)
    application.refresh_from_db()
    assert {name: getattr(application, name) for name in WHOLE} == WHOLE
    assert (application.state, application.sent_by) == ("sent", world.person("gina"))
    assert {one.key for one in application.acceptances.all()} == set(CONDITIONS)
    partner = world.partner(GARAGE)
    assert (partner.state, partner.contact_email) == ("applied", "gina@garage-nord.example")
    assert world.organisation(GARAGE).reseller_group is None
    assert logged(GARAGE)[0] == "programme.apply"
    assert Application.objects.waiting().filter(pk=application.pk).exists()


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_left_open_sends_nothing(world: World, condition: str) -> None:
    """P1: each ticked."""
    with pytest.raises(ConditionsOpen):
        send(world, accepted=set(CONDITIONS) - {condition})
    assert not Application.objects.filter(organisation__slug=GARAGE).exists()


@pytest.mark.parametrize("field", sorted(set(WHOLE) - {"contact_phone"}))
def test_what_is_missing_is_named_by_its_field(world: World, field: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        send(world, **{field: " "})
    assert refusal.value.field == field


def test_a_phone_is_not_asked_for(world: World) -> None:
    assert send(world, contact_phone="").state == "sent"


@pytest.mark.parametrize("verb", ["save_draft", "send", "apply", "withdraw"])
def test_only_a_legal_representative_applies(world: World, verb: str) -> None:
    """O4, T9"""
    more = {"version": 0, "accepted": []} if verb == "send" else {}
    world.add_member(GARAGE, "ada", role="administrator")
    world.add_member(GARAGE, "carl")
    for name in ("ada", "carl"):
        with pytest.raises(ActForbidden):
            getattr(services, verb)(by=world.actor(name, GARAGE), **more)
    with pytest.raises(Http404):  # the partner's person at its client
        getattr(services, verb)(by=world.actor("lea", "boulangerie-du-lac"), **more)


def test_an_affiliate_has_not_even_a_draft(world: World) -> None:
    """P3, T45"""
    Organisation.objects.filter(slug=GARAGE).update(affiliate=True)
    with pytest.raises(NotPossible, match="affiliate"):
        services.save_draft(by=world.actor("gina", GARAGE))
    with pytest.raises(NotPossible, match="affiliate"):
        send(world)


@pytest.mark.parametrize(("name", "slug"), [("nina", NOVA), ("lea", ALPINE)])
def test_who_waits_or_is_a_partner_does_not_apply(world: World, name: str, slug: str) -> None:
    with pytest.raises(NotPossible, match="does not allow"):
        services.save_draft(by=world.actor(name, slug))


def test_a_suspended_partner_does_not_apply_its_way_back(world: World) -> None:
    """P5, T45"""
    services.suspend(partner=world.partner(ALPINE), by=None)
    with pytest.raises(NotPossible):
        services.apply(by=world.actor("lea", ALPINE))
    assert world.partner(ALPINE).state == "suspended"


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(text="Nothing"),
        lambda rows: rows.filter(key="terms").delete(),
        lambda rows: rows.create(
            key="more", version=0, language="en", title="-", text="-",
            accepted_at="2026-01-01T00:00Z", accepted_by_id=rows.first().accepted_by_id,
        ),
    ],
)  # fmt: skip
def test_the_database_keeps_what_was_accepted(world: World, change) -> None:
    """P1"""
    application = send(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(application.acceptances)
    assert Acceptance.objects.filter(application=application).count() == len(CONDITIONS)


# ---- Withdrawing ---------------------------------------------------------------------------------


def test_a_withdrawn_application_leaves_no_place_in_the_programme(world: World) -> None:
    application = send(world)
    services.withdraw(by=world.actor("gina", GARAGE))
    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert not Partner.objects.filter(organisation__slug=GARAGE).exists()
    assert logged(GARAGE)[0] == "programme.withdraw"
    assert send(world).pk != application.pk


def test_what_was_answered_is_not_withdrawn(world: World) -> None:
    send(world)
    services.approve(partner=world.partner(GARAGE), by=None)
    with pytest.raises(NotPossible, match="answered or withdrawn"):
        services.withdraw(by=world.actor("gina", GARAGE))
    assert world.partner(GARAGE).state == "approved"


def test_staff_read_that_an_application_was_withdrawn(world: World) -> None:
    send(world)
    partner = world.partner(GARAGE)
    services.withdraw(by=world.actor("gina", GARAGE))
    for verb in (services.approve, services.refuse):
        with pytest.raises(NotPossible, match="withdrawn"):
            verb(partner=partner, by=None)


# ---- Staff's answers -----------------------------------------------------------------------------


def test_an_approval_closes_the_application(world: World) -> None:
    application = send(world)
    services.approve(partner=world.partner(GARAGE), by=world.person("staff"), reason="Welcome!")
    application.refresh_from_db()
    assert (application.state, application.reason) == ("approved", "Welcome!")
    assert application.decided_by == world.person("staff")
    assert world.actor("gina", GARAGE).may("reseller.benefits")


def test_a_refusal_keeps_its_reason_and_lets_apply_again(world: World) -> None:
    application = send(world)
    services.refuse(partner=world.partner(GARAGE), by=None, reason="The web site is empty.")
    application.refresh_from_db()
    assert (application.state, application.reason) == ("refused", "The web site is empty.")
    assert world.partner(GARAGE).reason == "The web site is empty."
    again = send(world)
    assert again.pk != application.pk
    assert (world.partner(GARAGE).state, world.partner(GARAGE).reason) == ("applied", "")


def test_suspending_and_resuming_are_logged_with_their_reasons(world: World) -> None:
    """P5, A2"""
    staff = world.person("staff")
    services.suspend(partner=world.partner(ALPINE), by=staff, reason="Invoices are open.")
    assert world.partner(ALPINE).reason == "Invoices are open."
    services.resume(partner=world.partner(ALPINE), by=staff, reason="All is paid.")
    assert (world.partner(ALPINE).state, world.partner(ALPINE).reason) == (
        "approved",
        "All is paid.",
    )
    acts = Act.objects.filter(organisation__slug=ALPINE)[:2]
    assert [(act.act, act.after["decision"]) for act in acts] == [
        ("programme.resume", "All is paid."),
        ("programme.suspend", "Invoices are open."),
    ]


@pytest.mark.parametrize("slug", [ALPINE, NOVA])
def test_only_a_suspended_partner_is_resumed(world: World, slug: str) -> None:
    """An application is not approved by this door."""
    before = world.partner(slug).state
    with pytest.raises(NotPossible, match="not suspended"):
        services.resume(partner=world.partner(slug), by=None)
    assert world.partner(slug).state == before


# ---- At once (L10) -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_it_is_approved(live_world: World) -> None:
    """Exactly one wins, and the other is told."""
    send(live_world)
    partner, gina = live_world.partner(GARAGE), live_world.actor("gina", GARAGE)
    calls = [lambda: services.approve(partner=partner, by=None)] * 10
    calls += [lambda: services.withdraw(by=gina)] * 10
    assert at_once(*calls) == {"done": 1, "NotPossible": 19}
    [application] = Application.objects.filter(organisation__slug=GARAGE)
    found = Partner.objects.filter(organisation__slug=GARAGE).first()
    assert (application.state, found and found.state) in [
        ("approved", "approved"),
        ("withdrawn", None),
    ]


@pytest.mark.django_db(transaction=True)
def test_without_locks_a_withdrawn_application_would_be_approved(live_world, monkeypatch) -> None:
    """The control: what the locks hold."""
    send(live_world)
    partner, gina = live_world.partner(GARAGE), live_world.actor("gina", GARAGE)
    came = unlocked(
        monkeypatch,
        lambda: services.approve(partner=partner, by=None),
        lambda: services.withdraw(by=gina),
        at="partners.services.programme.move",
    )
    assert came == ["done", "done"]
    [application] = Application.objects.filter(organisation__slug=GARAGE)
    assert (application.state, live_world.partner(GARAGE).state) == ("withdrawn", "approved")


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_once_is_one_application(live_world: World) -> None:
    assert at_once(*[lambda: send(live_world)] * 20) == {"done": 1, "NotPossible": 19}
    assert Application.objects.filter(organisation__slug=GARAGE).count() == 1
    assert set(mailed("application_received")) == {"gina@garage-nord.example"}
