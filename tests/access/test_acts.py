"""Lines of the log in words: sentences and readable differences (A2)."""

import pytest
from django.utils import translation

from access import acts


def changed(before, after):
    return [str(change) for change in acts.difference(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"name": "a"}, {"name": "b"}, ["Name: a → b"]),
        ({"name": "a", "notes": "x"}, {"name": "b", "notes": "x"}, ["Name: a → b"]),
        (None, {"role": "administrator"}, ["Role: Administrator"]),
        ({"role": "administrator"}, None, ["Role: Administrator →"]),
        ({"auto_renewal": True}, {"auto_renewal": False}, ["Renews automatically: yes → no"]),
        ({"notes": ""}, {"notes": "new"}, ["Notes: new"]),
        ({"products": ["a", "b"]}, {"products": ["b", "c"]}, ["Products: + c, − a"]),
        ({"products": ["a"]}, {"products": ["a"]}, []),
        ({"access": "limited"}, {"access": "full"}, ["Access: Limited access → Full access"]),
        (None, {"products": list("abcdefgh")}, ["Products: a, b, c, d, e and 3 more"]),
        ({"never_heard_of": 1}, {"never_heard_of": 2}, ["Never heard of: 1 → 2"]),
        (None, {"ends_on": "no day"}, ["Last day: no day"]),
        (None, {"ends_at": "2026-13-45T00:00:00"}, ["Ends: 2026-13-45T00:00:00"]),
        (None, None, []),
        (["a"], "b", ["a → b"]),
    ],
)
def test_what_changed_is_said_in_words(before, after, words):
    with translation.override("en"):
        assert [one.removeprefix(": ") for one in changed(before, after)] == words


def test_moments_and_days_are_the_readers():
    with translation.override("en"):
        assert "2026" in changed(None, {"ends_on": "2026-05-31"})[0]
        assert "12:00" in changed(None, {"until": "2026-05-31T10:00:00+00:00"})[0]


def test_a_sentence_names_its_object_where_there_is_one():
    text = acts.template("product.change_settings")
    assert acts.around(text, "Chat") == ("Changed the settings of ", "Chat", "")
    assert acts.around(text, "") == ("Changed the settings of", "", "")
    assert acts.around("Left", "Chat") == ("Left", "", "")


def test_an_act_that_nobody_knows_any_more_stands_as_it_is():
    assert acts.around(acts.template("old.act"), "Chat") == ("old.act: ", "Chat", "")
    assert acts.label("product.install") == "Installed …"
