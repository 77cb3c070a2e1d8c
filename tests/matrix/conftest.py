"""What the matrix does without: papers are plain words here, quick and readable to the last one,
and downloads are not counted."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    for module in ("documents.invoices", "views.rebilling.papers"):
        monkeypatch.setattr(f"billing.{module}.render", _in_words)
    for module in ("views.account", "views.rebilling.bills"):
        monkeypatch.setattr(f"billing.{module}.print_document", _in_words)


@pytest.fixture(autouse=True)
def _uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.web.csv.spend", lambda *args, **kwargs: None)


def _in_words(document: Any) -> bytes:
    return repr(document).encode()
