"""A mistake in a world file is said with its place, and nothing is loaded."""

import copy
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal import worlds
from portal.worlds import WorldError


def mistakes(data):
    with pytest.raises(WorldError) as refusal:
        worlds.read(data)
    return [str(mistake) for mistake in refusal.value.mistakes]


def put(data, path, value):
    """Sets the value at a path such as `partnerships.0.client`."""
    *steps, last = path.split(".")
    for step in steps:
        data = data[int(step)] if isinstance(data, list) else data[step]
    data[int(last) if isinstance(data, list) else last] = value


def test_the_small_world_is_right(small):
    world = worlds.read(small)
    products = world.organisations[1].products
    assert products[0].renews_on == timezone.localdate() + timedelta(days=30)
    assert products[1].started_on.isoformat() == "2020-02-29"


@pytest.mark.parametrize(
    ("path", "value", "mistake"),
    [
        (
            "partnerships.0.client",
            "clint",
            "partnerships[0].client: there is no organisation “clint”; did you mean “client”?",
        ),
        (
            "organisations.1.members.0.person",
            "carl@elsewhere.test",
            "organisations[1].members[0].person: there is no person “carl@elsewhere.test”",
        ),
        (
            "organisations.1.products.0.type",
            "hostings",
            "organisations[1].products[0].type: there is no product type “hostings”; "
            "did you mean “hosting”?",
        ),
        (
            "catalogue.product_types.0.category",
            5,
            'catalogue.product_types[0].category: must be a text: "…"',
        ),
        ("peple", [], "peple: is an unknown key; did you mean “people”?"),
        ("people.0.staf", True, "people[0].staf: is an unknown key; did you mean “staff”?"),
        ("people.0.staff", "yes", "people[0].staff: must be true or false."),
        ("people.0.name", "", "people[0].name: must not be empty."),
        ("people.0.name", "x" * 81, "people[0].name: is too long: 81 characters, and 80"),
        ("people.0.name", "\x00", "people[0].name: holds a character that no text may hold."),
        ("people.0.name", "\ud800", "people[0].name: holds a character that no text may hold."),
        ("people.0.email", "pia", "people[0].email: “pia” is not an e-mail address."),
        (
            "people.1.email",
            "PIA@partner.example",
            "people[1].email: “pia@partner.example” stands here a second time.",
        ),
        ("people.0.language", "rm", "people[0].language: “rm” is not possible here; possible are"),
        ("people", {}, "people: must be a list: […]"),
        ("people.0", "Pia", "people[0]: must be an object: {…}"),
        ("organisations.0.country", "XX", "organisations[0].country: “XX” is no country code"),
        ("organisations.0.country", ["CH"], "organisations[0].country: “['CH']” is no country"),
        (
            "organisations.0.website",
            "http://partner.example/",
            "organisations[0].website: “http://partner.example/” is not an https address.",
        ),
        (
            "organisations.0.registration_number",
            "CHE-415.273.685",
            "organisations[0].registration_number: This number does not check.",
        ),
        ("organisations.0.slug", "päx", "organisations[0].slug: “päx” may hold letters"),
        (
            "organisations.0.members.0.role",
            "administrator",
            "organisations[0].members: one must have the role “legal_representative” (O3).",
        ),
        ("organisations.0.members", [], "organisations[0].members: one must have the role"),
        (
            "organisations.1.members.1.products.0",
            "Site 3",
            "organisations[1].members[1].products[0]: “client” has no product “Site 3”; "
            "did you mean “Site",
        ),
        (
            "organisations.1.members.1.clients",
            ["partner"],
            "organisations[1].members[1].clients[0]: “partner” is no client of “client”",
        ),
        (
            "organisations.1.members.1.role",
            "administrator",
            "organisations[1].members[1].accounting: is for collaborators and external users only",
        ),
        (
            "organisations.1.products.0.name",
            "Site",
            "organisations[1].products[0].name: must hold {n}, as there are 2",
        ),
        (
            "organisations.1.products.1.name",
            "Site 2",
            "organisations[1].products: “Site 2” is the name of 2 products.",
        ),
        (
            "organisations.1.products.0.count",
            0,
            "organisations[1].products[0].count: must be a whole number from 1 to",
        ),
        (
            "organisations.1.products.0.renews_on",
            "2026-02-30",
            "organisations[1].products[0].renews_on: “2026-02-30” is no date",
        ),
        (
            "organisations.1.products.1.renews_on",
            "2019-01-01",
            "organisations[1].products[1].renews_on: lies before “started_on”.",
        ),
        (
            "organisations.0.affiliate",
            True,
            "partners[0].organisation: an affiliate cannot be a partner",
        ),
        ("partners.0.state", "applied", "partners[0].listed: is for approved and suspended"),
        ("partners", [], "partnerships[0].partner: “partner” is no approved or suspended partner"),
        ("partnerships.0.client", "partner", "partnerships[0].client: is the partner itself."),
        (
            "partnerships.0.how",
            "invitation",
            "partnerships[0].asked: does not belong here: how “invitation”, state “active”.",
        ),
        (
            "partnerships.0.state",
            "invited",
            "partnerships[0].state: a request cannot be “invited”; possible are active, ended",
        ),
        (
            "partnerships.0.state",
            "requested",
            "partnerships[0].granted: does not belong here: how “request”, state “requested”.",
        ),
        (
            "partnerships.0.granted",
            {"access": "full"},
            "partnerships[0].granted.payment_mode: is missing: full access names who pays.",
        ),
        (
            "partnerships.0.granted",
            {"access": "limited", "payment_mode": "partner", "products": ["Site 1"]},
            "partnerships[0].granted.payment_mode: must be “client” for limited access (M3).",
        ),
        (
            "partnerships.0.granted",
            {"access": "limited"},
            "partnerships[0].granted.products: is missing: limited access names some.",
        ),
        (
            "partnerships.0.granted.products.0",
            "Site two",
            "partnerships[0].granted.products[0]: “client” has no product “Site two”",
        ),
        (
            "partnerships.0.asked",
            {"access": "limited"},
            "partnerships[0].asked.categories: is missing: limited access names some.",
        ),
        (
            "partnerships.0.asked",
            {"access": "full", "payment_mode": "client", "categories": ["web"]},
            "partnerships[0].asked.categories: is for limited access only.",
        ),
        (
            "partnerships.0.answered_by",
            "cleo@client.example",
            "partnerships[0].answered_by: cleo@client.example is no legal representative of "
            "“client” (O4).",
        ),
        (
            "catalogue.categories.0.names",
            {"fr": "Web", "en": "Web"},
            "catalogue.categories[0].names.en: is not one of the other languages",
        ),
        ("catalogue.categories.0.names", "Web", "catalogue.categories[0].names: must be an object"),
    ],
)
def test_a_mistake_is_said_with_its_place(small, path, value, mistake):
    put(small, path, value)
    found = mistakes(small)
    assert any(each.startswith(mistake) for each in found), found


def test_missing_keys(small):
    del small["people"][0]["name"]
    del small["partnerships"][0]["client"]
    del small["partnerships"][0]["asked"]
    assert mistakes(small) == [
        "people[0].name: is missing.",
        "partnerships[0].asked: is missing: how “request”, state “active” needs it.",
        "partnerships[0].client: is missing: how “request”, state “active” needs it.",
    ]


def test_many_mistakes_are_said_at_once(small):
    put(small, "people.0.name", 5)
    put(small, "partnerships.0.client", "clint")
    put(small, "organisations.1.products.0.renews_on", "soon")
    put(small, "organisations.1.members.1.role", "boss")
    assert len(mistakes(small)) == 4


@pytest.mark.parametrize("data", [None, 5, "world", [], [{}]])
def test_what_is_no_world_at_all(data):
    assert mistakes(data) == ["must be an object: {…}"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "line 1, column 2: is not JSON"),
        (b'{"people": [],\n "people": []}', "“people”: stands twice in one object."),
        (b'{"about": "\xff"}', "byte 11: is not UTF-8."),
        (b"[" * 100_000, "nested too deeply"),
        (None, "The file can't be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, content, sentence):
    file = tmp_path / "world.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        call_command("world", str(file))
    assert sentence in str(refusal.value)
    assert "nothing was loaded." in str(refusal.value)


def paths(data, before=()):
    """The path of every value in the data."""
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in entries:
        yield (*before, step)
        if isinstance(value, dict | list):
            yield from paths(value, (*before, step))


def refusal(data):
    """The mistakes of the data, or None when they are a world."""
    try:
        worlds.read(data)
    except WorldError as error:
        return error.mistakes
    return None


@pytest.mark.parametrize(
    "value", [None, True, 5, -1, 1e400, "", "x", "\x00", "ä" * 5000, [], [None], {}, {"x": 1}, [[]]]
)
def test_whatever_stands_anywhere_is_a_mistake_or_is_read(small, value):
    """Nothing that JSON can hold ends in a traceback."""
    for path in paths(small):
        data = copy.deepcopy(small)
        put(data, ".".join(map(str, path)), value)
        found = refusal(data)
        assert found is None or all(each.place and each.sentence for each in found), path
        assert found != (), path


def test_whatever_is_missing_is_a_mistake_or_has_a_default(small):
    for path in paths(small):
        data = copy.deepcopy(small)
        *steps, last = path
        owner = data
        for step in steps:
            owner = owner[step]
        del owner[last]
        assert refusal(data) != (), path
