"""The template tag `each`, which fills the rows of long lists."""

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

HOSTILE = "<b>{other}</b> & {0} {__class__}"


def written(source: str, **context: object) -> str:
    return Template("{% load portal_ui %}" + source).render(Context(context))


def test_a_row_after_the_other():
    rows = [{"name": "A", "home": "/o/a/"}, {"name": "B", "home": "/o/b/"}]
    source = '{% each rows %}<a title="{{ label }}" href="{home}">{name}</a>{% endeach %}'
    assert written(source, rows=rows, label="Open") == (
        '<a title="Open" href="/o/a/">A</a><a title="Open" href="/o/b/">B</a>'
    )
    assert written("[{% each rows %}{name}{% endeach %}]", rows=[]) == "[]"


def test_what_a_row_holds_is_escaped_unless_it_is_safe():
    """Nothing that somebody typed becomes markup, or the name of another cell."""
    rows = [{"name": HOSTILE, "other": "secret", "badge": mark_safe("<i>On</i>")}]
    assert written("{% each rows %}{name}|{badge}{% endeach %}", rows=rows) == (
        "&lt;b&gt;{other}&lt;/b&gt; &amp; {0} {__class__}|<i>On</i>"
    )


def test_words_shared_by_all_rows_are_escaped_where_they_stand():
    source = "{% each rows %}{{ label }}{name}{% endeach %}"
    assert written(source, rows=[{"name": "A"}], label="<b>") == "&lt;b&gt;A"


def test_a_percent_sign_is_itself():
    rows = [{"name": "100 %s"}]
    assert written('{% each rows %}<i style="width: 5%">{name} %d</i>{% endeach %}', rows=rows) == (
        '<i style="width: 5%">100 %s %d</i>'
    )


def test_a_name_that_a_row_lacks_fails():
    with pytest.raises(KeyError):
        written("{% each rows %}{nmae}{% endeach %}", rows=[{"name": "A"}])
