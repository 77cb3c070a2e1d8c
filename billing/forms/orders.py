"""The order form: several lines on one page, without JavaScript, nothing typed ever lost."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.forms.amounts import AmountField
from access.web.lists import FilterForm
from billing.rules import MOST_UNITS, Terms
from billing.services.ordering import new_key
from billing.services.quoting import MOST_LINES, Wish
from billing.states import OrderKind, OrderState, PaymentMethod
from clients.models import ProductType
from clients.rules import Period

KEY = re.compile(r"[0-9a-f]{32}")
FIELDS = ("product_type", "quantity", "period", "names")
type Catalogue = Mapping[ProductType, Mapping[str, Terms]]


class LineForm(forms.Form):
    """One line: what, how many, for how long, and how they are called."""

    product_type = forms.ChoiceField(label=gettext_lazy("Product"))
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity"),
        min_value=1,
        initial=1,
        error_messages={
            "invalid": gettext_lazy("A whole number."),
            "min_value": gettext_lazy("At least 1."),
        },
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=Period.choices)
    names = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("With several: one name is numbered, or give all, with commas."),
    )

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = {kind.slug: (kind, periods) for kind, periods in catalogue.items()}
        groups: dict[str, list[tuple[str, str]]] = {}
        for kind in catalogue:
            groups.setdefault(str(kind.category), []).append((kind.slug, str(kind)))
        product = self.fields["product_type"]
        product.choices = [("", _("Choose…")), *groups.items()]  # type: ignore[attr-defined]
        most = min(settings.ORDER_MOST_UNITS, MOST_UNITS)
        self.fields["quantity"].widget.attrs |= {"min": 1, "max": most, "inputmode": "numeric"}
        self.use_required_attribute = False

    @property
    def is_blank(self) -> bool:
        """Nobody chose anything here: such a line is passed over."""
        return not self["product_type"].value() and not self["names"].value()

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        most = min(settings.ORDER_MOST_UNITS, MOST_UNITS)
        if quantity > most:
            raise forms.ValidationError(_("At most %(most)d.") % {"most": most}, code="max_value")
        return quantity

    def clean_names(self) -> tuple[str, ...]:
        names = [" ".join(name.split()) for name in self.cleaned_data["names"].split(",")]
        names = [name for name in names if name]
        if any(len(name) > 80 for name in names):
            raise forms.ValidationError(_("A name has 80 characters at most."))
        return tuple(names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names, quantity = cleaned.get("names", ()), cleaned.get("quantity")
        if quantity and len(names) > 1 and len(names) != quantity:
            self.add_error(
                "names",
                _("These are %(names)d names for %(quantity)d products. Give one, or all.")
                % {"names": len(names), "quantity": quantity},
            )
        found = self.catalogue.get(cleaned.get("product_type", ""))
        period = cleaned.get("period")
        if found and period and period not in found[1]:
            offered = ", ".join(str(Period(key).label) for key in found[1])
            self.add_error(
                "period",
                _("%(product)s is offered for this period only: %(periods)s.")
                % {"product": found[0], "periods": offered},
            )
        return cleaned

    @property
    def wish(self) -> Wish:
        kind, _periods = self.catalogue[self.cleaned_data["product_type"]]
        return Wish(
            kind,
            self.cleaned_data["quantity"],
            self.cleaned_data["period"],
            self.cleaned_data["names"],
        )


class OrderForm(forms.Form):
    """All lines, and what the confirmation carries: the key of the order (T15), the version and
    the fingerprint of the quote that was read (T13), and how it is paid."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    method = forms.ChoiceField(
        label=gettext_lazy("Payment"),
        choices=PaymentMethod.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        catalogue: Catalogue,
        methods: list[PaymentMethod],
        wanted: str = "",
    ) -> None:
        super().__init__(data)
        self.catalogue = catalogue
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (str(method), method.label) for method in methods
        ]
        self.order_key = self._key(data)
        count = self._count(data)
        initial = {"product_type": wanted, "quantity": 1, "period": self._usual(wanted)}
        self.lines = [
            LineForm(data, prefix=f"line{number}", catalogue=catalogue, initial=initial)
            for number in range(count)
        ]

    @staticmethod
    def _key(data: Mapping[str, Any] | None) -> str:
        typed = str(data.get("key", "")) if data is not None else ""
        return typed if KEY.fullmatch(typed) else new_key()

    @staticmethod
    def _count(data: Mapping[str, Any] | None) -> int:
        typed = str(data.get("lines", "1")) if data is not None else "1"
        return min(max(int(typed), 1), MOST_LINES) if typed.isdecimal() and len(typed) < 4 else 1

    def _usual(self, slug: str) -> str:
        usual = [kind.period for kind in self.catalogue if kind.slug == slug]
        return usual[0] if usual else Period.MONTHLY

    def is_valid(self) -> bool:
        """The blank lines apart, all have to be right; the first counts when all are blank."""
        checked = [line.is_valid() for line in self.filled]
        return super().is_valid() and all(checked)

    @property
    def filled(self) -> list[LineForm]:
        return [line for line in self.lines if not line.is_blank] or self.lines[:1]

    @property
    def wishes(self) -> list[Wish]:
        return [line.wish for line in self.filled]

    @property
    def chosen_method(self) -> str:
        """The one chosen, else the first that is offered."""
        choices: Any = self.fields["method"].choices  # type: ignore[attr-defined]
        return str(self.cleaned_data.get("method") or next(iter(choices))[0])

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_LINES

    def rearrange(self, *, add: bool = False, remove: int | None = None) -> None:
        """Shows the lines as they were typed, with one more or one less, without judging them."""
        typed = [
            {name: line[name].value() for name in FIELDS}
            for number, line in enumerate(self.lines)
            if number != remove
        ]
        if (add and not self.full) or not typed:
            typed.append({"quantity": 1, "period": typed[-1]["period"] if typed else "monthly"})
        self.lines = [
            LineForm(prefix=f"line{number}", catalogue=self.catalogue, initial=values)
            for number, values in enumerate(typed)
        ]

    def hidden_lines(self) -> Iterator[tuple[str, str]]:
        """The name and the typed value of every field of every line, to be carried along."""
        for number, line in enumerate(self.filled):
            for name in FIELDS:
                yield f"line{number}-{name}", line[name].value() or ""


class OrderFilter(FilterForm):
    """By kind and state."""

    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("Orders and renewals")), *OrderKind.choices],
        required=False,
        label=gettext_lazy("Kind"),
    )
    state = forms.ChoiceField(
        choices=[("", gettext_lazy("Any state")), *OrderState.choices],
        required=False,
        label=gettext_lazy("State"),
    )

    def narrow(self, rows: Any) -> Any:
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**chosen)


class DecisionForm(forms.Form):
    """How the partner pays what it approves."""

    method = forms.ChoiceField(
        label=gettext_lazy("Payment"), choices=PaymentMethod.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, methods: list[PaymentMethod], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (str(method), method.label) for method in methods
        ]
        self.fields["method"].initial = str(methods[0])


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why not?"),
        max_length=200,
        help_text=gettext_lazy("Your client reads it."),
    )


class LimitForm(forms.Form):
    """Up to how much one order of the client passes unasked."""

    amount = AmountField(
        label=gettext_lazy("Limit of one order, excluding VAT"),
        max_digits=9,
        decimal_places=2,
        min_value=0,
    )
