"""A select drawn by Python says the same as Django's own templates would."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from portal.forms import select

HOSTILE = "\"><script>alert(1)</script>&'"


class Parts(HTMLParser):
    """What a browser reads: tags with their attributes, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


FLAT = [("", "Any"), ("a", "A & B"), (3, "three"), (None, "none"), (True, "yes"), ("x", HOSTILE)]
GROUPS = [("Cloud & more", [("vm", "Server"), ("db", "Database")]), ("other", "Other")]


@pytest.mark.parametrize(
    ("widget", "value"),
    [
        (forms.Select(choices=FLAT), "a"),
        (forms.Select(choices=FLAT), 3),
        (forms.Select(choices=FLAT), None),
        (forms.Select(choices=FLAT), HOSTILE),
        (forms.Select(choices=GROUPS), "db"),
        (forms.Select(choices=[]), ""),
        (forms.Select(choices=FLAT, attrs={"disabled": True, "data-x": HOSTILE}), "x"),
        (forms.NullBooleanSelect(), True),
        (forms.SelectMultiple(choices=FLAT), ["a", "3"]),
    ],
)
def test_a_select_is_what_django_would_draw(widget: forms.Select, value: object) -> None:
    context = widget.get_context(HOSTILE, value, {"id": "id_it", "required": False, "class": "big"})
    stock = DjangoTemplates().render("django/forms/widgets/select.html", context)
    assert Parts(select(context["widget"])).found == Parts(stock).found


def test_the_portals_forms_draw_it_so() -> None:
    field = forms.ChoiceField(choices=[(HOSTILE, HOSTILE)])
    html = str(type("It", (forms.Form,), {"kind": field})()["kind"])
    assert '<select name="kind" class="form-select" id="id_kind">' in html
    assert "<script" not in html
