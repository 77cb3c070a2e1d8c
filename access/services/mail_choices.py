"""Which mails somebody does not want (section 11). Only mails with a topic can be stopped: what is
essential arrives whatever is chosen here."""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.db import transaction

from access.models import MutedTopic, Topic, User


@transaction.atomic
def choose_mails(*, person: User, wanted: Collection[str]) -> None:
    """Keeps which topics `person` wants to hear of, at all of their confirmed addresses; the
    others are stopped. The choice is the person's: it stays when their address changes."""
    MutedTopic.objects.of_person(person).filter(topic__in=wanted).delete()
    _mute(person=person, topics=[topic for topic in Topic if topic not in wanted])


@transaction.atomic
def stop_mails(*, address: str, topic: Topic) -> None:
    """Stops mails on `topic` to `address`: for the person who has confirmed it, else for the
    address alone. Twice is as once."""
    owner = owner_of(address)
    if owner is not None:
        _mute(person=owner, topics=[topic])
        return
    row = MutedTopic(address=_plain(address), topic=topic)
    MutedTopic.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def resume_mails(*, address: str, topic: Topic) -> None:
    """Undoes `stop_mails`, and what the address chose before it had an account."""
    MutedTopic.objects.reaching(address, topic).delete()


def stopped(*, address: str, topic: Topic) -> bool:
    """Whether mails on `topic` to `address` are stopped."""
    return MutedTopic.objects.reaching(address, topic).exists()


def stopped_by(person: User) -> set[str]:
    """The topics that `person`, or one of their confirmed addresses, does not want."""
    return set(MutedTopic.objects.of_person(person).values_list("topic", flat=True))


def owner_of(address: str) -> User | None:
    """Who has confirmed this address, if anybody has."""
    found = EmailAddress.objects.filter(email=_plain(address), verified=True)
    return User.objects.filter(pk__in=found.values("user")).first()


def _mute(*, person: User, topics: Collection[Topic]) -> None:
    rows = [MutedTopic(person=person, topic=topic) for topic in topics]
    MutedTopic.objects.bulk_create(rows, ignore_conflicts=True)


def _plain(address: str) -> str:
    return address.strip().lower()
