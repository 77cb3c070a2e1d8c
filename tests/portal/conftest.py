"""A small world of its own, with one of everything, for the tests of world files."""

import copy

import pytest

SMALL = {
    "password": "a-long-password",
    "catalogue": {
        "categories": [{"slug": "web", "name": "Web", "names": {"fr": "Web"}}],
        "product_types": [{"slug": "hosting", "name": "Hosting", "category": "web"}],
    },
    "people": [
        {"email": "pia@partner.example", "name": "Pia"},
        {"email": "carl@client.example", "name": "Carl"},
        {"email": "cleo@client.example", "name": "Cleo"},
    ],
    "organisations": [
        {
            "slug": "partner",
            "name": "Partner",
            "country": "CH",
            "members": [{"person": "pia@partner.example", "role": "legal_representative"}],
        },
        {
            "slug": "client",
            "name": "Client",
            "country": "FR",
            "members": [
                {"person": "carl@client.example", "role": "legal_representative"},
                {
                    "person": "cleo@client.example",
                    "role": "collaborator",
                    "accounting": True,
                    "products": ["Site 1"],
                },
            ],
            "products": [
                {"name": "Site {n}", "type": "hosting", "count": 2, "renews_on": "+30d"},
                {"name": "Old site", "type": "hosting", "started_on": "2020-02-29"},
            ],
        },
    ],
    "partners": [{"organisation": "partner", "listed": True}],
    "partnerships": [
        {
            "how": "request",
            "partner": "partner",
            "client": "client",
            "state": "active",
            "asked": {"access": "full", "payment_mode": "client"},
            "granted": {"access": "limited", "products": ["Site 2"]},
        }
    ],
}


@pytest.fixture
def small():
    return copy.deepcopy(SMALL)


@pytest.fixture
def staff(world):
    """The browser of the vendor's staff."""
    return world.client("staff")
