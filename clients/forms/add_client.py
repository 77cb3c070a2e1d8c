"""Adding a client (L1): whom to ask, for which access, and who would pay."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.forms.addresses import AddressField
from access.models import Organisation
from access.web.widgets import ChoiceCards, GroupedCheckboxes
from access.web.wizard import Step, StepForm
from clients.models import Category, ProductType
from clients.rules import Access, PaymentMode

ADDRESS = Step("address", gettext_lazy("Your client"), ("email", "another_organisation", "message"))
ACCESS = Step("access", gettext_lazy("Access"), ("access", "categories"))
PAYMENT = Step("payment", gettext_lazy("Payment"), ("payment_mode",))
SUMMARY = Step("summary", gettext_lazy("Summary"))


class AddClientForm(StepForm):
    """What `partner` asks a client for. Who pays is asked for full access only (M3)."""

    steps: ClassVar[tuple[Step, ...]] = (ADDRESS, ACCESS, PAYMENT, SUMMARY)

    email = AddressField(
        label=gettext_lazy("E-mail address of your client"),
        max_length=254,
        help_text=gettext_lazy("Of a legal representative: nobody else can give you access."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    another_organisation = forms.BooleanField(
        label=gettext_lazy("This is about another organisation of this person"), required=False
    )
    message = forms.CharField(
        label=gettext_lazy("Message to your client"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Stands in the e-mail, below what you ask for."),
    )
    access = forms.ChoiceField(
        label=gettext_lazy("Which access do you ask for?"),
        choices=Access.choices,
        widget=ChoiceCards(
            icons={"limited": "funnel", "full": "building"},
            explanations={
                "limited": gettext_lazy(
                    "Products that the client picks, one by one. You see them and change their "
                    "settings; you can neither order, renew nor cancel."
                ),
                "full": gettext_lazy(
                    "The whole organisation, products to come included. You may also order, renew "
                    "and cancel; its people and its data stay in its own hands."
                ),
            },
        ),
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("With limited access: products of which categories?"),
        required=False,
        widget=GroupedCheckboxes,
    )
    payment_mode = forms.ChoiceField(
        label=gettext_lazy("Who would pay for orders and renewals?"),
        required=False,
        choices=PaymentMode.choices,
        widget=ChoiceCards(icons={"client": "person", "partner": "briefcase"}),
    )

    def __init__(self, *args: Any, partner: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.offers_another = self.said("another_organisation") == "True"
        self._categories = {category.slug: category for category in Category.objects.all()}
        self._set_categories()
        self._set_payers()

    def applies(self, step: Step) -> bool:
        return step is not PAYMENT or self.said("access") == Access.FULL

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        full = data.get("access") == Access.FULL
        if data.get("access"):  # what belongs to the other access is not asked, nor wrong
            unasked = "categories" if full else "payment_mode"
            self.errors.pop(unasked, None)
            data[unasked] = [] if full else ""
        if data.get("access") == Access.LIMITED and not self._answered("categories"):
            self.add_error("categories", _("Tick at least one category."))
        if full and not self._answered("payment_mode"):
            self.add_error("payment_mode", _("Choose who would pay."))
        return data

    @property
    def chosen_categories(self) -> list[Category]:
        slugs = self.cleaned_data.get("categories", [])
        return [category for slug, category in self._categories.items() if slug in slugs]

    @property
    def request(self) -> dict[str, Any]:
        """What was said, in the words of `clients.services.request_access`."""
        data = self.cleaned_data
        return {
            "email": data["email"],
            "another_organisation": data["another_organisation"],
            "message": data["message"],
            "access": data["access"],
            "categories": self.chosen_categories,
            "payment_mode": data["payment_mode"],
        }

    @property
    def payer(self) -> str:
        """Who would pay, by name."""
        pays = self.cleaned_data.get("payment_mode")
        return self.partner.name if pays == PaymentMode.PARTNER else _("The client")

    @property
    def days(self) -> int:
        """How long the client has to answer (L8)."""
        return settings.INVITATION_DAYS

    def _answered(self, name: str) -> bool:
        return bool(self.cleaned_data.get(name)) or name in self.errors

    def _set_categories(self) -> None:
        field = self.fields["categories"]
        field.choices = [  # type: ignore[attr-defined]
            (_("Categories"), [(slug, str(named)) for slug, named in self._categories.items()])
        ]
        types: dict[str, list[str]] = {}
        for product_type in ProductType.objects.select_related("category"):
            types.setdefault(product_type.category.slug, []).append(str(product_type))
        field.widget.hints = {slug: ", ".join(names) for slug, names in types.items()}

    def _set_payers(self) -> None:
        """Names the payer in both choices, with what follows for the partner (M3, M4)."""
        field, names = self.fields["payment_mode"], {"partner": self.partner.name}
        field.choices = [  # type: ignore[attr-defined]
            (PaymentMode.CLIENT, _("The client pays")),
            (PaymentMode.PARTNER, _("%(partner)s pays") % names),
        ]
        field.widget.explanations = {
            PaymentMode.CLIENT: _(
                "The client settles every order and renewal at the public price, whoever places "
                "it, and gets the invoices. %(partner)s gets the difference to its partner price "
                "as cashback."
            )
            % names,
            PaymentMode.PARTNER: _(
                "%(partner)s settles what it orders and renews at its partner price, and what the "
                "client orders itself at the public price, with cashback. Only %(partner)s gets "
                "the invoices."
            )
            % names,
        }
