"""Filling in a page's form as a browser without JavaScript does: from the HTML it was sent."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class Filled(HTMLParser):
    """The page's last form with a wizard's step (hidden fields and what is ticked), ready to be
    changed with `fill` and sent with `press`."""

    def __init__(self, browser: Client, url: str, response: Any = None) -> None:
        super().__init__()
        self.browser, self.url = browser, url
        self.response = response if response is not None else browser.get(url)
        self.data: dict[str, list[str]] = {}
        self.disabled: set[str] = set()
        self._text = ""
        if self.response.status_code == 200:
            html = self.response.text
            self.feed(html[html.index("<main") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "textarea" and name:
            self.data.setdefault(name, [""])
        if tag != "input" or not name:
            return
        if "disabled" in found:
            self.disabled.add(value)
        elif found.get("type") not in ("checkbox", "radio"):
            self.data.setdefault(name, []).append(value)
        elif "checked" in found:
            self.data.setdefault(name, []).append(value or "on")

    def fill(self, **values: Any) -> "Filled":
        for name, value in values.items():
            self.data[name] = value if isinstance(value, list) else [value]
        return self

    def press(self, go: str = "next", **values: Any) -> "Filled":
        """Sends the form and reads the page that answers."""
        self.fill(**values)
        answer = self.browser.post(self.url, self.data | {"go": [go]})
        return Filled(self.browser, self.url, answer)

    @property
    def step(self) -> str:
        """The step that the page asks."""
        return self.data["step"][0]

    @property
    def text(self) -> str:
        return str(self.response.text)

    @property
    def errors(self) -> dict[str, list[str]]:
        """What stands beside each field."""
        return {name: list(found) for name, found in self.response.context["form"].errors.items()}
