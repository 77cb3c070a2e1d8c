"""Headers on every answer, errors included (`threats.md`, general goals; T35, T40, T41)."""

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db

ANSWERS = [
    (None, "/", 302),
    (None, "/en/", 200),
    (None, "/accounts/login/", 200),
    (None, "/no-such-page/", 404),
    (None, "/o/garage-nord/", 302),
    (None, "/healthz", 200),
    ("gina", "/o/garage-nord/", 200),
    ("gina", "/o/garage-nord/products/", 200),
    ("gina", "/o/hotel-bellevue/", 404),
    ("adam", "/o/alpine-web/reseller/clients/add/", 403),
    ("staff", "/admin/", 200),
]


@pytest.fixture(params=ANSWERS, ids=lambda row: f"{row[0]} {row[1]}")
def answer(request, world):
    name, path, status = request.param
    response = world.client(name).get(path)
    assert response.status_code == status
    return name, response


def test_every_answer_carries_the_headers(answer):
    _name, response = answer
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_cache_keeps_what_a_person_sees(answer):
    """T41."""
    name, response = answer
    if name is not None:
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]


def test_only_the_staff_admin_evaluates_expressions(world):
    assert (
        "unsafe-eval" not in world.client("gina").get("/o/garage-nord/")["Content-Security-Policy"]
    )
    assert "unsafe-eval" in world.client("staff").get("/admin/")["Content-Security-Policy"]


def test_cookies_stay_with_the_browser_and_the_site(world):
    browser = Client()
    browser.get("/accounts/login/")
    response = browser.post(
        "/accounts/login/", {"login": "gina@garage-nord.example", "password": world.password}
    )
    for name in ("sessionid", "csrftoken"):
        cookie = response.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert bool(cookie["secure"]) == settings.BASE_URL.startswith("https://")


def test_a_foreign_host_is_refused(client):
    """T35."""
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_signing_in_changes_the_session_key(world):
    """T40: session fixation."""
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["seen"] = True
    session.save()
    browser.cookies["sessionid"] = before = session.session_key
    browser.post(
        "/accounts/login/", {"login": "gina@garage-nord.example", "password": world.password}
    )
    assert browser.session.get("_auth_user_id")
    assert browser.cookies["sessionid"].value != before
