"""Queries whose SQL is written once, held to the same queries asked afresh."""

from collections.abc import Callable
from inspect import signature
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access import policy
from access.models import Membership
from access.prepared import Prepared
from tests.world import World

pytestmark = pytest.mark.django_db


def _of(person: int, slug: str) -> QuerySet[Membership]:
    rows = Membership.objects.filter(user=person, organisation__slug=slug)
    return rows.select_related("organisation").exclude(role="nobody").order_by("pk")


def test_every_question_has_the_answer_of_its_own_values(world: World) -> None:
    """The values of the question before are never asked again: each person at each place."""
    of = Prepared(_of, person=int, slug=str)
    pairs = [(one.user_id, one.organisation.slug) for one in Membership.objects.all()]
    people, slugs = ({pair[place] for pair in pairs} for place in (0, 1))
    assert len(people) > 1
    assert len(slugs) > 1
    for person in people:
        for slug in slugs:
            asked = of(person=person, slug=slug)
            assert asked == list(_of(person, slug))
            assert [(one.user_id, one.organisation.slug) for one in asked] == [
                pair for pair in pairs if pair == (person, slug)
            ]


def test_those_before_every_page_say_what_the_same_query_says_afresh(world: World) -> None:
    """The prepared questions of the policy, for everybody at every address."""
    members = Membership.objects.select_related("organisation")
    people = {one.user_id for one in members}
    slugs = {one.organisation.slug for one in members}
    found = 0
    for person in people:
        for slug in slugs:
            afresh = list(policy._memberships(person, slug).order_by("pk"))
            asked = policy.MEMBERSHIPS(person=person, slug=slug)
            assert sorted(one.pk for one in asked) == [one.pk for one in afresh]
            assert {one.pk: (one.support_until, one.has_factor) for one in asked} == {
                one.pk: (one.support_until, one.has_factor) for one in afresh
            }
            through = policy.PARTNERSHIP(person=person, slug=slug)
            assert through == list(policy._partnership(person, slug))
            found += len(through)
    assert found  # somebody reaches a client


def test_a_question_is_one_query_and_brings_what_it_joins(
    world: World, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    member = Membership.objects.select_related("organisation")[0]
    of = Prepared(_of, person=int, slug=str)
    for _turn in range(2):
        with django_assert_num_queries(1):
            rows = of(person=member.user_id, slug=member.organisation.slug)
            assert rows[0].organisation.name == member.organisation.name


def _forgets(person: int, slug: str) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person)


def _counts_on(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person + 1)


def _limits(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=max(person, 0))


def _lowers(slug: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation__slug=slug.lower())


def _strips(slug: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation__slug=slug.strip())


def _cuts(slug: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation__slug=slug[:60])


def _searches(slug: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation__slug__contains=slug)


def _decides(person: int) -> QuerySet[Membership]:
    condition = Q(user=person) if person < 0 else Q(user=person, role="external")
    return Membership.objects.filter(condition)


def _looks_at_the_clock(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, created_at__lt=timezone.now())


def _looks_at_the_day(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, created_at__date=timezone.localdate())


def _finds_nothing(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, pk__in=[])


def _knows_a_default(person: int, role: str = "external") -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, role=role)


class Maker:
    def build(self, person: int) -> QuerySet[Membership]:
        return Membership.objects.filter(user=person)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (_forgets, "all its values"),
        (_counts_on, "as they are"),
        (_limits, "as they are"),
        (_lowers, "as they are"),
        (_strips, "as they are"),
        (_cuts, "as they are"),
        (_searches, "as they are"),
        (_decides, "one shape"),
        (_looks_at_the_clock, "as they are"),
        (_looks_at_the_day, "as they are"),
        (_finds_nothing, "some values"),
        (_knows_a_default, "values alone"),
        (Maker().build, "values alone"),
    ],
)
def test_what_would_answer_wrongly_is_refused(
    build: Callable[..., QuerySet[Any]], said: str
) -> None:
    kinds = {"person": int, "slug": str}
    wanted = {name: kinds[name] for name in signature(build).parameters if name in kinds}
    values: dict[str, Any] = {"person": 1, "slug": "a"}
    with pytest.raises(ValueError, match=said):
        Prepared(build, **wanted)(**{name: values[name] for name in wanted})


@pytest.mark.parametrize(
    "values",
    [
        {"person": 1},
        {"person": 1, "slug": None},
        {"person": True, "slug": "a"},
        {"person": "1", "slug": "a"},
        {"person": 1, "slug": "a", "role": "external"},
    ],
)
def test_values_of_other_names_or_kinds_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="wants"):
        Prepared(_of, person=int, slug=str)(**values)


def test_a_query_that_knows_somebody_already_is_refused(world: World) -> None:
    """A closure would keep the first asker's rows for everybody."""
    somebody = Membership.objects.all()[0].user_id

    def build(slug: str) -> QuerySet[Membership]:
        return Membership.objects.filter(user=somebody, organisation__slug=slug)

    with pytest.raises(ValueError, match="values alone"):
        Prepared(build, slug=str)(slug="a")
