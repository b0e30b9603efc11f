from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from agreements.document.stored import document_of
from tests import cast

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


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("average_deal", "0", "Must be above zero."),
        ("average_deal", "", "This field is required."),
        ("lead_to_customer", "0", "Must be above 0 and at most 100 %."),
        ("lead_to_customer", "101", "Must be above 0 and at most 100 %."),
        ("marketing_share", "-1", "Must lie between 0 and 100 %."),
        ("quota", "-5", "Must not be negative."),
        ("quota", "999999999999999999", "This makes more leads than anybody could agree."),
        ("quota", "0,45", "Write a number like 1,234.5."),
        ("quota", "NaN", "Write a number like 1,234.5."),
        ("quota", "1e9", "Write a number like 1,234.5."),
    ],
)
def test_what_makes_no_target_is_said_beside_its_field(field, text, reason, signed_in, rep, north):
    response = signed_in(rep).get(URL, EXAMPLE | {field: text})
    assert reason in response.context["form"].errors[field]
    assert response.context["derivation"] is None
    assert f'id="id_{field}_error"' in response.content.decode()


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
        assert response.context["derivation"].assumptions.lead_to_customer == Decimal("0.005")
        assert "2.469" in response.content.decode()


def test_while_typing_only_the_answer_and_the_errors_are_sent(signed_in, rep, north):
    page = signed_in(rep).get(URL, EXAMPLE | {"quota": ""}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'id="answer"' in page
    assert '<div id="id_quota_error"' in page
    assert 'hx-swap-oob="true"' in page


def test_it_begins_with_what_the_agreement_says_for_the_next_month(signed_in, sales_lead, north):
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    response = signed_in(sales_lead).get(URL)
    assert response.context["derivation"].leads == 100
    assert response.context["form"]["month"].value() == "2026-04"


def test_without_numbers_it_asks_for_them_and_complains_of_none(signed_in, rep, north):
    response = signed_in(rep).get(URL)
    assert not response.context["form"].is_bound
    assert "Fill in the four numbers" in response.content.decode()


def test_agreeing_the_quota_sets_quota_and_assumptions_from_that_month_on(signed_in, sales_lead, north):
    response = signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    assert response.status_code == 302
    document = document_of(north)
    assert (document.effective_on, document.quotas, document.average_deal) == (APRIL, {APRIL: 5000}, 100)
    assert document_of(north, north.versions.earliest("effective_on")).average_deal is None
    assert north.changes.get().by == sales_lead


def test_agreeing_the_quota_takes_a_target_agreed_directly_away(signed_in, sales_lead, north):
    north.targets.create(month=APRIL, leads=7)
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"})
    assert document_of(north).targets == {}


def test_agreeing_the_leads_only_sets_the_month_and_nothing_else(signed_in, sales_lead, north):
    signed_in(sales_lead).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04", "as": "target"})
    document = document_of(north)
    assert (document.targets, document.quotas, document.average_deal) == ({APRIL: 100}, {}, None)
    assert north.versions.count() == 1


def test_a_month_before_a_later_version_is_refused_beside_the_month(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-06"})
    response = client.post(f"{URL}agree/", EXAMPLE | {"month": "2026-04", "quota": "1"})
    assert response.status_code == 422
    assert "There is a version in force from" in response.context["form"].errors["month"][0]
    assert document_of(north).quotas == {date(2026, 6, 1): 5000}


def test_who_may_not_edit_reads_the_result_but_cannot_agree_it(signed_in, rep, leader, north):
    for who in (rep, leader):
        assert f"{URL}agree/" not in signed_in(who).get(URL, EXAMPLE).content.decode()
        assert signed_in(who).post(f"{URL}agree/", EXAMPLE | {"month": "2026-04"}).status_code == 403
    assert not north.changes.exists()
