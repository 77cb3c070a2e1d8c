"""The acts log (A2): one line for each act on a tenant's data, refused ones included."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from access.models import Act, Organisation, User

if TYPE_CHECKING:
    from access.policy import Actor


_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def acting_from(address: str | None) -> Iterator[None]:
    """Lines written inside tell this network address: the middleware's, for each request."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def write(
    *,
    organisation: Organisation,
    act: str,
    by: "Actor | User | None",
    about: Any = None,
    before: Any = None,
    after: Any = None,
    allowed: bool = True,
) -> Act:
    """Adds a line to `organisation`'s log, in the caller's transaction.

    `by`: the actor, or a person who is nobody's member yet, or None for the portal itself;
    `about`: the object (it names itself by `str`); `before`, `after`: JSON of what changed.
    """
    actor = None if by is None or isinstance(by, User) else by
    person = actor.person if actor else cast("User | None", by)
    return Act.objects.create(
        organisation=organisation,
        person=person,
        person_name=str(person)[:80] if person else "",
        address=_address.get(),
        acted_for=actor.acts_for if actor else None,
        capacity=actor.capacity if actor else "",
        act=act,
        allowed=allowed,
        object_type=about._meta.model_name if about is not None else "",
        object_id=str(getattr(about, "public_id", about.pk)) if about is not None else "",
        object_name=str(about)[:120] if about is not None else "",
        before=before,
        after=after,
    )


def refused(*, actor: "Actor", act: str, about: Any = None) -> Act:
    """Notes that `actor` tried what the table refuses them (T9)."""
    return write(organisation=actor.organisation, act=act, by=actor, about=about, allowed=False)
