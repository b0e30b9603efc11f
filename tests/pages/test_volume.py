import json

import pytest
from django.urls import reverse

from agreements.models import Agreement
from leads.work.handoffs import send_back
from smarketing.accounts.models import Role, User
from tests import cast
from tests.pages.seen import chart, count_of

pytestmark = pytest.mark.usefixtures("at")


def url(page: str = "volume", **query: str) -> str:
    return reverse(f"reports:{page}", args=["north"], query=query or None)


def test_the_month_is_shown_against_its_goal(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url())
    numbers = {number.label: number.value for number in page.context["sheet"].numbers}
    assert numbers["Leads delivered"] == "8"
    assert (numbers["Due by this evening"], numbers["At this pace"], numbers["Returned to marketing"]) == (
        "15",
        "12",
        "2",
    )
    assert "of 22 promised" in page.text


def test_the_sentence_says_what_the_chart_shows(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url())
    assert "8 leads delivered by March 20, behind the 14 due so far." in page.text


def test_every_bar_opens_as_many_records_as_it_counts(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    steps = chart(client.get(url()), "waterfall").figure["data"][0]
    bars = [(abs(y), link) for y, link in zip(steps["y"], steps["customdata"], strict=True) if y]
    assert len(bars) == 11
    assert [count for count, _link in bars] == [count_of(client.get(link)) for _count, link in bars]


def test_the_months_page_takes_eleven_queries_however_many_leads(
    signed_in, marketer: User, north: Agreement, django_assert_num_queries
) -> None:
    client = signed_in(marketer)
    for minute in range(3):
        cast.handed(north, cast.local(north, f"2026-03-17 09:0{minute}"))
    # session, user, memberships; agreement, versions, objectives, tiers; targets; handoffs
    with django_assert_num_queries(11):
        client.get(url())


def test_a_source_is_chosen_and_the_empty_one_is_not_all_of_them(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    delivered = {
        choice: client.get(url(source=choice)).context["sheet"].numbers[0].value
        for choice in ("", "=", "web", "nobody")
    }
    assert delivered == {"": "8", "=": "1", "web": "1", "nobody": "0"}


def test_the_form_shows_what_the_address_asks_for(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url(period="2026-Q1", source="=", tier="B"))
    asked = {"period": "2026-Q1", "source": "=", "tier": "B", "on": None, "excuses": ""}
    assert page.context["form"].initial == asked
    assert '<option value="=" selected>no source</option>' in page.text


@pytest.mark.parametrize("period", ["", "nonsense", "0001-01", "9999-12", "2026-00", "２０２６-０１"])
def test_an_unreadable_period_is_this_month_and_said_so(signed_in, marketer: User, period: str) -> None:
    client = signed_in(marketer)
    page = client.get(url(period=period))
    assert page.context["period"].label == "2026-03"
    assert (f"“{period}” cannot be shown; this is March 2026." in page.text) == bool(period)
    statuses = [
        client.get(reverse("reports:data", args=["north", "volume", form]), {"period": period}).status_code
        for form in ("csv", "json")
    ]
    assert statuses == ([404, 404] if period else [200, 200])


def test_the_neighbouring_periods_are_one_click_away(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url(period="2026-Q1", source="web"))
    assert page.context["before_url"] == url(period="2025-Q4", source="web")
    assert [here for _label, _url, here in page.context["kinds"]] == [False, True, False]


def test_a_foreign_agreement_is_not_there(signed_in, stranger: User) -> None:
    assert signed_in(stranger).get(url()).status_code == 404


def test_names_that_people_typed_are_shown_as_text(signed_in, marketer: User, north: Agreement) -> None:
    cast.handed(north, cast.local(north, "2026-03-17 09:00"), source="<b>bold</b>", tier="</script>")
    page = signed_in(marketer).get(url())
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.text
    assert "<b>bold" not in page.text
    assert "Tier </script>" not in page.text


def test_the_page_as_json_has_the_figures_of_the_report(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    found = client.get(chart(client.get(url()), "waterfall").json_url).json()
    assert (found["agreement"], found["period"]["label"], found["source"]) == ("north", "2026-03", None)
    assert (found["volume"]["delivered"], found["volume"]["target"]) == (8, 22)
    assert len(found["charts"]["waterfall"]["rows"]) == 31
    json.dumps(found, allow_nan=False)


def test_the_table_as_csv_is_a_file_that_spreadsheets_read(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    file = client.get(chart(client.get(url()), "waterfall").csv_url)
    lines = file.content.decode("utf-8-sig").splitlines()
    assert file["Content-Disposition"] == 'attachment; filename="north-volume-waterfall-2026-03.csv"'
    assert lines[0] == "Day,Handed over,Returned,Delivered so far,Goal"
    assert lines[2] == '"Mon, March 2",2,0,2,1.0'


def test_a_chart_that_is_not_there_is_no_file(signed_in, marketer: User) -> None:
    assert signed_in(marketer).get("/reports/north/volume.csv?chart=pie").status_code == 404


def test_with_one_agreement_the_reports_begin_with_its_volume(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(reverse("reports:home"))
    assert page["Location"] == url()


def test_with_several_agreements_one_is_chosen(signed_in, leader: User, south: Agreement) -> None:
    leader.memberships.create(team=south.sales_team, role=Role.LEADERSHIP)
    page = signed_in(leader).get(reverse("reports:home"))
    assert [agreement.slug for agreement in page.context["agreements"]] == ["north", "south"]
    assert url() in page.text


def test_one_that_is_only_coming_takes_nobody_the_pace_of_the_other(signed_in, leader: User, south: Agreement) -> None:
    leader.memberships.create(team=south.sales_team, role=Role.LEADERSHIP)
    south.versions.update(effective_on="2026-12-01")
    answer = signed_in(leader).get(reverse("reports:home"))
    assert answer.status_code == 302
    assert answer.url.startswith("/reports/north/")


def test_an_agreement_without_terms_has_no_figures(signed_in, leader: User, south: Agreement) -> None:
    south.versions.all().delete()
    assert signed_in(leader).get("/reports/south/volume/").status_code == 404


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2026-05", "May 2026 has not begun: nothing has been handed over yet. 30 leads promised for May 2026."),
        ("2026-06", "June 2026 has not begun: nothing has been handed over yet."),
        ("2026-01", "Nothing was handed over in January 2026. 0 leads delivered in January 2026; 7 were promised."),
        ("2025-01", "Nothing was handed over in January 2025."),
    ],
)
def test_where_nothing_was_handed_over_no_axes_are_drawn_and_it_is_said(
    signed_in, marketer: User, north: Agreement, period: str, said: str
) -> None:
    cast.target(north, "2026-05", 30)
    cast.target(north, "2026-01", 7)
    page = signed_in(marketer).get(url(period=period))
    assert page.context["sheet"].nothing == said
    assert "chart-box" not in page.text


def test_a_running_month_without_a_step_shows_its_goal(signed_in, marketer: User, south: Agreement, stranger) -> None:
    cast.target(south, "2026-03", 22)
    page = signed_in(stranger).get(reverse("reports:volume", args=["south"]))
    assert (page.context["sheet"].nothing, page.text.count("chart-box")) == ("", 1)


def test_a_late_return_is_said_beside_the_leads_delivered_and_the_total(
    signed_in, marketer: User, rep: User, north: Agreement
) -> None:
    old = cast.handed(north, cast.local(north, "2026-01-07 09:00"), name="Old")
    send_back(old, by=rep, at=cast.local(north, "2026-03-18 09:00"), reason="duplicate")
    client = signed_in(marketer)
    sheet = client.get(url()).context["sheet"]
    delivered, bar = sheet.numbers[0], sheet.chart("waterfall").figure["data"][0]
    assert (delivered.value, count_of(client.get(delivered.url))) == ("7", 8)
    assert "1 lead from an earlier period is taken off those listed" in delivered.note
    assert (bar["y"][-1], bar["hovertext"][-1]) == (7, "Total: 7 leads, 1 from an earlier period taken off")


@pytest.mark.parametrize(("period", "value", "said"), [("2026", "1", "1 lead delivered"), ("2026-01", "2", "2 leads")])
def test_headline_scorecard_and_list_agree_on_a_lead_returned_in_a_month_without_a_target(
    signed_in, leader: User, rep: User, south: Agreement, period: str, value: str, said: str
) -> None:
    cast.target(south, "2026-01", 2)
    first, _second = (cast.handed(south, cast.local(south, f"2026-01-05 09:0{n}")) for n in (1, 2))
    send_back(first, by=rep, at=cast.local(south, "2026-03-18 09:00"), reason="below_quality")
    leader.memberships.create(team=south.sales_team, role=Role.LEADERSHIP)
    client = signed_in(leader)
    page = client.get(reverse("reports:volume", args=["south"]), {"period": period})
    number = page.context["sheet"].numbers[0]
    card = client.get(reverse("reports:scorecard", args=["south"]), {"period": period}).context["card"]
    (line,) = card.marketing
    assert (number.value, line.delivered, line.behind[0][0]) == (value, value, f"{value} delivered")
    assert [count_of(client.get(link)) for link in (number.url, line.behind[0][1])] == [int(value)] * 2
    assert said in page.context["sheet"].charts[0].sentence


@pytest.mark.parametrize("target", [None, 5])
def test_a_figure_below_zero_opens_what_was_taken_off(
    signed_in, rep: User, leader: User, south: Agreement, target: int | None
) -> None:
    old = cast.handed(south, cast.local(south, "2026-01-07 09:00"))
    send_back(old, by=rep, at=cast.local(south, "2026-03-18 09:00"), reason="duplicate")
    if target:
        cast.target(south, "2026-03", target)
    leader.memberships.create(team=south.sales_team, role=Role.LEADERSHIP)
    client = signed_in(leader)
    sheet = client.get(reverse("reports:volume", args=["south"])).context["sheet"]
    trace = sheet.charts[0].figure["data"][0]
    assert (sheet.numbers[0].value, trace["y"][-1]) == ("−1", -1)
    assert [count_of(client.get(link)) for link in (sheet.numbers[0].url, trace["customdata"][-1])] == [1, 1]


def test_paper_tells_returns_by_their_hatching(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url())
    assert page.text.count('fill="url(#waterfall-hatch)"') == 2
    assert '<li class="sketch-hatched"' in page.text
