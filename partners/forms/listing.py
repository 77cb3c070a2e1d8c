"""The form of a partner's page in the directory (D1)."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django_countries import countries

from access.forms.names import plain_name
from access.forms.pictures import PictureField
from access.letters import one_line
from access.policy import Actor
from partners.models import DirectoryPage, Partner
from partners.rules import SPOKEN
from partners.services.directory import MOST_PLACES, NO_LOGO

HEADLINE, DESCRIPTION = 120, 3000
SPARE_PLACES = 2


@dataclass(frozen=True, slots=True)
class Texts:
    """The two texts of one language, as the page of the form shows them."""

    language: str
    name: str
    headline: forms.BoundField
    description: forms.BoundField
    written: bool
    open: bool


class ListingForm(forms.Form):
    """Whether a partner shows, and what it says of itself, in the portal's languages."""

    listed = forms.BooleanField(
        label=gettext_lazy("Show us in the directory"),
        required=False,
        help_text=gettext_lazy(
            "Anybody finds your page, and clients find you when they authorise a partner."
        ),
    )
    categories = forms.ModelMultipleChoiceField(
        queryset=None,
        to_field_name="slug",
        label=gettext_lazy("What you do"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages you speak with clients"),
        choices=SPOKEN.items(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = forms.URLField(
        label=gettext_lazy("Web site"),
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    new_logo = PictureField(
        label=gettext_lazy("Logo"),
        required=False,
        width=600,
        height=600,
        widget=forms.FileInput,
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 2 MB and 4,096 pixels a side."),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.partner: Partner = actor.organisation.partner
        self.page: DirectoryPage | None = getattr(self.partner, "page", None)
        super().__init__(*args, initial=self._said(), **kwargs)
        kind = DirectoryPage._meta.get_field("categories").related_model
        self.fields["categories"].queryset = kind.objects.all()  # type: ignore[attr-defined,union-attr]
        for language, name in settings.LANGUAGES:
            self._add_texts(language, str(name))
        self._add_places()
        if self.page is None or self.page.logo_id is None:
            del self.fields["without_logo"]

    def _said(self) -> dict[str, Any]:
        """What the page says now."""
        said: dict[str, Any] = {"listed": self.partner.listed}
        if self.page is not None:
            said["categories"] = list(self.page.categories.all())
            said["languages"] = self.page.languages
            said["website"] = self.page.website
        return said

    def _add_texts(self, language: str, name: str) -> None:
        page = self.page
        self.fields[f"headline_{language}"] = forms.CharField(
            label=_("In one sentence"),
            required=False,
            max_length=HEADLINE,
            initial=page.headlines.get(language, "") if page else "",
            widget=forms.TextInput(attrs={"lang": language}),
        )
        self.fields[f"description_{language}"] = forms.CharField(
            label=pgettext("directory", "Description"),
            required=False,
            max_length=DESCRIPTION,
            initial=page.descriptions.get(language, "") if page else "",
            widget=forms.Textarea(attrs={"lang": language, "rows": 7}),
        )

    def _add_places(self) -> None:
        there = self.page.where if self.page else []
        home = str(self.partner.organisation.country)
        sent = len([name for name in self.data if name.startswith("place_")])
        rows = max(min(len(there) + SPARE_PLACES, MOST_PLACES), min(sent, MOST_PLACES))
        for number in range(rows):
            place = there[number] if number < len(there) else None
            self.fields[f"place_{number}"] = forms.CharField(
                label=_("Place %(number)d") % {"number": number + 1},
                required=False,
                max_length=60,
                initial=place.name if place else "",
            )
            self.fields[f"country_{number}"] = forms.ChoiceField(
                label=_("Country of place %(number)d") % {"number": number + 1},
                choices=list(countries),
                required=False,
                initial=str(place.country) if place else home,
            )

    # ---- for the page of the form ------------------------------------------------------------

    @property
    def texts(self) -> list[Texts]:
        """The texts of each language, those written or wrong unfolded."""
        found = []
        for language, name in settings.LANGUAGES:
            headline, description = self[f"headline_{language}"], self[f"description_{language}"]
            written = bool(headline.value() or description.value())
            unfolded = written or bool(headline.errors or description.errors)
            found.append(Texts(language, str(name), headline, description, written, unfolded))
        if not any(texts.open for texts in found):
            here = get_language()
            return [replace(texts, open=texts.language == here) for texts in found]
        return found

    @property
    def places(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        numbers = range(len([name for name in self.fields if name.startswith("place_")]))
        return [(self[f"place_{number}"], self[f"country_{number}"]) for number in numbers]

    # ---- checking ----------------------------------------------------------------------------

    def clean_website(self) -> str:
        website: str = self.cleaned_data["website"]
        if website:
            URLValidator(
                schemes=["https"], message=_("The address of your web site begins with https://.")
            )(website)
            if "@" in urlsplit(website).netloc:
                raise ValidationError(_("This is not the address of a web site."))
        return website

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in list(data):
            if name.startswith(("headline_", "place_")):
                self._clean_line(name)
            elif name.startswith("description_"):
                lines = (one_line(line) for line in data[name].splitlines())
                data[name] = "\n".join(lines).strip()
        return data

    def _clean_line(self, name: str) -> None:
        try:
            self.cleaned_data[name] = plain_name(one_line(self.cleaned_data[name]))
        except ValidationError as wrong:
            self.add_error(name, wrong)

    def values(self) -> dict[str, Any]:
        """What `change_page` takes."""
        data = self.cleaned_data
        languages = [language for language, _name in settings.LANGUAGES]
        logo = data["new_logo"]
        if logo is None and data.get("without_logo"):
            logo = NO_LOGO
        rows = range(len(self.places))
        return {
            "listed": data["listed"],
            "headlines": {language: data[f"headline_{language}"] for language in languages},
            "descriptions": {language: data[f"description_{language}"] for language in languages},
            "categories": list(data["categories"]),
            "languages": data["languages"],
            "places": [(data[f"place_{row}"], data[f"country_{row}"]) for row in rows],
            "website": data["website"],
            "logo": logo,
        }
