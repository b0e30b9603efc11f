"""The ledger collected from leads and deals: which of them count, in which month, and what was known on a day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from agreements.months.entries import EntryRefused, corrections, enter, entries_of, settle
from agreements.months.ledger import Figure
from agreements.pages.reading.history import history
from leads.ledger.collected import ledger_of
from leads.work.handoffs import hand_over, send_back
from smarketing.lib.periods import Period
from tests import cast
from tests.pages.test_agreement_edit import filled
from tests.unit.leads.ledger.april import sold

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
TODAY = date(2026, 5, 31)
TOTAL = (MARCH, Figure.TOTAL_REVENUE)


def figures(deal, month, today=TODAY):
    kept = ledger_of(deal, today=today)
    event, cohort = kept.actuals(Period(month)), kept.cohort(Period(month))
    return (event.leads, event.customers, event.revenue), (cohort.leads, cohort.customers, cohort.revenue)


def test_months_are_those_of_the_agreements_zone(north):
    handoff = cast.handed(north, cast.local(north, "2026-04-01 00:10"))  # in UTC it is March
    sold(handoff.lead, cast.local(north, "2026-05-01 00:10"), Decimal("100.10"))
    assert figures(north, APRIL) == ((1, 0, 0), (1, 1, Decimal("100.10")))
    assert figures(north, MAY) == ((0, 1, Decimal("100.10")), (0, 0, 0))


def test_a_lead_handed_over_again_counts_once_in_its_first_month(north, rep):
    first = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    send_back(first, reason="bad_timing", by=rep, at=cast.local(north, "2026-03-03 09:00"))
    again = hand_over(first.lead, by=None, at=cast.local(north, "2026-04-07 09:00"))
    sold(again.lead, cast.local(north, "2026-04-08 09:00"))
    assert figures(north, MARCH) == ((1, 0, 0), (1, 1, 100))
    assert figures(north, APRIL) == ((0, 1, 100), (0, 0, 0))


def test_a_lead_taken_off_counts_with_the_handoff_that_stands(north, rep):
    first = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    send_back(first, reason="wrong_data", by=rep, at=cast.local(north, "2026-03-03 09:00"))
    assert figures(north, MARCH)[0] == (0, 0, 0)
    assert figures(north, MARCH, today=date(2026, 3, 2))[0] == (1, 0, 0)
    again = hand_over(first.lead, by=None, at=cast.local(north, "2026-04-07 09:00"))
    sold(again.lead, cast.local(north, "2026-04-17 09:00"))
    assert figures(north, MARCH)[1] == (0, 0, 0)
    assert figures(north, APRIL) == ((1, 1, 100), (1, 1, 100))
    assert ledger_of(north, today=TODAY).cycle(Period(APRIL)).mean == 10


def test_one_taken_off_that_became_a_customer_all_the_same_counts(north, rep):
    first = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    send_back(first, reason="wrong_data", by=rep, at=cast.local(north, "2026-03-03 09:00"))
    sold(first.lead, cast.local(north, "2026-04-17 09:00"))
    assert figures(north, MARCH) == ((1, 0, 0), (1, 1, 100))


def test_a_lead_never_handed_over_a_loss_and_another_agreement_are_in_no_figure(north, south):
    sold(cast.lead(north), cast.local(north, "2026-03-05 09:00"), 7000)
    lost = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    sold(lost.lead, cast.local(north, "2026-03-05 09:00"), 900, outcome="lost")
    foreign = cast.handed(south, cast.local(south, "2026-03-02 09:00"))
    sold(foreign.lead, cast.local(south, "2026-03-05 09:00"), 90)
    assert figures(north, MARCH) == ((1, 0, 0), (1, 0, 0))
    assert figures(south, MARCH) == ((1, 1, 90), (1, 1, 90))


def test_a_sale_in_another_currency_is_told_apart_and_not_converted(north):
    one, other = (cast.handed(north, cast.local(north, "2026-03-02 09:00")) for _n in range(2))
    sold(one.lead, cast.local(north, "2026-03-05 09:00"), 300)
    sold(other.lead, cast.local(north, "2026-03-06 09:00"), 70_000, currency="DKK")
    kept = ledger_of(north, today=TODAY)
    assert figures(north, MARCH)[0] == (2, 2, 300)
    assert kept.elsewhere(Period(MARCH)) == {"DKK": (1, Decimal(70_000))}


def test_a_refund_lowers_the_revenue_of_the_month_in_which_it_comes(north):
    handoff = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    sold(handoff.lead, cast.local(north, "2026-03-05 09:00"), 300)
    sold(handoff.lead, cast.local(north, "2026-04-05 09:00"), -120)
    assert figures(north, MARCH) == ((1, 1, 300), (1, 1, 180))
    assert figures(north, APRIL)[0] == (0, 0, -120)


def test_looked_at_earlier_nothing_later_is_known(north):
    handoff = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    sold(handoff.lead, cast.local(north, "2026-04-05 23:59"), 300)
    cast.handed(north, cast.local(north, "2026-04-06 09:00"))
    assert figures(north, APRIL, today=date(2026, 4, 4))[0] == (0, 0, 0)
    assert figures(north, APRIL, today=date(2026, 4, 5))[0] == (0, 1, 300)
    assert figures(north, APRIL, today=date(2026, 4, 6))[0] == (1, 1, 300)


@pytest.mark.parametrize("count", [1, 4])
def test_it_takes_four_queries_however_much_there_is(count, north, django_assert_num_queries):
    for _n in range(count):
        handoff = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
        sold(handoff.lead, cast.local(north, "2026-03-05 09:00"))
    with django_assert_num_queries(4):  # entries, beginnings, sales, leads by day
        assert ledger_of(north, today=TODAY).actuals(Period(MARCH)).customers == count


# Entered by hand


def entered(deal, amount, reason="Books", by=None, **more):
    return enter(deal, {TOTAL: amount}, reason=reason, by=by, at=cast.local(deal, "2026-05-02 09:00"), **more)


def test_a_correction_stands_beside_its_former_value_with_author_and_reason(north, sales_lead, marketer):
    entered(north, Decimal(1000), by=marketer)
    entered(north, Decimal("1200.50"), "Booked late", by=sales_lead)
    assert ledger_of(north, today=TODAY).actuals(Period(MARCH)).total_revenue == Decimal("1200.50")
    told = [(c.former, c.entry.amount, c.entry.reason, c.entry.made_by) for c in corrections(entries_of(north))]
    assert told == [
        (1000, Decimal("1200.50"), "Booked late", sales_lead),
        (None, 1000, "Books", marketer),
    ]


def test_what_the_ledger_says_already_is_not_written_again(north):
    assert len(entered(north, Decimal(1000))) == 1
    assert entered(north, Decimal("1000.00")) == []
    assert len(entered(north, None, "Was wrong")) == 1
    assert ledger_of(north, today=TODAY).actuals(Period(MARCH)).total_revenue is None
    assert entered(north, None) == []


@pytest.mark.parametrize(
    ("month", "figure", "amount", "reason", "field"),
    [
        (date(2026, 6, 1), Figure.TOTAL_REVENUE, 5, "Books", "month"),
        (MARCH, Figure.TOTAL_REVENUE, -5, "Books", "amount"),
        (MARCH, Figure.LEADS, -1, "Books", "amount"),
        (MARCH, Figure.CUSTOMERS, Decimal("1.5"), "Books", "amount"),
        (MARCH, Figure.TOTAL_REVENUE, 5, "  ", "reason"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_of_it_is_taken(month, figure, amount, reason, field, north):
    amounts = {TOTAL: Decimal(1), (month, figure): Decimal(amount)}
    with pytest.raises(EntryRefused) as refusal:
        enter(north, amounts, reason=reason, by=None, at=cast.local(north, "2026-05-02 09:00"))
    assert refusal.value.field == field
    assert entries_of(north) == []


def test_when_it_is_proposed_is_kept_and_told_in_the_history(north, sales_lead):
    moment = datetime.now().astimezone() - timedelta(days=1)
    assert settle(north, propose_on=5, fewest_customers=30, by=sales_lead, at=moment)
    assert not settle(north, propose_on=5, fewest_customers=30, by=sales_lead, at=moment)
    assert [change.lines for change in north.changes.all()] == [[[["propose_on"], "20", "5"]]]


def test_a_file_says_when_it_is_proposed_and_one_that_does_not_means_the_usual_day(north):
    usual = document_of(north)
    never = replace(usual, propose_on=None, fewest_customers=12)
    assert read(write(never)) == never
    assert "[ledger]\npropose_on = 0\nfewest_customers = 12\n" in write(never)
    assert [str(one) for one in apply(never, by=None, at=datetime.now().astimezone()).differences] == [
        "propose_on 20 -> never",
        "fewest_customers 30 -> 12",
    ]
    north.refresh_from_db()
    assert (north.propose_on, north.fewest_customers, document_of(north)) == (None, 12, never)
    assert [(line.name, line.before, line.after) for line in history(north)[0].lines] == [
        ("Day on which the next month's target is proposed", "20", "never"),
        ("Customers below which an assumption is kept", "30", "12"),
    ]
    apply(read(write(usual)), by=None, at=datetime.now().astimezone())
    north.refresh_from_db()
    assert document_of(north) == usual


def test_the_ledger_in_the_file_is_kept_by_the_edit_page(signed_in, administrator, north):
    settle(north, propose_on=None, fewest_customers=12, by=None, at=datetime.now().astimezone())
    client, url = signed_in(administrator), "/agreements/north/edit/"
    client.post(url, filled(client, url) | {"speed-0-within_minutes": "240"}, follow=True)
    north.refresh_from_db()
    assert (north.propose_on, north.fewest_customers) == (None, 12)
