from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.months.targets import Conversion, from_quota
from agreements.pages.months.formula import formula_lines
from smarketing.accounts.models import Role
from tests import cast
from tests.unit.agreements.months.test_tier_targets import TIERED as ASSUMED_BY_TIER

URL = "/agreements/north/targets/"
EXAMPLE = {"quota": "5000", "marketing_share": "100", "average_deal": "100", "lead_to_customer": "50"}
APRIL = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def steps(response) -> list[tuple[str, str]]:
    return [(step.sum, step.result) for step in response.context["steps"]]


def test_a_stranger_does_not_find_it(signed_in, stranger, north):
    assert signed_in(stranger).get(URL).status_code == 404
    assert signed_in(stranger).post(f"{URL}agree/", EXAMPLE).status_code == 404


def test_a_quota_of_5000_shows_50_customers_and_100_leads_with_the_numbers_in_the_formula(signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE)
    assert response.context["derivation"].leads == 100
    assert steps(response) == [("€5,000 × 100%", "€5,000"), ("€5,000 ÷ €100", "50"), ("50 ÷ 50%", "100")]


def test_seven_customers_at_five_per_cent_need_140_leads(signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE | {"quota": "700", "lead_to_customer": "5 %"})
    assert steps(response)[-1] == ("7 ÷ 5%", "140")


def test_the_unrounded_number_stays_visible(signed_in, rep, north):
    page = signed_in(rep).get(URL, EXAMPLE | {"lead_to_customer": "0.7"}).content.decode()
    assert "rounded up from 7,142.8571" in page
    assert "7,143" in page


def test_what_lifts_the_leads_by_one_is_shown_wherever_the_formula_is(signed_in, rep, north):
    asked = EXAMPLE | {"quota": "120000.50", "marketing_share": "40", "average_deal": "5000", "lead_to_customer": "10"}
    response = signed_in(rep).get(URL, asked)
    assert steps(response)[1:] == [("€48,000.20 ÷ €5,000", "9.60004"), ("9.60004 ÷ 10%", "96.0004 → 97")]
    assert "rounded up from 96.0004" in response.text
    made = Conversion(Decimal("0.4"), Decimal(5000), Decimal("0.1"))
    numbers = from_quota(Decimal("120000.50"), made)
    kept = replace(numbers, exact_leads=Decimal("96.00"))  # as if its last decimals had been cut
    for each in (numbers, kept):
        assert formula_lines(each, "EUR") == ["€120,000.50 × 40% ÷ €5,000 ÷ 10% = 96.0004 → 97"]


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("average_deal", "0", "Must be above zero."),
        ("average_deal", "", "This field is required."),
        ("lead_to_customer", "0", "Must be above 0 and at most 100%."),
        ("lead_to_customer", "101", "Must be above 0 and at most 100%."),
        ("marketing_share", "-1", "Must be between 0 and 100%."),
        ("quota", "-5", "Must not be negative."),
        ("quota", "999999999999999", "This comes to more leads than anyone could agree to."),
        ("quota", "NaN", "“NaN” is no amount."),
        ("quota", "$5,000", "“$5,000” is not in EUR."),
        ("quota", "500.000", "“500.000” can be read in two ways: write 500000 or 500.00."),
        ("average_deal", "1.000", "“1.000” can be read in two ways: write 1000 or 1.00."),
        ("lead_to_customer", "0,45", "Write a number like 1,234.5."),
    ],
)
def test_what_makes_no_target_is_said_beside_its_field(field, text, reason, signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE | {field: text})
    assert reason in response.context["form"].errors[field]
    assert response.context["derivation"] is None
    assert f'id="id_{field}_error"' in response.content.decode()


@pytest.mark.parametrize("text", ["€200,000", "200.000 EUR", "200000.00", "200 000"])
def test_a_sum_is_read_with_or_without_the_currency_of_the_agreement(text, signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE | {"quota": text})
    assert steps(response)[0] == ("€200,000 × 100%", "€200,000")


def test_a_result_that_is_shown_rounded_is_not_called_equal(signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE | {"average_deal": "3", "quota": "10"})
    assert [step.is_exact for step in response.context["steps"]] == [True, False, False]
    assert "≈" in response.content.decode()


def test_two_wrong_numbers_are_told_at_once(signed_in, rep, north):
    form = signed_in(rep).get(URL, EXAMPLE | {"average_deal": "0", "lead_to_customer": ""}).context["form"]
    assert set(form.errors) == {"average_deal", "lead_to_customer"}


@pytest.mark.parametrize("language", ["de", "da"])
def test_numbers_are_read_and_written_as_the_language_does(language, signed_in, rep, north):
    rep.language = language
    rep.save()
    response = signed_in(rep).get(URL, EXAMPLE | {"quota": "1.234,50", "lead_to_customer": "0,5"})
    with translation.override(language):
        assert response.context["derivation"].quota == Decimal("1234.50")
        assert response.context["derivation"].conversion.lead_to_customer == Decimal("0.005")
        assert "2.469" in response.content.decode()


def test_while_typing_only_the_answer_and_the_errors_are_sent(signed_in, rep, north):
    page = signed_in(rep).get(URL, EXAMPLE | {"quota": ""}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'id="answer"' in page
    assert '<div id="id_quota_error"' in page
    assert 'hx-swap-oob="true"' in page


def test_it_begins_with_what_the_agreement_says_for_the_next_month(signed_in, administrator, north):
    client = signed_in(administrator)
    client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    response = client.get(URL)
    assert response.context["derivation"].leads == 100
    assert response.context["form"]["month"].value() == "2026-04"


def test_without_numbers_it_asks_for_them_and_complains_of_none(signed_in, rep, north):
    response = signed_in(rep).get(URL)
    assert not response.context["form"].is_bound
    assert "Fill in the four numbers" in response.content.decode()


def test_an_administrator_agrees_quota_and_assumptions_of_a_coming_month_without_a_new_version(
    signed_in, administrator, north
):
    response = signed_in(administrator).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    assert response.url == "/agreements/north/?year=2026#months"
    document = document_of(north)
    assert (document.quotas, document.average_deal, document.targets) == ({APRIL: 5000}, 100, {})
    assert (north.versions.count(), north.changes.get().by) == (1, administrator)


def test_a_target_already_there_is_replaced_and_stays_visible(signed_in, administrator, north):
    cast.target(north, "2026-04", 7)
    client = signed_in(administrator)
    client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    assert document_of(north).targets == {}
    assert "Until March 2, 2026: 7 leads" in " ".join(client.get("/agreements/north/").text.split())


def test_the_day_on_which_a_target_was_replaced_is_that_of_the_agreement(signed_in, administrator, north, time_machine):
    cast.target(north, "2026-04", 7)
    time_machine.move_to(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))  # half past midnight in Berlin
    client = signed_in(administrator)
    client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    assert "Until March 3, 2026: 7 leads" in " ".join(client.get("/agreements/north/").text.split())


def test_agreeing_the_leads_only_sets_the_month_and_nothing_else(signed_in, administrator, north):
    signed_in(administrator).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04", "as": "target"})
    document = document_of(north)
    assert (document.targets, document.quotas, document.average_deal) == ({APRIL: 100}, {}, None)


def test_a_team_leads_month_waits_until_the_other_sides_lead_accepts_with_one_button(signed_in, sales_lead, north):
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    other = signed_in(cast.person("mark@example.org", north.marketing_team, role=Role.LEAD))
    page = " ".join(other.get("/agreements/north/").text.split())
    assert "<strong>100 leads</strong> proposed by Lea Lead, waiting for Marketing north" in page
    button = f"{URL}{north.targets.get().pk}/accept/"
    assert (button in page, button in signed_in(sales_lead).get("/agreements/north/").text) == (True, False)
    assert other.post(button).status_code == 302
    assert (document_of(north).quotas, north.targets.agreed().get().leads) == ({APRIL: 5000}, 100)


def test_a_proposal_is_declined_and_the_second_answer_is_told_so(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    decline = f"{URL}{north.targets.get().pk}/decline/"
    assert "April 2026 stays as it is" in client.post(decline, follow=True).text
    assert "has been answered in the meantime" in client.post(decline, follow=True).text
    assert not north.targets.agreed().exists()


@pytest.fixture
def two_proposed(north, sales_lead, signed_in):
    for month in ("2026-04", "2026-06"):
        signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": month})
    return [str(pk) for pk in north.targets.values_list("pk", flat=True)]


def test_the_proposed_months_of_a_year_are_accepted_all_or_none(signed_in, sales_lead, north, two_proposed):
    other = signed_in(cast.person("mark@example.org", north.marketing_team, role=Role.LEAD))
    assert f"{URL}answer/?year=2026" in other.get("/agreements/north/?year=2026").text
    page = other.get(f"{URL}answer/?year=2026").text
    assert all(f'name="target" value="{pk}"' in page for pk in two_proposed)
    body = {"decision": "accept", "target": two_proposed}
    assert "not waiting for your side" in signed_in(sales_lead).post(f"{URL}answer/?year=2026", body, follow=True).text
    signed_in(sales_lead).post(f"{URL}{two_proposed[1]}/decline/")
    assert "in the meantime" in other.post(f"{URL}answer/?year=2026", body, follow=True).text
    assert not north.targets.agreed().exists()
    other.post(f"{URL}answer/?year=2026", {"decision": "accept", "target": two_proposed[:1]})
    assert [str(pk) for pk in north.targets.agreed().values_list("pk", flat=True)] == two_proposed[:1]


def test_what_waits_leads_to_a_page_that_answers_all_of_it_whatever_its_year(
    signed_in, sales_lead, north, two_proposed
):
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2027-01"})
    other = signed_in(cast.person("mark@example.org", north.marketing_team, role=Role.LEAD))
    (line,) = (line for _whose, lines in other.get("/waiting/").context["groups"] for line in lines)
    assert "3 targets, the first for April 2026" in line.text
    page, year = other.get(line.url), other.get("/agreements/north/year/?year=2026").text
    pks = [str(target.pk) for target, *_row in page.context["rows"]]
    assert pks[:2] == two_proposed
    assert len(pks) == 3
    assert [f'value="{decision}"' in page.text for decision in ("accept", "decline")] == [True, True]
    assert f'href="{line.url}"' in year
    none = other.post(line.url, {"decision": "accept"})
    assert (none.status_code, "Choose at least one month." in none.text) == (422, True)
    kept = other.post(line.url, {"decision": "decline", "reason": " ", "target": pks[1:]}).context["rows"]
    assert [is_chosen for *_row, is_chosen in kept] == [False, True, True]
    other.post(line.url, {"decision": "accept", "target": pks[1:]})
    assert [str(pk) for pk in north.targets.agreed().values_list("pk", flat=True)] == pks[1:]


def test_who_declines_a_month_says_why_and_the_proposer_reads_it(signed_in, sales_lead, north, two_proposed):
    other = signed_in(cast.person("mark@example.org", north.marketing_team, role=Role.LEAD))
    one = f"{URL}{two_proposed[0]}/decline/"
    for address, body in ((one, {}), (f"{URL}answer/?year=2026", {"target": two_proposed})):
        assert "Say why: the other side reads it." in other.post(address, body | {"reason": " "}).text
        answer = other.post(address, body | {"reason": "x" * 301})
        assert "at most 300 characters" in answer.text
        assert "x" * 301 in answer.text
    assert north.targets.waiting().count() == 2
    other.post(f"{URL}answer/?year=2026", {"target": two_proposed, "reason": "Half of it <is> plenty"})
    read = signed_in(sales_lead).get("/agreements/north/?year=2026").text
    assert read.count("declined by Mark: “Half of it &lt;is&gt; plenty”") == 2
    assert "Why the proposal was declined" in read


def test_who_does_not_lead_a_side_answers_no_proposal(signed_in, sales_lead, rep, stranger, north, south):
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    pk = north.targets.get().pk
    for verb in ("accept", "decline"):
        assert signed_in(rep).post(f"{URL}{pk}/{verb}/").status_code == 403
        assert signed_in(stranger).post(f"{URL}{pk}/{verb}/").status_code == 404
        assert signed_in(sales_lead).post(f"/agreements/south/targets/{pk}/{verb}/").status_code == 404
    assert north.targets.waiting().count() == 1


def test_a_month_that_has_begun_says_that_it_keeps_its_number_and_asks_for_a_reason(signed_in, administrator, north):
    cast.target(north, "2026-03", 70)
    client = signed_in(administrator)
    page = client.get(URL, EXAMPLE | {"month": "2026-03"}).text
    assert "Agreed for March 2026: 70 leads." in page
    assert "the number stays until both sides agree" in page
    response = client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-03"})
    assert response.status_code == 422
    assert response.context["reason_refused"] == "This month has begun: say why its target should change."
    assert north.targets.get().leads == 70


def test_with_a_reason_the_begun_month_waits_for_both_teams(signed_in, administrator, north):
    cast.target(north, "2026-03", 70)
    client = signed_in(administrator)
    page = client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-03", "reason": "No fair"}, follow=True).text
    assert "waiting for Marketing north and Sales north" in " ".join(page.split())
    assert north.targets.agreed().get().leads == 70


def test_what_another_agreed_meanwhile_is_told_beside_the_month(signed_in, administrator, north):
    client = signed_in(administrator)
    seen = client.get(URL, EXAMPLE | {"month": "2026-04"}).context["seen"]
    cast.target(north, "2026-04", 7)
    response = client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04", "seen": seen})
    assert response.status_code == 422
    assert "Somebody else has agreed or proposed something" in response.context["form"].errors["month"][0]
    assert document_of(north).targets == {APRIL: 7}


def test_who_may_not_edit_reads_the_result_but_cannot_agree_it(signed_in, rep, leader, north):
    for who in (rep, leader):
        assert f"{URL}agree/" not in signed_in(who).get(URL, EXAMPLE).content.decode()
        assert signed_in(who).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"}).status_code == 403
    assert not north.changes.exists()


TIERED = {"quota": "200000", "marketing_share": "40"} | {
    "tier_share-0": "50",
    "tier_deal-0": "10000",
    "tier_rate-0": "25",
    "tier_share-1": "50",
    "tier_deal-1": "4000",
    "tier_rate-1": "10",
}


@pytest.fixture
def tiered(north):
    document = replace(document_of(north), **{**ASSUMED_BY_TIER, "cycle_days": 30, "is_shifted": True})
    apply(document, by=None, at=cast.MONDAY)
    return north


def test_by_tier_each_has_its_own_fields_and_the_formula_is_shown_for_each(signed_in, rep, tiered):
    response = signed_in(rep).get(URL, TIERED | {"month": "2026-04"})
    assert "average_deal" not in response.context["form"].fields
    assert steps(response) == [
        ("€200,000 × 40%", "€80,000"),
        ("€80,000 × 50%", "€40,000"),
        ("€40,000 ÷ €10,000", "4"),
        ("4 ÷ 25%", "16"),
        ("€80,000 × 50%", "€40,000"),
        ("€40,000 ÷ €4,000", "10"),
        ("10 ÷ 10%", "100"),
        ("16 + 100", "116"),
    ]
    assert "The leads serve the quota of May 2026, a sales cycle of 30 days later." in response.text
    odd = signed_in(rep).get(URL, TIERED | {"month": "2026-04", "tier_deal-0": "9000"})
    assert "18 + 100, each tier rounded up" in odd.text
    assert ("4.4444 ÷ 25%", "17.7778 → 18") in steps(odd)


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("tier_rate-0", "0", "Must be above 0 and at most 100%."),
        ("tier_share-1", "60", "The shares of the tiers come to 110%: together they must make 100%."),
        ("tier_share-0", "130", "Must be between 0 and 100%."),
        ("tier_deal-1", "", "This field is required."),
    ],
)
def test_a_tiers_impossible_number_is_told_beside_its_field(signed_in, rep, tiered, field, text, reason):
    form = signed_in(rep).get(URL, TIERED | {field: text}).context["form"]
    assert form.errors == {field: [reason]}


def test_agreeing_keeps_the_tiers_their_points_the_shift_and_the_parts(signed_in, administrator, tiered):
    may = date(2026, 5, 1)
    split = {may: {"North": Decimal(150_000), "South": Decimal(50_000)}}
    apply(replace(document_of(tiered), quotas={may: Decimal(200_000)}, quota_parts=split), by=None, at=cast.MONDAY)
    signed_in(administrator).post(f"{URL}agree/", TIERED | {"month": "2026-04", "tier_rate-0": "20", "as": "quota"})
    target = tiered.targets.agreed().get()
    assert (target.month, target.quota_month, target.numbers.leads_by_tier) == (APRIL, may, {"A": 20, "B": 100})
    assert (target.value, target.numbers.parts) == (6000, split[may])
    signed_in(administrator).post(f"{URL}agree/", TIERED | {"month": "2026-04", "as": "target"})
    target = tiered.targets.agreed().get()
    assert (target.is_direct, target.numbers.leads_by_tier, target.value) == (True, {"A": 16, "B": 100}, 5600)


def test_a_month_that_has_begun_is_amended_by_tier_with_a_reason_and_both_sides(
    signed_in, sales_lead, administrator, tiered
):
    cast.target(tiered, "2026-03", 116, {"A": 16, "B": 100}, {"A": 100, "B": 40})
    typed = TIERED | {"month": "2026-03", "tier_rate-0": "20", "as": "target"}
    for person in (sales_lead, administrator):
        page = signed_in(person).post(f"{URL}agree/", typed)
        assert page.context["reason_refused"] == "This month has begun: say why its target should change."
    signed_in(sales_lead).post(f"{URL}agree/", typed | {"reason": "fewer deals"})
    assert tiered.targets.agreed().get().numbers.leads_by_tier == {"A": 16, "B": 100}
    assert tiered.targets.waiting().get().numbers.leads_by_tier == {"A": 20, "B": 100}
