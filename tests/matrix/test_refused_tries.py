"""Who tries what is not theirs is noted in the organisation's log (T9)."""

import pytest
from django.urls import reverse

from access.models import Act
from tests.matrix.asking import writing_only
from tests.matrix.cast import CLIENT, PARTNER, build
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("persona", "slug", "name", "status", "noted"),
    [
        ("client collaborator", CLIENT, "partner_authorise", 403, True),
        ("client admin", CLIENT, "partner_authorise", 403, True),
        ("partner boss", CLIENT, "partner_authorise", 404, True),
        ("partner admin", PARTNER, "client_add", 403, True),
        ("support reading", CLIENT, "organisation_edit", 403, True),
        ("support writing", CLIENT, "support", 403, True),
        ("support writing", CLIENT, "partner_authorise", 404, True),
        ("staff", CLIENT, "organisation_edit", 404, False),
        ("second boss", CLIENT, "member_invite", 404, True),
        ("rival boss", CLIENT, "partner_authorise", 404, False),
    ],
)
def test_a_refused_try_is_noted(
    world: World, persona: str, slug: str, name: str, status: int, noted: bool
) -> None:
    """T9: 403 or 404, and a line for whoever is somebody there; none for a stranger."""
    cast = build(world, "active full, client pays")
    before = Act.objects.count()
    response = cast.browser(persona).post(reverse(name, args=[slug]))
    assert response.status_code == status
    assert Act.objects.count() == before + noted
    if noted:
        line = Act.objects.filter(organisation__slug=slug).first()
        assert (line.person, line.allowed) == (cast.people[persona], False)


def test_looking_is_not_noted(world: World) -> None:
    """GET never writes."""
    cast = build(world, "active full, client pays")
    browser = cast.browser("client admin")
    with writing_only():
        assert browser.get(reverse("partner_authorise", args=[CLIENT])).status_code == 403
