"""Filters of the acts log (A2)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import acts
from access.models import Act, User
from access.policy import Actor
from access.rules import Capacity
from access.searching import holds
from access.web.lists import FilterForm
from clients.models import Partnership, Product

OWN, SUPPORT, PORTAL = "own", "support", "portal"
OFFERED = 200
"""How many people, partners or products a select offers; the search finds the others."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


def person_key(person_id: int) -> str:
    """What stands for a person in an address: it tells nothing about how many there are (T43)."""
    key = salted_hmac("clients.log.person", str(person_id), algorithm="sha256")
    return key.hexdigest()[:16]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class ActFilter(FilterForm):
    """What both logs are filtered by: person, act, period, refused or not."""

    person = forms.ChoiceField(required=False, label=gettext_lazy("Who"))
    act = forms.ChoiceField(required=False, label=gettext_lazy("What"))
    result = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("Done and refused")),
            ("done", gettext_lazy("Done")),
            ("refused", gettext_lazy("Refused")),
        ],
        required=False,
        label=gettext_lazy("Result"),
    )
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))

    def offer(self, people: QuerySet[User]) -> None:
        """Sets the choices, for this reader (T28)."""
        found = list(people[:OFFERED])
        self.people = {person_key(person.pk): person.pk for person in found}
        self._choose("person", _("Anybody"), [(person_key(one.pk), str(one)) for one in found])
        self._choose("act", _("Anything"), _acts())

    def _choose(self, name: str, everything: str, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Act]) -> QuerySet[Act]:
        chosen = self.cleaned_data
        if chosen["person"]:
            rows = rows.filter(person=self.people[chosen["person"]])
        if chosen["act"]:
            kind = chosen["act"].endswith(".")
            rows = rows.filter(**{"act__startswith" if kind else "act": chosen["act"]})
        if chosen["result"]:
            rows = rows.filter(allowed=chosen["result"] == "done")
        if chosen["since"]:
            rows = rows.filter(at__gte=_midnight(chosen["since"]))
        if chosen["until"]:
            rows = rows.filter(at__lt=_midnight(chosen["until"] + timedelta(days=1)))
        return rows


class LogFilter(ActFilter):
    """Of an organisation's log: also for whom, and on which product."""

    acted_for = forms.ChoiceField(required=False, label=gettext_lazy("For whom"))
    product = forms.ChoiceField(required=False, label=gettext_lazy("Product"))

    field_order = ["person", "acted_for", "act", "product", "since", "until", "result"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.offer(Act.objects.people_visible_to(actor))
        self._offer_partners(actor)
        self._offer_products(Product.objects.visible_to(actor))

    def _offer_partners(self, actor: Actor) -> None:
        found = Partnership.objects.visible_to_client(actor).order_by("partner_name", "partner_id")
        named = list(
            found.values_list("partner__organisation__slug", "partner_id", "partner_name")
            .distinct()[:OFFERED]
        )  # fmt: skip
        self.partners = {f"partner:{slug}": key for slug, key, _name in named}
        own = _("%(organisation)s itself") % {"organisation": actor.organisation}
        others = [(SUPPORT, _("The vendor's support")), (PORTAL, _("The portal and the vendor"))]
        partners = [(f"partner:{slug}", name) for slug, _key, name in named]
        self._choose("acted_for", _("For anybody"), [(OWN, own), *partners, *others])

    def _offer_products(self, products: QuerySet[Product]) -> None:
        """The first by name, and the one that the address names."""
        offered = dict(products.order_by("name", "pk").values_list("public_id", "name")[:OFFERED])
        chosen = self.data.get("product", "")
        if chosen.isalnum() and chosen not in offered:
            offered |= dict(products.filter(public_id=chosen).values_list("public_id", "name"))
        self._choose("product", _("Any product"), offered.items())

    def narrow(self, rows: QuerySet[Act]) -> QuerySet[Act]:
        rows = super().narrow(rows)
        if self.cleaned_data["acted_for"]:
            rows = rows.filter(self._for_whom(self.cleaned_data["acted_for"]))
        if self.cleaned_data["product"]:
            rows = rows.filter(object_type="product", object_id=self.cleaned_data["product"])
        return rows

    def _for_whom(self, chosen: str) -> Q:
        if chosen == OWN:
            return Q(acted_for=self.actor.organisation)
        support = Q(capacity__in=[Capacity.SUPPORT_READ, Capacity.SUPPORT_WRITE])
        if chosen == SUPPORT:
            return Q(acted_for=None) & support
        if chosen == PORTAL:
            return Q(acted_for=None) & ~support
        return Q(acted_for=self.partners[chosen])


class ClientsLogFilter(ActFilter):
    """Of what a partner's people did at its clients: also at which client."""

    client = forms.CharField(
        required=False, label=gettext_lazy("Client's name"), max_length=80, strip=True
    )

    field_order = ["person", "client", "act", "since", "until", "result"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.offer(Act.objects.people_at_clients_of(actor))

    def narrow(self, rows: QuerySet[Act]) -> QuerySet[Act]:
        rows = super().narrow(rows)
        name = self.cleaned_data["client"]
        if not name:
            return rows
        partnerships = Partnership.objects.visible_to_partner(self.actor)
        named = partnerships.filter(holds(name, "client_name"), client__isnull=False)
        # As keys, so that the database knows how few they are.
        return rows.filter(organisation__in=set(named.values_list("client", flat=True)))


def _acts() -> list[tuple[str, Any]]:
    """Every act under its kind; a kind as a whole is chosen by the word before the dot."""
    groups = []
    for kind, title in acts.KINDS.items():
        whole = (f"{kind}.", _("%(kind)s: everything") % {"kind": title})
        single = [(act, acts.label(act)) for act in acts.SENTENCES if act.startswith(f"{kind}.")]
        groups.append((str(title), [whole, *single]))
    return groups
