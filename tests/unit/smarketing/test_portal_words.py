from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.template import Context, Template

NOW = datetime(2026, 11, 4, 13, 5, tzinfo=UTC)


def rendered(text: str, **context: object) -> str:
    return Template("{% load portal %}" + text).render(Context({"now": NOW, **context})).strip()


def test_an_instant_carries_its_exact_time_for_machines_and_on_hover():
    html = rendered("{% when at now 'Europe/Berlin' %}", at=NOW)
    assert html == (
        '<time datetime="2026-11-04T13:05:00+00:00" title="Wednesday · Nov. 4, 2026 · 14:05:00 · CET">'
        "today 14:05</time>"
    )


def test_nothing_is_a_dash():
    times = "{% when n now %}{{ n|duration }}{{ n|minutes }}{{ n|microseconds }}"
    assert rendered(times + "{{ n|number }}{{ n|percent }}{{ n|said }}", n=None) == "–" * 7


@pytest.mark.parametrize(
    ("name", "tone", "word"),
    [
        ("kept", "kept", "Kept"),
        ("on_the_way", "on-the-way", "On the way"),
        ("at_risk", "at-risk", "At risk"),
        ("missed", "missed", "Missed"),
    ],
)
def test_a_state_is_told_by_word_and_sign_as_well_as_colour(name, tone, word):
    html = rendered("{% state name %}", name=name)
    assert html.startswith(f'<span class="state state-{tone}"><svg ')
    assert html.endswith(f"</svg>{word}</span>")


def test_a_state_may_have_a_word_of_its_own_which_is_escaped():
    assert "</svg>&lt;b&gt; strikes</span>" in rendered('{% state "missed" word %}', word="<b> strikes")


def test_the_table_under_a_chart_links_what_can_be_opened_and_escapes_labels():
    chart = SimpleNamespace(
        id="volume",
        title="Volume",
        sentence="One lead.",
        figure={
            "data": [{"type": "bar", "x": [1], "y": [2], "marker": {"color": "red"}, "name": "</script><b>"}],
            "layout": {},
        },
        table_columns=["Source", "Leads"],
        table_rows=[[SimpleNamespace(url="/leads/?source=fair", text="<i>fair</i>"), 1234], ["", 2.5]],
    )
    html = rendered('{% include "parts/chart.html" %}', chart=chart)
    assert '<a href="/leads/?source=fair">&lt;i&gt;fair&lt;/i&gt;</a>' in html
    assert '<td class="num">1,234</td>' in html
    assert '<td class="num">2.50</td>' in html
    assert "</script><b>" not in html
    assert 'data-figure="volume-figure"' in html
    assert 'id="volume-figure"' in html
