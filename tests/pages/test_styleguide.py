import pytest


@pytest.fixture
def shown(signed_in, rep) -> str:
    return signed_in(rep).get("/styleguide/").text


@pytest.mark.parametrize(
    "part",
    [
        'class="page-head"',
        'class="big-numbers"',
        "state-kept",
        "state-on-the-way",
        "state-at-risk",
        "state-missed",
        'class="filter-bar"',
        "table-cards",
        'class="row-actions"',
        'class="paging"',
        'class="chart-plot"',
        'class="two-sides"',
        "is-invalid",
        'class="timeline"',
        'class="empty"',
        "alert-danger",
        "<time datetime=",
    ],
)
def test_the_styleguide_shows_every_part(shown, part):
    assert part in shown


def test_the_drawing_library_is_loaded_on_chart_pages_only(shown, signed_in, rep):
    assert "vendor/plotly.min.js" in shown
    assert "plotly" not in signed_in(rep).get("/profile/").text


def test_the_styleguide_is_for_people_who_are_signed_in(client, db):
    assert client.get("/styleguide/").headers["Location"] == "/accounts/login/?next=/styleguide/"


def test_charts_are_drawn_without_a_way_to_send_them_away():
    with open("smarketing/static/smarketing/charts.js") as file:
        assert "displayModeBar: false" in file.read()
