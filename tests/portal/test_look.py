"""The look: readable in both themes, light on the wire, nothing inline, no address that is dead."""

import html as html_module
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template.loader import render_to_string
from django.urls import reverse

from access.templatetags.portal_ui import BADGES, initials
from access.web.widgets import ChoiceCards, GroupedCheckboxes
from clients.rules import Access, PartnershipState, PaymentMode, ProductState
from partners.rules import PartnerState
from portal import colour, navigation

CHECKOUT = Path(__file__).resolve().parent.parent.parent
STATIC = CHECKOUT / "static"
PAGES = [
    path
    for path in sorted((CHECKOUT / "templates").rglob("*.html"))
    if "mail" not in path.relative_to(CHECKOUT / "templates").parts[0]
    and "documents" not in path.parts  # printed, never sent to a browser
]
ANY_COLOUR = ["#1f5fbf", "#ffee00", "#ffffff", "#000000", "#00a878", "#e4002b", "#777777"]


# ---- Colours -------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ANY_COLOUR)
def test_any_vendor_colour_is_made_readable(chosen):
    made = {name: colour.parse(value) for name, value in colour.palette(chosen).items()}
    fill, light, dark = (made[f"--portal-accent{part}"] for part in ("", "-on-light", "-on-dark"))
    assert colour.contrast(colour.WHITE, fill) >= 4.5
    assert colour.contrast(light, made["--portal-accent-soft-light"]) >= 4.5
    assert colour.contrast(light, colour.LIGHT_SURFACE) >= 4.5
    assert colour.contrast(dark, made["--portal-accent-soft-dark"]) >= 4.5
    assert colour.contrast(dark, colour.DARK_SURFACE) >= 4.5


@pytest.mark.parametrize("text", ["red", "#fff", "#12345", "#12345g", "#000000;}body{", ""])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ValueError, match=r"colour|invalid literal"):
        colour.parse(text)


def tokens(name: str) -> dict[str, colour.Colour]:
    text = (STATIC / "portal" / name).read_text()
    found = re.findall(r"--portal-([\w-]+): (#[0-9a-f]{3,6});", text)
    return {
        key: colour.parse(value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:]))
        for key, value in found
    }


@pytest.mark.parametrize("theme", ["theme.css", "dark.css"])
def test_text_reads_on_every_surface_in_both_themes(theme):
    of = tokens(theme)
    for surface in ("page", "surface", "sunken", "raised"):
        for text in ("text", "muted"):
            assert colour.contrast(of[text], of[surface]) >= 4.5, (text, surface)
    for tone in ("success", "warning", "danger"):
        assert colour.contrast(of[tone], of[f"{tone}-soft"]) >= 4.5, tone
        assert colour.contrast(of["text"], of[f"{tone}-soft"]) >= 4.5, tone
        assert colour.contrast(of[tone], of["surface"]) >= 4.5, tone
    assert colour.contrast(of["line-strong"], of["surface"]) >= 3  # edges of controls


# ---- What stands in the templates ----------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(page):
    text = page.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text)
    data = '<script type="application/ld+json">'  # not run, and so not refused by the policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", text.replace(data, ""))
    assert not re.search(r"(src|<link[^>]*href)=\"(https?:)?//", text)


def test_every_icon_is_in_the_sprite():
    sprite = (STATIC / "vendor/bootstrap-icons/sprite.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    asked = set()
    for page in PAGES:
        asked |= set(re.findall(r'{% icon "([\w-]+)"', page.read_text()))
        asked |= set(re.findall(r'icon_name="([\w-]+)"', page.read_text()))
    asked |= {area.icon for _title, areas in navigation.GROUPS for area in areas}
    assert asked <= drawn
    assert drawn == set((CHECKOUT / "tools/icons.txt").read_text().split())


def test_every_state_has_a_badge():
    states = [*PartnershipState, *ProductState, *PartnerState]
    assert {("state", str(state)) for state in states} <= set(BADGES)
    assert {("access", str(one)) for one in Access} <= set(BADGES)
    assert {("payment", str(one)) for one in PaymentMode} <= set(BADGES)


def test_initials():
    assert [initials(name) for name in ("Garage Nord", "alpine", "", "- –")] == [
        "GN",
        "A",
        "·",
        "·",
    ]


# ---- Forms ---------------------------------------------------------------------------------


class Sample(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="We write there.")
    note = forms.CharField(widget=forms.Textarea, required=False)
    country = forms.ChoiceField(choices=[("CH", "Switzerland")])
    payer = forms.ChoiceField(choices=PaymentMode.choices, widget=forms.RadioSelect)
    access = forms.ChoiceField(
        choices=Access.choices,
        widget=ChoiceCards(explanations={"full": "Everything <b>"}, marks={"full": "asked"}),
    )
    products = forms.MultipleChoiceField(
        choices=[("Web", [("a", "One"), ("b", "Two")])], widget=GroupedCheckboxes(hints={"a": "h1"})
    )
    agreed = forms.BooleanField(help_text="Really.")
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)
    branded = forms.CharField(widget=forms.TextInput(attrs={"class": "vTextField"}), required=False)


def test_a_form_in_bootstraps_clothes():
    html = str(Sample(initial={"access": "full"}))
    assert re.search(
        'id="id_email"[^>]*class="form-control"|class="form-control"[^>]*id="id_email"', html
    )
    assert '<div class="form-text" id="id_email_helptext">We write there.</div>' in html
    assert re.search(r'<select name="country" class="form-select"', html)
    assert html.count("(optional)") == 2
    assert "Everything &lt;b&gt;" in html
    assert 'class="vTextField"' in html
    assert re.search(r'<input type="hidden" name="hidden" id="id_hidden">', html)
    assert "is-invalid" not in html
    assert "data-error-summary" not in html


def test_a_refused_form_says_where():
    html = str(Sample({"email": "nobody", "access": "full"}))
    ids = set(re.findall(r'id="([^"]+)"', html))
    summary = html[: html.index("</ul>")]
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == ["id_email", "id_country", "id_payer", "id_products", "id_agreed"]
    assert set(links) <= ids
    assert 'class="form-control is-invalid"' in html
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= ids
    for label in re.findall(r'for="([^"]+)"', html):
        assert label in ids


# ---- Navigation ----------------------------------------------------------------------------


def actor(*acts: str, **facts) -> SimpleNamespace:
    organisation = SimpleNamespace(slug="alpine-web", name="Alpine Web", pk=1)
    return SimpleNamespace(organisation=organisation, may=lambda act: act in acts, **facts)


def labels(groups) -> list[str]:
    return [str(link.label) for group in groups for link in group.links]


def test_what_is_not_allowed_is_not_offered():
    assert labels(navigation.navigation(actor("organisation.open"), "/")) == ["Home"]
    groups = navigation.navigation(actor("organisation.open", "clients.see"), "/")
    assert [str(group.title) for group in groups] == ["", "Reseller space"]


@pytest.mark.parametrize(
    ("name", "current"),
    [("home", ["Home"]), ("products", ["Products"]), ("clients", ["Clients"])],
)
def test_one_area_is_the_current_one(name, current):
    every = [area.act for _title, areas in navigation.GROUPS for area in areas]
    path = reverse(name, args=["alpine-web"])
    groups = navigation.navigation(actor(*every), path)
    assert [str(link.label) for group in groups for link in group.links if link.current] == current


def test_a_partners_person_always_sees_whose_organisation_it_is():
    """A3"""
    owner = SimpleNamespace(name="Garage <Nord>", slug="garage-nord")
    partner = SimpleNamespace(name="Alpine Web", slug="alpine-web")
    for access in ("full", "limited"):
        acting = SimpleNamespace(
            organisation=owner, partner=partner, partnership=SimpleNamespace(access=access)
        )
        html = render_to_string("components/partner_strip.html", {"actor": acting})
        text = html_module.unescape(" ".join(re.sub(r"<[^>]+>", "", html).split()))
        assert "You are working in Garage <Nord>'s organisation for Alpine Web" in text
        assert f"– {access} access" in text
    acting.partner = None
    assert not render_to_string("components/partner_strip.html", {"actor": acting}).strip()
