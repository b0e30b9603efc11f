"""What the portal does not measure is stated month by month by the side that promised it, and judged by that."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.models import Agreement, Objection, StatedFigure
from agreements.months.stated import NotYoursToState, state_figures
from agreements.promises.promise import MarketingAnswersPromise, MeetingsPromise, RevenuePromise
from smarketing.accounts.models import Role, User
from tests import cast

URL = "/agreements/north/stated/"
APRIL = datetime(2026, 4, 7, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _april(time_machine):
    time_machine.move_to(APRIL)


@pytest.fixture
def marketing_lead(north: Agreement) -> User:
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


@pytest.fixture
def deal(north: Agreement) -> Agreement:
    version = north.versions.get()
    for promise in (
        MeetingsPromise(per_month=Decimal(12)),
        RevenuePromise(per_month=Decimal(50_000)),
        MarketingAnswersPromise(per_month=Decimal("4.5")),
    ):
        cast.promise(version, promise)
    return north


def lines(client, period: str):
    card = client.get(reverse("reports:scorecard", args=["north"]), {"period": period}).context["card"]
    return {line.judgement.measure: line for line in (*card.marketing, *card.sales)}


@pytest.mark.parametrize(("typed", "kept"), [("١٢", None), ("１２", 12)])
def test_a_figure_is_written_in_digits_that_the_house_reads_everywhere(deal, signed_in, sales_lead, typed, kept):
    signed_in(sales_lead).post(f"{URL}?month=2026-03", {"figure_0": typed})
    assert [row.figure for row in StatedFigure.objects.all()] == ([] if kept is None else [kept])


def test_its_side_states_it_and_the_scorecard_judges_by_it(deal, signed_in, sales_lead, marketing_lead, leader):
    reader = signed_in(leader)
    assert (lines(reader, "2026-03")["meetings"].state, lines(reader, "2026-03")["meetings"].delivered) == ("", "–")
    assert "not stated yet" in reader.get(reverse("reports:scorecard", args=["north"]), {"period": "2026-03"}).text
    sales = signed_in(sales_lead)
    page = sales.get(URL)
    assert [row.name for row in page.context["rows"] if row.field] == ["Meetings held", "Revenue"]
    sales.post(f"{URL}?month=2026-03", {"figure_0": "13", "figure_1": "49000.50"})
    signed_in(marketing_lead).post(f"{URL}?month=2026-03", {"figure_0": "4.4"})
    found = lines(reader, "2026-03")
    assert {name: found[name].state for name in ("meetings", "revenue", "marketing_answers")} == {
        "meetings": "kept",
        "revenue": "missed",
        "marketing_answers": "kept",
    }
    assert (found["revenue"].delivered, found["revenue"].target) == ("€49,000.50", "€50,000")
    assert found["meetings"].source == "stated monthly by sales"
    assert found["speed"].source == "measured from handoffs"
    data = reader.get(reverse("reports:data", args=["north", "scorecard", "json"]), {"period": "2026-03"}).json()
    rows = {row["measure"]: row for row in data["scorecard"]["sales"]}
    assert (rows["meetings"]["promised"], rows["meetings"]["delivered"], rows["meetings"]["state"]) == (12, 13, "kept")
    quarter = lines(reader, "2026-Q1")["meetings"]
    assert (quarter.state, quarter.target, quarter.behind[0][0]) == ("on_the_way", "12", "stated for 1 of 3 months")


@pytest.mark.parametrize(("figure", "answers", "states"), [("11", "5", ("", "")), ("12", "4", ("on_the_way", ""))])
def test_a_month_that_runs_is_told_once_its_sum_has_reached_what_is_promised(
    deal, signed_in, sales_lead, marketing_lead, figure, answers, states
):
    sales = signed_in(sales_lead)
    sales.post(f"{URL}?month=2026-04", {"figure_0": figure})
    signed_in(marketing_lead).post(f"{URL}?month=2026-04", {"figure_0": answers})
    found = lines(sales, "2026-04")
    assert (found["meetings"].state, found["marketing_answers"].state) == states


def test_a_correction_needs_a_reason_and_the_former_figure_stays(deal, signed_in, sales_lead):
    sales = signed_in(sales_lead)
    sales.post(f"{URL}?month=2026-03", {"figure_0": "13"})
    answer = sales.post(f"{URL}?month=2026-03", {"figure_0": "11", "figure_1": "7"})
    assert answer.status_code == 422
    assert "This figure was stated before: say why it changes." in answer.text
    assert StatedFigure.objects.count() == 1
    sales.post(f"{URL}?month=2026-03", {"figure_0": "11", "note": "Two were put off"})
    page = sales.get(f"{URL}?month=2026-03").text
    assert "Two were put off" in page
    assert [str(row.figure) for row in StatedFigure.objects.all()] == ["13.00", "11.00"]
    assert lines(sales, "2026-03")["meetings"].delivered == "11"
    sales.post(f"{URL}?month=2026-03", {"figure_0": "", "note": "Counted wrong"})
    assert lines(sales, "2026-03")["meetings"].state == ""


def test_the_other_side_reads_and_objects_and_states_nothing(
    deal, signed_in, sales_lead, marketing_lead, stranger, rep
):
    signed_in(sales_lead).post(f"{URL}?month=2026-03", {"figure_0": "13"})
    marketing = signed_in(marketing_lead)
    row = StatedFigure.objects.get()
    marketing.post(f"{URL}?month=2026-03", {"figure_0": "3", "figure_1": "99"})
    assert set(StatedFigure.objects.values_list("measure", flat=True)) == {"meetings", "marketing_answers"}
    page = marketing.post(f"{URL}{row.pk}/object/", {"note": "We count ten"}, follow=True).text
    assert "We count ten" in page
    signed_in(sales_lead).post(f"{URL}{row.pk}/object/", {"note": "Our own"})
    assert Objection.objects.count() == 1
    march, theirs = date(2026, 3, 1), {("meetings", ""): Decimal(1)}
    with pytest.raises(NotYoursToState):
        state_figures(deal, march, theirs, note="Ours", by=marketing_lead, at=APRIL)
    assert signed_in(rep).post(URL, {"figure_0": "1"}).status_code == 403
    assert signed_in(stranger).get(URL).status_code == 404


@pytest.mark.parametrize(
    ("figure", "said"), [("1.5", "no more than 0 decimal places"), ("-1", "greater than or equal")]
)
def test_what_cannot_be_is_refused_beside_its_field(deal, signed_in, sales_lead, figure, said):
    answer = signed_in(sales_lead).post(f"{URL}?month=2026-03", {"figure_0": figure})
    assert (answer.status_code, said in answer.text, StatedFigure.objects.count()) == (422, True, 0)


def test_the_agreement_says_what_is_promised_and_where_it_comes_from_and_its_file_too(deal, signed_in, leader):
    page = signed_in(leader).get("/agreements/north/").text
    assert "12 meetings a month" in " ".join(page.split())
    assert "4.5 working hours until an answer, on average, at most" in page
    assert "stated monthly by marketing" in page
    assert "measured from handoffs" in page
    document = document_of(deal)
    assert read(write(document)).promises == document.promises
    assert 'measure = "meetings"' in write(document)
