"""The ledger of an agreement as people see it, and what they enter in it."""

import csv
import html
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import translation

from agreements.models import LedgerEntry
from agreements.months.entries import enter
from agreements.months.ledger import Figure, ratio
from leads.ledger.proposal import propose_months
from leads.work.handoffs import hand_over, send_back
from smarketing.accounts.models import Role
from tests import cast
from tests.unit.leads.ledger.april import THE_DAY, april, sold

pytestmark = pytest.mark.django_db
URL = "/agreements/north/ledger/"
FIGURE = {"month": "2026-03", "figure": "total_revenue", "amount": "1,234.50", "reason": "Books"}


@pytest.fixture
def planned(north):
    return april(north)


@pytest.fixture(autouse=True)
def _may(time_machine):
    time_machine.move_to(THE_DAY)


def won(deal, revenue, handed="2026-04-06", closed="2026-04-21", name="Ada Lovelace", **more):
    lead = cast.handed(deal, cast.local(deal, f"{handed} 09:00"), name=name).lead
    sold(lead, cast.local(deal, f"{closed} 09:00"), revenue, **more)


def seen(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_who_reads_the_figures_reads_it_and_a_stranger_does_not_find_it(signed_in, leader, stranger, north):
    assert signed_in(leader).get(URL).status_code == 200
    assert signed_in(stranger).get(URL).status_code == 404


def test_an_empty_ledger_says_what_belongs_there(signed_in, sales_lead, leader, north):
    page = signed_in(sales_lead).get(URL)
    assert "Nothing is in the ledger yet" in seen(page)
    assert "Enter figures" in seen(page)
    assert 'name="amount"' not in signed_in(leader).get(URL).text


def test_it_is_reached_from_the_agreement(signed_in, leader, north):
    assert f'href="{URL}"' in signed_in(leader).get("/agreements/north/").text


def test_thirteen_months_in_both_views(signed_in, leader, planned):
    page = signed_in(leader).get(URL)
    lines = page.context["lines"]
    assert [line.period.label for line in lines][::12] == ["2025-05", "2026-05"]
    assert len(lines) == 13
    april = lines[-2]
    assert (april.actuals.leads, april.actuals.customers, april.actuals.share) == (4, 3, ratio(2400, 5997))
    assert (april.cohort.leads, april.cohort.rate, april.cohort.is_mature) == (4, Decimal("0.75"), True)
    assert "30.1% – 95.4%" in seen(page)


def test_a_month_a_quarter_and_a_year_can_be_chosen(signed_in, leader, planned):
    sold(
        cast.handed(planned, cast.local(planned, "2026-05-04 09:00")).lead, cast.local(planned, "2026-05-05 09:00"), 50
    )
    client = signed_in(leader)
    for period, customers, last in (("2026-04", 3, "2026-04"), ("2026-Q2", 4, "2026-06"), ("2026", 4, "2026-12")):
        context = client.get(URL, {"period": period}).context
        assert context["sums"].actuals.customers == customers
        assert context["lines"][-1].period.label == last
        assert context["form"]["period"].value() == period
    assert client.get(URL, {"period": "nonsense"}).context["sums"].actuals.customers == 3


def test_an_outlier_is_named_to_who_may_see_leads_and_its_sum_to_the_others(signed_in, leader, rep, planned):
    won(planned, 9_000_000, name="Grace Hopper")
    page = seen(signed_in(rep).get(URL))
    assert "Grace Hopper , €9,000,000 on April 21, 2026: 100% of all sales" in page
    assert "Average deal size €2,250,600 €800" in page
    others = seen(signed_in(leader).get(URL))
    assert "Grace Hopper" not in others
    assert "€9,000,000 on April 21, 2026" in others


def test_a_sale_in_another_currency_is_told_apart(signed_in, leader, planned):
    sold(
        cast.handed(planned, cast.local(planned, "2026-04-06 09:00")).lead,
        cast.local(planned, "2026-04-21 09:00"),
        9,
        currency="USD",
    )
    assert "Not added up: $9 in another currency (sales: 1)." in seen(signed_in(leader).get(URL))


def test_the_proposal_shows_what_moved_it_and_who_may_answer(signed_in, sales_lead, leader, planned):
    propose_months(at=THE_DAY)
    page = signed_in(sales_lead).get(URL)
    told = seen(page)
    assert "Target of June 2026" in told
    assert "The ledger suggests 67 as the number of leads; nothing is agreed yet." in told
    assert "waiting for Marketing north and Sales north" in told
    target = page.context["proposed"].target
    assert f"/agreements/north/targets/{target.pk}/accept/" in page.text
    assert "accept/" not in signed_in(leader).get(URL).text


def test_the_moves_stand_beside_their_inputs(signed_in, sales_lead, planned):
    cast.target(planned, "2026-06", 90)
    propose_months(at=THE_DAY)
    lines = signed_in(sales_lead).get(URL).context["proposed"].lines
    assert [(line.agreed, line.found, line.taken, line.effect) for line in lines] == [
        ("90", "", "", "+10.0"),
        ("€100,000", "", "€100,000", ""),
        ("50%", "40%", "40%", "−20.0"),
        ("€1,000", "€800", "€800", "+20.0"),
        ("50%", "75%", "75%", "−33.3"),
        ("", "", "", "+0.3"),  # 67 instead of 90
    ]


def test_before_the_day_it_says_what_it_would_propose_and_when(signed_in, leader, planned, time_machine):
    time_machine.move_to(THE_DAY - timedelta(days=2))
    told = seen(signed_in(leader).get(URL))
    assert "That is today's stand: the portal proposes on May 20, 2026." in told


def test_small_numbers_say_that_the_agreed_assumption_is_kept(signed_in, leader, planned):
    planned.fewest_customers = 30
    planned.save()
    assert seen(signed_in(leader).get(URL)).count("Kept: 3 of at least 30 customers.") == 3


def test_a_lead_of_either_team_and_an_administrator_enter_figures(
    signed_in,
    sales_lead,
    administrator,
    north,
):
    marketing_lead = cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)
    for person, amount in ((sales_lead, "1,000"), (marketing_lead, "2,000"), (administrator, "3,000")):
        answer = signed_in(person).post(f"{URL}correct/", FIGURE | {"amount": amount})
        assert (answer.status_code, answer.url) == (302, URL)
    page = signed_in(sales_lead).get(URL)
    told = [(line.former, line.now, line.correction.entry.made_by) for line in page.context["corrections"]]
    assert told == [
        ("€2,000", "€3,000", administrator),
        ("€1,000", "€2,000", marketing_lead),
        ("nothing", "€1,000", sales_lead),
    ]


def test_nobody_else_does(signed_in, rep, marketer, leader, stranger, north):
    for person, status in ((rep, 403), (marketer, 403), (leader, 403), (stranger, 404)):
        for address, data in (("correct/", FIGURE), ("totals/", {"pasted": "2026-03;5", "source": "x"})):
            assert signed_in(person).post(URL + address, data).status_code == status
        assert signed_in(person).post(f"{URL}settings/", {"fewest_customers": "3"}).status_code == status
    assert not LedgerEntry.objects.exists()


def test_what_was_collected_stays_beside_what_was_entered(signed_in, sales_lead, planned):
    client = signed_in(sales_lead)
    client.post(f"{URL}correct/", {"month": "2026-04", "figure": "leads", "amount": "9", "reason": "Fair"})
    page = client.get(URL)
    assert page.context["lines"][-2].actuals.leads == 9
    assert "9 entered; collected: 4" in seen(page)
    assert "4, as collected 9 Fair" in seen(page)


@pytest.mark.parametrize(
    ("language", "more", "field", "reason"),
    [
        ("en", {"month": "soon"}, "month", "Write a month like 2026-03."),
        ("de", {"month": "2026-Q1"}, "month", "Schreiben Sie einen Monat wie 2026-03."),
        ("da", {"month": "2027-01"}, "month", "Denne måned er ikke begyndt."),
        ("en", {"amount": "much"}, "amount", "“much” is no amount."),
        ("de", {"amount": "-5"}, "amount", "Darf nicht negativ sein."),
        ("da", {"figure": "leads", "amount": "1,5"}, "amount", "Skriv et helt tal, ikke under nul."),
        ("en", {"reason": ""}, "reason", "This field is required."),
        ("de", {"figure": "nonsense"}, "figure", None),
    ],
)
def test_wrong_input_is_told_beside_its_field_in_the_readers_language(
    language, more, field, reason, signed_in, sales_lead, north
):
    sales_lead.language = language
    sales_lead.save()
    amount = {"en": "1,234.50"}.get(language, "1.234,50")
    answer = signed_in(sales_lead).post(f"{URL}correct/", FIGURE | {"amount": amount} | more)
    assert answer.status_code == 422
    with translation.override(language):
        errors = answer.context["figure_form"].errors
        assert list(errors) == [field]
        assert reason is None or errors[field] == [reason]
    assert not LedgerEntry.objects.exists()


def test_a_csv_of_a_german_spreadsheet_is_read(signed_in, sales_lead, north):
    file = SimpleUploadedFile("umsatz.csv", "Monat;Umsatz\nMärz 2026;1.234,50 EUR\nApril 2026;2.000,00 EUR\n".encode())
    answer = signed_in(sales_lead).post(f"{URL}totals/", {"file": file, "source": "Monthly close"})
    assert answer.status_code == 302
    found = LedgerEntry.objects.values_list("month", "figure", "amount", "reason", "made_by")
    assert list(found) == [
        (date(2026, 3, 1), "total_revenue", Decimal("1234.50"), "Monthly close", sales_lead.pk),
        (date(2026, 4, 1), "total_revenue", Decimal(2000), "Monthly close", sales_lead.pk),
    ]


@pytest.mark.parametrize(
    ("language", "pasted", "reason"),
    [
        ("en", "", "Choose a file, or paste its rows."),
        ("de", "2026-03;1.234,50 USD", "Zeile 1: Das ist nicht die Währung der Vereinbarung: USD."),
        ("en", "2026-03\t$1,234", "Line 1: This is not the agreement's currency: $."),
        (
            "da",
            "2026-02;1,50\n2026-03;1,234",
            "Linje 2: “1,234” kan læses på to måder: skriv 1234 eller 1,23.",
        ),
        ("de", "2027-03;1.234,50", "Dieser Monat hat noch nicht begonnen."),
    ],
)
def test_a_wrong_table_is_told_beside_it_and_nothing_of_it_is_taken(
    language, pasted, reason, signed_in, sales_lead, north
):
    sales_lead.language = language
    sales_lead.save()
    answer = signed_in(sales_lead).post(f"{URL}totals/", {"pasted": pasted, "source": "x"})
    field = "pasted" if pasted else "file"
    assert (answer.status_code, answer.context["totals_form"].errors[field]) == (422, [reason])
    assert not LedgerEntry.objects.exists()


def test_sums_pasted_out_of_a_spreadsheet_are_read_as_on_the_page_of_the_year(signed_in, sales_lead, north):
    pasted = {"pasted": "2026-03\t€200,000\n2026-02\t300,000", "source": "x"}
    assert signed_in(sales_lead).post(f"{URL}totals/", pasted).status_code == 302
    assert signed_in(sales_lead).post(f"{URL}correct/", FIGURE | {"month": "2026-01", "amount": "5.000 EUR"}).url == URL
    assert list(LedgerEntry.objects.order_by("-month").values_list("amount", flat=True)) == [200_000, 300_000, 5000]


def test_when_it_is_proposed_is_set_beside_what_somebody_else_has_set(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    token = client.get(URL).context["opened"].token
    north.fewest_customers = 50
    north.save()
    kept = {"propose_on": "5", "fewest_customers": "30", "opened_on": token}
    assert client.post(f"{URL}settings/", kept).status_code == 302
    north.refresh_from_db()
    assert (north.propose_on, north.fewest_customers) == (5, 50)
    for wrong in ("0", "29", "x"):
        assert client.post(f"{URL}settings/", kept | {"propose_on": wrong}).status_code == 422


@pytest.mark.parametrize(
    ("language", "head"),
    [
        ("en", "In the ledger when proposed, May 20, 2026"),
        ("de", "Im Monatsbuch, als vorgeschlagen wurde: 20. Mai 2026"),
        ("da", "I månedsbogen, da der blev foreslået: 20. maj 2026"),
    ],
)
def test_what_is_proposed_says_of_which_day_its_figures_are(language, head, signed_in, sales_lead, planned):
    sales_lead.language = language
    sales_lead.save()
    assert "May 20, 2026" not in seen(signed_in(sales_lead).get(URL))
    propose_months(at=THE_DAY)
    assert head in seen(signed_in(sales_lead).get(URL))


def test_a_lead_handed_over_in_two_months_counts_once_here_and_the_page_says_why(signed_in, leader, rep, north):
    first = cast.handed(north, cast.local(north, "2026-03-02 09:00"))
    send_back(first, reason="bad_timing", by=rep, at=cast.local(north, "2026-03-03 09:00"))
    hand_over(first.lead, by=None, at=cast.local(north, "2026-04-02 09:00"))
    page = signed_in(leader).get(URL)
    assert sum(line.actuals.leads for line in page.context["lines"]) == 1
    assert north.handoffs.filter(counts=True).count() == 2
    assert "The volume counts a lead in each month in which it was handed over" in seen(page)


@pytest.mark.parametrize("language", ["en", "de", "da"])
def test_every_word_of_it_is_translated(language, signed_in, sales_lead, planned):
    sales_lead.language = language
    sales_lead.save()
    propose_months(at=THE_DAY)
    page = seen(signed_in(sales_lead).get(URL))
    with translation.override(language):
        words = ["By the month of the lead", "Keep what is agreed", "Entered by hand"]
        assert [translation.gettext(word) in page for word in words] == [True] * 3
        assert (language == "en") == all(translation.gettext(word) == word for word in words)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_with_much_in_it(
    count,
    signed_in,
    leader,
    planned,
    django_assert_num_queries,
):
    for n in range(count):
        sold(
            cast.handed(planned, cast.local(planned, "2026-04-06 09:00")).lead,
            cast.local(planned, "2026-04-21 09:00"),
            10,
        )
        enter(planned, {(date(2026, 3, 1), Figure.LEADS): Decimal(n)}, reason="x", by=None, at=THE_DAY)
    client = signed_in(leader)
    client.get(URL)
    with django_assert_num_queries(12):
        assert client.get(URL).status_code == 200


def test_a_figure_that_somebody_else_has_entered_meanwhile_is_not_overwritten_unseen(planned, sales_lead, signed_in):
    client, correct = signed_in(sales_lead), f"{URL}correct/"
    seen = client.get(URL).context["seen"]
    enter(planned, {(date(2026, 3, 1), Figure.LEADS): Decimal(7)}, reason="x", by=None, at=THE_DAY)
    body = {"month": "2026-03", "figure": "leads", "amount": "9", "reason": "Counted"}
    answer = client.post(correct, body | {"seen": seen})
    assert "has entered 7.00 for 2026-03 in the meantime" in answer.text
    assert planned.ledger_entries.last().amount == 7
    assert client.post(correct, body | {"seen": answer.context["seen"]}).status_code == 302
    assert planned.ledger_entries.last().amount == 9


def test_a_file_and_pasted_rows_at_once_are_refused(planned, sales_lead, signed_in):
    file, stood = SimpleUploadedFile("totals.csv", b"2026-03;100\n"), planned.ledger_entries.count()
    answer = signed_in(sales_lead).post(f"{URL}totals/", {"file": file, "pasted": "2026-03;200", "source": "Books"})
    assert "give either the file or the rows" in answer.text
    assert planned.ledger_entries.count() == stood


@pytest.mark.parametrize(
    ("where", "typed", "field", "wrong"),
    [
        ("correct", FIGURE | {"figure": "customers", "amount": "5"}, "amount", "more customers (5) than leads (2)"),
        ("correct", FIGURE | {"figure": "marketing_revenue", "amount": "901"}, "amount", "less revenue in all (€900)"),
        ("totals", {"pasted": "2026-03;799,99", "source": "x"}, "pasted", "than from marketing's leads (€800)"),
        ("totals", {"file": b"2026-03;799,99", "source": "x"}, "pasted", "than from marketing's leads (€800)"),
    ],
)
def test_what_is_hard_to_believe_is_asked_about_and_entered_once_it_is_ticked(
    where, typed, field, wrong, signed_in, sales_lead, north
):
    known = {Figure.LEADS: 2, Figure.CUSTOMERS: 2, Figure.MARKETING_REVENUE: 800, Figure.TOTAL_REVENUE: 900}
    amounts = {(date(2026, 3, 1), figure): Decimal(amount) for figure, amount in known.items()}
    enter(north, amounts, reason="Books", by=None, at=THE_DAY)
    client, count = signed_in(sales_lead), LedgerEntry.objects.count()
    sent = typed | ({"file": SimpleUploadedFile("a.csv", typed["file"])} if "file" in typed else {})
    answer = client.post(f"{URL}{where}/", sent)
    form = answer.context["figure_form" if where == "correct" else "totals_form"]
    assert (answer.status_code, LedgerEntry.objects.count()) == (422, count)
    assert wrong in form.errors[field][0]
    assert f'value="{form.asks}"' in answer.text
    again = {name: form[name].value() for name in form.fields if name != "file"} | {"sure": form.asks}
    assert client.post(f"{URL}{where}/", again | {"sure": "on"}).status_code == 422
    assert client.post(f"{URL}{where}/", again).status_code == 302
    assert LedgerEntry.objects.count() == count + 1


def test_the_files_have_the_figures_of_the_command_and_are_read_by_the_readers_spreadsheet(
    signed_in, sales_lead, stranger, planned
):
    won(planned, Decimal("1234.5"))
    client, told = signed_in(sales_lead), StringIO()
    call_command("sla_ledger", "north", "2026", "--json", stdout=told)
    wanted = json.loads(told.getvalue())
    assert client.get(f"{URL}?file=json&period=2026").json() == wanted
    april = next(month for month in wanted["months"] if month["month"] == "2026-04")
    assert april["marketing_revenue"] % 1 == 0.5
    sales_lead.language = "de"
    sales_lead.save()
    lines = client.get(f"{URL}?file=csv&period=2026").content.decode("utf-8-sig").splitlines()
    rows = {row[0]: row for row in csv.reader(lines, delimiter=";")}
    assert (rows["2026-04"][1], rows["2026-04"][3]) == (
        str(april["leads"]),
        str(april["marketing_revenue"]).replace(".", ","),
    )
    assert len(rows) == 13
    asked = (f"{URL}?file=xml", f"{URL}?file=csv&period=soon")
    assert [client.get(one).status_code for one in asked] == [404, 404]
    assert signed_in(stranger).get(f"{URL}?file=csv").status_code == 404


@pytest.mark.parametrize("asked", ["0001", "9999", "soon"])
def test_a_period_that_cannot_be_shown_is_told_beside_its_field(asked, signed_in, leader, planned):
    answer = signed_in(leader).get(f"{URL}?period={asked}")
    assert answer.status_code == 422
    assert f"“{asked}” is no period of the ledger: here stand the last twelve full months." in answer.text
    assert answer.context["form"].errors.keys() == {"period"}


def test_the_tables_say_which_of_their_thirteen_months_are_summed_up(signed_in, leader, planned):
    client = signed_in(leader)
    page = client.get(URL)
    assert "Thirteen months: the twelve full ones summed up above, and the present one" in page.text
    assert [line.period for line in page.context["lines"]][:-1] == list(page.context["chosen"].months)
    assert "Only 2026 is summed up above." in client.get(f"{URL}?period=2026").text
