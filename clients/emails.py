"""The letters of the partnership journey (L1, L3, L5, L6, L8, L9): each names both sides, says what
was asked or given, offers one next step, and why it came."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.letters import Facts, Letter, letter
from access.models import Topic
from clients.letter_parts import (
    Sides,
    answerable,
    awaits_word,
    last_day,
    listed,
    open_link,
    payer,
    reach,
    terms,
    without_word,
)
from clients.models import Partnership
from clients.rules import PaymentMode, Side

# ---- Asking and inviting -------------------------------------------------------------------


@letter("clients.requested")
def requested(facts: Facts) -> Letter | None:
    """A partner asks a client for access (L1)."""
    link = open_link(facts)
    if link is None:
        return None
    sides = Sides.of(facts)
    return Letter(
        subject=_("%(partner)s asks for access to your organisation") % sides.names,
        paragraphs=[
            _("%(who)s would like to look after your products at %(vendor)s.")
            % sides.names,
            _("You decide: you can grant what is asked, something else, or nothing at all. Until "
              "you accept, %(partner)s sees nothing of yours.")
            % sides.names,
        ],
        facts=[*sides.facts(), *terms(facts["asked"], sides)],
        quote=facts.get("message", ""),
        why=_("You get this mail because %(who)s entered your address to ask you.")
        % sides.names,
        **answerable(link, _("See what is asked")),
    )  # fmt: skip


@letter("clients.invited")
def invited(facts: Facts) -> Letter | None:
    """A client invites a partner (L3)."""
    link = open_link(facts)
    if link is None:
        return None
    sides, offer = Sides.of(facts), facts["granted"]
    paragraphs = [
        _("%(who)s invites %(partner)s to look after its products at %(vendor)s.") % sides.names
    ]
    if offer.get("payment_mode") == PaymentMode.PARTNER:
        paragraphs.append(
            _("If you accept, %(partner)s pays this client's orders and renewals.") % sides.names
        )
    return Letter(
        subject=_("%(client)s invites you to manage its products") % sides.names,
        paragraphs=paragraphs,
        facts=[*sides.facts(), *terms(offer, sides)],
        quote=facts.get("message", ""),
        why=sides.why(),
        **answerable(link, _("See the invitation")),
    )


@letter("clients.reminder", topic=Topic.REMINDERS)
def reminder(facts: Facts) -> Letter | None:
    """Nobody has answered for days: the same question, with the same link (L8)."""
    link = open_link(facts)
    if link is None:
        return None
    sides = Sides.of(facts)
    sent = timezone.localtime(link.partnership.sent_at)
    known = sides.names | {"day": date_format(sent, "DATE_FORMAT")}
    if sides.to_client:
        subject = _("Reminder: %(partner)s asks for access to your organisation")
        first = _("%(partner)s asked you on %(day)s for access to your products at %(vendor)s, and "
                  "waits for your answer. Until you accept, it sees nothing of yours.")  # fmt: skip
        label, shown = _("See what is asked"), terms(facts["asked"], sides)
    else:
        subject = _("Reminder: %(client)s invites you to manage its products")
        first = _("%(client)s invited %(partner)s on %(day)s to look after its products at "
                  "%(vendor)s, and waits for your answer.")  # fmt: skip
        label, shown = _("See the invitation"), terms(facts["granted"], sides)
    return Letter(
        subject=subject % sides.names,
        paragraphs=[first % known],
        facts=[*sides.facts(), *shown],
        quote=facts.get("message", ""),
        why=sides.why(),
        **answerable(link, label),
    )


# ---- The answers ---------------------------------------------------------------------------


@letter("clients.accepted")
def accepted(facts: Facts) -> Letter:
    """The other side said yes; a partner reads what it asked for beside what it got (T7)."""
    sides = Sides.of(facts)
    if sides.to_client:
        return _invitation_accepted(facts, sides)
    asked, granted = facts.get("asked") or {}, facts["granted"]
    shown = terms(granted, sides)
    paragraphs = [_("%(who)s accepted your request. The access starts now.") % sides.names]
    if asked.get("access"):
        shown = [
            (_("You asked for"), reach(asked)),
            (_("You were granted"), reach(granted)),
            *shown[1:],
        ]
    if _differs(asked, granted):
        paragraphs.append(
            _("The client granted other rights than you asked for. What was granted counts.")
        )
        if asked.get("payment_mode"):
            shown.insert(2, (_("Payer asked for"), payer(asked, sides)))
    return Letter(
        subject=_("%(client)s accepted your request") % sides.names,
        paragraphs=paragraphs,
        facts=[*sides.facts(), *shown],
        action=sides.page(),
        after=[_("Check on the page what was granted and who pays.")],
        why=sides.why(),
    )


def _differs(asked: dict[str, Any], granted: dict[str, Any]) -> bool:
    """Whether the grant is another kind than the one asked for."""
    return any(
        asked.get(key) and asked[key] != granted.get(key) for key in ("access", "payment_mode")
    )


def _invitation_accepted(facts: Facts, sides: Sides) -> Letter:
    return Letter(
        subject=_("%(partner)s accepted your invitation") % sides.names,
        paragraphs=[
            _("%(who)s accepted. From now on its people reach what you granted.") % sides.names,
        ],
        facts=[*sides.facts(), *terms(facts["granted"], sides)],
        action=sides.page(),
        after=[_("You can change the access or end it at any time on that page.")],
        why=sides.why(),
    )


@letter("clients.refused")
def refused(facts: Facts) -> Letter:
    """The other side said no. Nothing was granted."""
    sides = Sides.of(facts)
    if sides.to_client:
        subject = _("%(partner)s declined your invitation")
        first = _("%(partner)s declined your invitation. It has no access to %(client)s.")
    elif sides.client:
        subject = _("%(client)s refused your request")
        first = _("%(client)s refused your request. You have no access to its products.")
    else:
        subject = _("Your request was refused")
        first = _("The person whom %(partner)s asked refused. You have no access to anything.")
    return Letter(
        subject=subject % sides.names,
        paragraphs=[first % sides.names],
        facts=[*sides.facts(), *_answered_by(_("Refused by"), sides)],
        action=sides.page(),
        after=[
            _("You can invite this or another partner at any time.")
            if sides.to_client
            else _("Nothing else changes. You can ask again at any time.")
        ],
        why=sides.why(),
    )


@letter("clients.withdrawn")
def withdrawn(facts: Facts) -> Letter:
    """The side that had opened it took it back."""
    sides = Sides.of(facts)
    if sides.to_client:
        subject = _("%(partner)s withdrew its request")
        first = _("%(partner)s no longer asks for access. The link in the earlier mail is void.")
    else:
        subject = _("%(client)s withdrew its invitation")
        first = _("%(client)s took its invitation back. The link in the earlier mail is void.")
    return Letter(
        subject=subject % sides.names,
        paragraphs=[first % sides.names],
        facts=[*sides.facts(), *_answered_by(_("Withdrawn by"), sides)],
        action=sides.page(),
        after=[_("There is nothing to do.")],
        why=sides.why(),
    )


@letter("clients.expired")
def expired(facts: Facts) -> Letter:
    """Nobody answered in time (L8): another letter for whoever had opened it."""
    sides = Sides.of(facts)
    by_client = Partnership.objects.filter(
        public_id=sides.partnership, opened_by=Side.CLIENT
    ).exists()
    if by_client and sides.to_client:
        subject = _("Your invitation to %(partner)s has expired")
        first = _("%(partner)s did not answer in time. You can send a new invitation.")
    elif by_client:
        subject = _("The invitation of %(client)s has expired")
        first = _("It was not answered in time. If you still want it, ask %(client)s for another.")
    elif sides.to_client:
        subject = _("The request of %(partner)s has expired")
        first = _("It was not answered in time, so %(partner)s gets no access.")
    elif sides.client:
        subject = _("Your request to %(client)s has expired")
        first = _("%(client)s did not answer in time. You can ask again.")
    else:
        subject = _("Your request has expired")
        first = _("The person you asked did not answer in time. You can ask again.")
    return Letter(
        subject=subject % sides.names,
        paragraphs=[first % sides.names],
        facts=sides.facts(),
        action=sides.page(),
        after=[_("The links in the earlier mails are void.")],
        why=sides.why(),
    )


def _answered_by(label: str, sides: Sides) -> list[tuple[str, str]]:
    return [(label, sides.who)] if sides.who else []


# ---- Changes and the end -------------------------------------------------------------------


@letter("clients.access_changed")
def access_changed(facts: Facts) -> Letter:
    """The client gave more or less (L5): what is gained and lost, product by product."""
    sides = Sides.of(facts)
    gained, lost = facts.get("gained") or [], facts.get("lost") or []
    changes = [
        (_("Before"), reach(facts["before"])),
        (_("Now"), reach(facts["after"])),
        *([(_("Added"), listed(gained))] if gained else []),
        *([(_("Taken away"), listed(lost))] if lost else []),
    ]
    if facts["before"].get("payment_mode") != facts["after"].get("payment_mode"):
        changes.append((_("Who pays now"), payer(facts["after"], sides)))
    if facts["before"].get("ends_on") != facts["after"].get("ends_on"):
        changes.append((_("Until"), last_day(facts["after"])))
    asks = awaits_word(sides)
    return Letter(
        subject=_("%(client)s changed your access") % sides.names,
        paragraphs=[
            _("%(who)s changed what %(partner)s may reach. It counts from now on.") % sides.names,
            *([without_word(sides)] if asks else []),
        ],
        facts=[*sides.facts(), *changes],
        action=sides.payer_page() if asks else sides.page(),
        why=sides.why(),
    )


@letter("clients.payment_mode_changed")
def payment_mode_changed(facts: Facts) -> Letter:
    """Another side pays from now on (L5, M10)."""
    sides = Sides.of(facts)
    paragraphs = [_("%(who)s changed who settles orders and renewals.") % sides.names]
    asks = facts["after"].get("payment_mode") == PaymentMode.PARTNER and awaits_word(sides)
    if asks:
        paragraphs.append(without_word(sides))
    return Letter(
        subject=_("%(client)s changed who pays") % sides.names,
        paragraphs=paragraphs,
        facts=[
            *sides.facts(),
            (_("Paid until now"), payer(facts["before"], sides)),
            (_("Pays from now on"), payer(facts["after"], sides)),
        ],
        action=sides.payer_page() if asks else sides.page(),
        after=[_("Orders already placed keep the payer they had.")],
        why=sides.why(),
    )


@letter("clients.end_date_changed")
def end_date_changed(facts: Facts) -> Letter:
    """The client set, moved or removed the last day of the access (L9)."""
    sides = Sides.of(facts)
    if facts["after"].get("ends_on"):
        first = _("%(who)s decided until when %(partner)s has access. After that day it ends by "
                  "itself, unless the client prolongs it.")  # fmt: skip
    else:
        first = _("%(who)s removed the end date: the access of %(partner)s goes on.")
    return Letter(
        subject=_("%(client)s changed the end date of your access") % sides.names,
        paragraphs=[first % sides.names],
        facts=[
            *sides.facts(),
            (_("Last day until now"), last_day(facts["before"])),
            (_("Last day from now on"), last_day(facts["after"])),
        ],
        action=sides.page(),
        why=sides.why(),
    )


@letter("clients.ending_soon")
def ending_soon(facts: Facts) -> Letter | None:
    """The end date is near: to both sides, and only while it is still true (L9)."""
    sides = Sides.of(facts)
    partnership = Partnership.objects.ending_soon().filter(public_id=sides.partnership).first()
    ends_on = partnership.ends_on if partnership else None
    if ends_on is None:
        return None
    known = sides.names | {"day": date_format(ends_on, "DATE_FORMAT")}
    left = (ends_on - timezone.localdate()).days
    other = sides.partner if sides.to_client else sides.client
    if sides.to_client:
        after = _("On that page you prolong it, or choose another day.")
    else:
        after = _("Only the client can prolong it. Its products stay where they are.")
    return Letter(
        subject=_("The partnership with %(name)s ends on %(day)s") % (known | {"name": other}),
        paragraphs=[
            _("On %(day)s the access of %(partner)s to %(client)s ends by itself.") % known,
            after % known,
        ],
        facts=[
            *sides.facts(),
            (_("Last day"), str(known["day"])),
            (_("Days left"), str(max(left, 0))),
        ],
        action=sides.page(),
        why=sides.why(),
    )


@letter("clients.ended")
def ended(facts: Facts) -> Letter:
    """The partnership is over, for both sides at once (L6, L9)."""
    sides = Sides.of(facts)
    paragraphs = [
        _("The partnership of %(client)s and %(partner)s has ended, with effect at once.")
        if sides.by
        else _("The partnership of %(client)s and %(partner)s has reached its end date."),
        _("%(partner)s no longer reaches anything of %(client)s. The products stay where they "
          "are, and %(client)s pays their renewals from now on."),
    ]  # fmt: skip
    other = sides.partner if sides.to_client else sides.client
    return Letter(
        subject=_("The partnership with %(name)s has ended") % {"name": other},
        paragraphs=[text % sides.names for text in paragraphs],
        facts=[*sides.facts(), *(_answered_by(_("Ended by"), sides) if sides.by else [])],
        action=sides.exit_sheet(),
        after=[
            _(
                "The exit sheet lists each product, its next renewal and who pays it from now "
                "on, and keeps the history. It stays readable for both sides."
            ),
        ],
        why=sides.why(),
    )
