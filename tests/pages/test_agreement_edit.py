import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import BaseFormSet, CheckboxInput, Select
from django.test import Client
from django.utils import translation

from agreements.document.clauses import AgreementDocument, PauseClause
from agreements.document.groups.contacts import CONTACTS, LADDER, Contact, Step
from agreements.document.groups.qualification import BRIEF, CRITERIA
from agreements.document.groups.review import REVIEW, Review
from agreements.document.groups.wordings import GOALS, TEXTS, Goals
from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.models import Agreement
from agreements.months.targets import TierConversion
from agreements.promises.promise import AcceptancePromise, DepthPromise, HandoverPromise, SpeedPromise
from leads.work.handoffs import send_back
from smarketing.accounts.models import Team
from tests import cast
from tests.unit.agreements.document.test_text import WHOLE

URL = "/agreements/north/edit/"


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def filled(client: Client, url: str = URL) -> dict[str, str]:
    """What a browser would send back: every field of the page as it is shown."""
    page = client.get(url)
    forms = []
    for part in page.context["draft"].parts:
        forms += [part.management_form, *part.forms] if isinstance(part, BaseFormSet) else [part]
    fields = [field for form in forms for field in form if not field.field.disabled]
    with translation.override(page.headers["Content-Language"]):
        shown = {field.html_name: sent_back(field) for field in fields}
    sent = {name: value for name, value in shown.items() if value not in (None, "False")}
    return {name: value[0] if isinstance(value, list) else value for name, value in sent.items()}


def sent_back(field) -> str | list[str] | None:
    widget, value = field.field.widget, field.value()
    if isinstance(widget, Select) and value in (None, ""):
        return str(next(iter(widget.choices))[0])  # nothing is chosen: the first one is shown
    return ("on" if value else None) if isinstance(widget, CheckboxInput) else widget.format_value(value)


def now(deal: Agreement) -> AgreementDocument:
    return document_of(Agreement.objects.get(pk=deal.pk))


def errors(response) -> dict[str, list[str]]:
    parts = response.context["draft"].parts
    forms = [form for part in parts for form in (part.forms if isinstance(part, BaseFormSet) else [part])]
    return {form.add_prefix(name): texts for form in forms for name, texts in form.errors.items()}


@pytest.fixture
def client(signed_in, administrator) -> Client:
    return signed_in(administrator)


def test_who_only_sees_the_agreement_gets_403_and_who_does_not_404(signed_in, rep, leader, stranger, north):
    assert [signed_in(who).get(URL).status_code for who in (rep, leader, stranger)] == [403, 403, 404]
    assert [signed_in(who).post(URL).status_code for who in (rep, leader, stranger)] == [403, 403, 404]


def test_what_is_sent_back_as_it_was_shown_changes_nothing(client, north):
    before = now(north)
    response = client.post(URL, filled(client), follow=True)
    assert "Nothing changed." in response.content.decode()
    assert now(north) == before
    assert not north.changes.exists()


def test_every_part_of_the_form_reaches_the_agreement(signed_in, north, administrator):
    client = signed_in(administrator)
    client.post(
        URL,
        filled(client)
        | {
            "name": "North",
            "pacing": "calendar",
            "warn_share": "50 %",
            "automated_counts": "on",
            "mon": "9:00-12:00, 13:00-17:00",
            "tue": "",
            "country": "DE",
            "subdivision": "BE",
            "closed": "2026-05-15\r\n2026-05-14",
            "overrides": "2026-12-24 09:00-12:00\r\n2026-12-31",
            "speed-0-within_minutes": "240",
            "speed-0-share": "92.5",
            "speed-1-within_minutes": "30",
            "speed-1-share": "100",
            "speed-1-tier": "A",
            "depth-0-DELETE": "on",
            "acceptance-0-within_minutes": "45",
            "acceptance-0-share": "80",
            "handover-0-within_minutes": "120",
            "handover-0-share": "75",
            "handover-0-tier": "B",
            "marketing_share": "45",
            "average_deal": "9,000.50",
            "lead_to_customer": "0.45",
            "months-3-amount": "420,000",
            "months-4-leads": "1,200",
        },
    )
    document = now(north)
    assert (document.name, document.pacing, document.warn_share) == ("North", "calendar", Decimal("0.5"))
    assert document.automated_counts
    assert document.calendar.week["mon"] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert "tue" not in document.calendar.week
    assert (document.calendar.country, document.calendar.subdivision) == ("DE", "BE")
    assert document.calendar.closed == (date(2026, 5, 14), date(2026, 5, 15))
    assert document.calendar.overrides == {date(2026, 12, 24): (("09:00", "12:00"),), date(2026, 12, 31): ()}
    assert document.promises == (
        SpeedPromise(within_minutes=Decimal(240), share=Decimal("0.925")),
        SpeedPromise(within_minutes=Decimal(30), share=Decimal(1), tier="A"),
        AcceptancePromise(within_minutes=Decimal(45), share=Decimal("0.8")),
        HandoverPromise(within_minutes=Decimal(120), share=Decimal("0.75"), tier="B"),
    )
    assert (document.marketing_share, document.average_deal) == (Decimal("0.45"), Decimal("9000.5"))
    assert document.lead_to_customer == Decimal("0.0045")
    assert (document.quotas, document.targets) == ({date(2026, 4, 1): 420000}, {date(2026, 5, 1): 1200})
    assert north.changes.get().by == administrator


def test_a_month_that_has_begun_keeps_its_target_and_the_page_says_so(signed_in, administrator, north):
    for month, leads in (("2026-03", 100), ("2026-04", 40)):
        cast.target(north, month, leads)
    client = signed_in(administrator)
    page = client.post(URL, filled(client) | {"months-2-leads": "120", "months-3-leads": "50"}, follow=True).text
    assert "March 2026 keeps its 100 leads and not 120" in page
    assert now(north).targets == {date(2026, 3, 1): 100, date(2026, 4, 1): 50}


def test_what_a_team_lead_writes_for_a_month_waits_for_the_other_side(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    page = client.post(URL, filled(client) | {"months-3-leads": "50"}, follow=True).text
    assert "April 2026: 50 leads proposed to the other side." in page
    assert "Nothing changed." not in page
    assert (now(north).targets, north.targets.waiting().get().leads) == ({}, 50)


def test_months_of_other_years_stay_as_they_are(client, north):
    north.quotas.create(month="2025-12-01", amount=7)
    client.post(f"{URL}?year=2027", filled(client, f"{URL}?year=2027") | {"months-0-amount": "5"})
    assert now(north).quotas == {date(2025, 12, 1): 7, date(2027, 1, 1): 5}


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("mon", "9-17", "Write hours like 09:00-12:00, 13:00-17:00."),
        ("mon", "09:00-12:00, 11:00-17:00", "These hours overlap."),
        ("mon", "22:00-10:00", "runs into"),
        ("mon", "09:00-33:00", "Times run from 00:00 to 24:00"),
        ("closed", "15.05.2026x", "“15.05.2026x” is not a date"),
        ("overrides", "2026-12-24 noon", "Write hours like"),
        ("country", "XX", "'XX' is not a known country code"),
        ("subdivision", "ZZ", "This field"),
        ("currency", "€", "Must be a code of three capital letters"),
        ("effective_on", "2019-01-01", "A version is in force from"),
        ("warn_share", "0", "Must be above 0"),
        ("average_deal", "0", "Must be above zero."),
        ("lead_to_customer", "", "given together or not at all"),
        ("speed-0-within_minutes", "0", "Must be above 0"),
        ("speed-0-share", "101", "less than or equal to 100"),
        ("speed-0-within_minutes", "0,5", "Write a number like 1,234.5."),
        ("depth-0-attempts", "1.5", "no more than 0 decimal places"),
        ("months-0-leads", "-1", "greater than or equal to 0"),
    ],
)
def test_a_wrong_entry_is_told_beside_its_field_and_nothing_changes(field, text, reason, client, north):
    before = now(north)
    assumed = {"marketing_share": "45", "average_deal": "100", "lead_to_customer": "5"}
    country = {"country": "DE"} if field == "subdivision" else {}
    reason = reason if field != "subdivision" else "'ZZ' is not a known subdivision of DE"
    response = client.post(URL, filled(client) | assumed | country | {field: text})
    assert response.status_code == 422
    assert any(reason in error for error in errors(response)[field]), errors(response)
    assert now(north) == before


def test_what_was_typed_is_kept(client, north):
    page = client.post(URL, filled(client) | {"name": "New name", "mon": "9-17"}).content.decode()
    assert 'value="New name"' in page
    assert 'value="9-17"' in page


def test_the_same_tier_twice_is_told_beside_the_tier(client, north):
    again = {"speed-1-within_minutes": "30", "speed-1-share": "90"}
    assert "Is already there" in errors(client.post(URL, filled(client) | again))["speed-1-tier"][0]


def test_a_team_lead_cannot_give_the_agreement_to_other_teams(signed_in, sales_lead, north, south):
    client = signed_in(sales_lead)
    client.post(URL, filled(client) | {"sales_team": "Sales south", "slug": "other"})
    assert now(north).sales_team == "Sales north"
    assert "Sales south" not in client.get(URL).content.decode()


def test_an_administrator_can_as_long_as_nothing_was_handed_over(signed_in, administrator, north, south):
    client = signed_in(administrator)
    client.post(URL, filled(client) | {"sales_team": "Sales south"})
    assert now(north).sales_team == "Sales south"
    cast.handed(Agreement.objects.get(slug="north"))
    client.post(URL, filled(client) | {"sales_team": "Sales north", "time_zone": "UTC"})
    document = now(north)
    assert (document.sales_team, document.time_zone) == ("Sales south", "Europe/Berlin")


def test_a_correction_says_how_many_handoffs_stay_measured_as_before(client, north):
    cast.handed(north)
    response = client.post(URL, filled(client) | {"speed-0-within_minutes": "30"}, follow=True)
    assert "1 handoff is still measured by the former terms." in response.content.decode()


def test_numbers_are_shown_and_read_as_the_language_writes_them(client, north, administrator):
    apply(replace(now(north), quotas={date(2026, 1, 1): Decimal("1234.5")}), by=None, at=cast.MONDAY)
    administrator.language = "de"
    administrator.save()
    sent = filled(client)
    assert sent["months-0-amount"] == "1.234,5"
    client.post(URL, sent | {"months-1-amount": "2.000,25", "speed-0-share": "92,5"})
    assert now(north).quotas[date(2026, 2, 1)] == Decimal("2000.25")
    assert now(north).promises == (
        SpeedPromise(within_minutes=Decimal(60), share=Decimal("0.925")),
        DepthPromise(attempts=6, within_working_days=15),
    )


@pytest.mark.parametrize("url", ["/agreements/new/", "/agreements/load/"])
def test_only_administrators_make_agreements(url, signed_in, sales_lead, leader):
    assert [signed_in(who).get(url).status_code for who in (sales_lead, leader)] == [403, 403]


def test_an_administrator_makes_an_agreement(signed_in, administrator):
    client = signed_in(administrator)
    heading = {"slug": "west", "name": "West", "marketing_team": "Marketing", "sales_team": "Sales"}
    entries = heading | {"time_zone": "Europe/Copenhagen", "currency": "dkk"}
    response = client.post("/agreements/new/", filled(client, "/agreements/new/") | entries)
    assert response.url == "/agreements/west/"
    document = document_of(Agreement.objects.get(slug="west"))
    assert (document.currency, document.effective_on) == ("DKK", date(2026, 3, 2))
    assert document.calendar.week["fri"] == (("09:00", "17:00"),)


@pytest.mark.parametrize(
    ("slug", "reason"), [("north", "An agreement with this short name"), ("new", "Is taken by a page")]
)
def test_a_short_name_that_is_taken_is_refused(slug, reason, signed_in, administrator, north):
    client = signed_in(administrator)
    heading = {"slug": slug, "name": "West", "marketing_team": "M", "sales_team": "S", "time_zone": "UTC"}
    response = client.post("/agreements/new/", filled(client, "/agreements/new/") | heading)
    assert reason in errors(response)["slug"][0]
    assert Team.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["file", "text"])
def test_an_administrator_loads_a_file_or_its_text(way, signed_in, administrator):
    entries = {"file": SimpleUploadedFile("bank.toml", WHOLE.encode())} if way == "file" else {"text": WHOLE}
    response = signed_in(administrator).post("/agreements/load/", entries)
    assert response.url == "/agreements/bank/"
    assert Agreement.objects.get().changes.get().by == administrator


def test_a_wrong_file_is_told_line_by_line(signed_in, administrator):
    text = WHOLE.replace("share = 0.9", "share = 9").replace("leads = 1200", "leads = -1")
    response = signed_in(administrator).post("/agreements/load/", {"text": text})
    assert response.context["problems"] == [
        "Line 22: promises.share: must be between 0 and 1: 0.9 means 90%",
        "Line 41: targets.leads: must be a whole number from 0 to 2147483647",
    ]
    assert not Agreement.objects.exists()


def test_an_image_is_no_agreement(signed_in, administrator):
    file = SimpleUploadedFile("bank.toml", b"\x89PNG\r\n\x1a\n\x00\x00")
    response = signed_in(administrator).post("/agreements/load/", {"file": file})
    assert response.context["problems"] == ["Line 1: this is not UTF-8 text: save the file as UTF-8"]


def test_neither_file_nor_text_is_asked_for(signed_in, administrator):
    response = signed_in(administrator).post("/agreements/load/", {"text": " "})
    assert "Choose a file or paste its text." in response.content.decode()


def test_days_of_every_year_optional_holidays_exceptions_and_tiers_are_written_in_the_form(
    signed_in, administrator, north
):
    client = signed_in(administrator)
    typed = {
        "country": "DK",
        "optional": "on",
        "yearly": "12-24 09:00-12:00\n12-31",
        "exceptions": "2026-04-01 2026-04-02 stocktaking",
        "tiers": "A, B",
        "return_within_working_days": "5",
    }
    assert client.post(URL, filled(client) | typed).status_code == 302
    document = now(north)
    assert (document.calendar.optional, document.calendar.country) == (True, "DK")
    assert document.calendar.yearly == {"12-24": (("09:00", "12:00"),), "12-31": ()}
    assert document.exceptions == (PauseClause(date(2026, 4, 1), date(2026, 4, 2), "stocktaking"),)
    assert (document.tiers, document.return_within_working_days) == (("A", "B"), 5)


def test_what_the_form_was_opened_with_is_saved_unchanged(signed_in, administrator, north):
    calendar = replace(document_of(north).calendar, country="DK", yearly={"12-31": ()})
    pause = PauseClause(datetime(2026, 4, 1, 12), date(2026, 4, 2))
    whole = replace(
        document_of(north), calendar=calendar, exceptions=(pause,), tiers=("A", "B"), return_within_working_days=0
    )
    apply(whole, by=None, at=cast.MONDAY)
    client = signed_in(administrator)
    assert client.post(URL, filled(client)).status_code == 302
    assert now(north) == whole


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("yearly", "24.12. 09:00-12:00", "is not a day of the year"),
        ("yearly", "12-24\n12-24 09:00-10:00", "12-24 is listed twice."),
        ("exceptions", "2026-04-01", "is not an exception"),
        ("exceptions", "2026-04-02 2026-04-01", "Must be later than its start"),
        ("tiers", "A, a", "Names a tier twice"),
    ],
)
def test_what_cannot_be_an_exception_or_a_day_is_refused_beside_its_field(
    signed_in, administrator, north, field, typed, reason
):
    client = signed_in(administrator)
    response = client.post(URL, filled(client) | {field: typed})
    assert response.status_code == 422
    assert reason in response.content.decode()


def test_a_reason_for_returns_is_added_and_another_taken_out_in_the_form(signed_in, administrator, north):
    client = signed_in(administrator)
    typed = {"reasons-4-DELETE": "on", "reasons-5-label": "No budget at all", "reasons-5-whose": "marketing"}
    assert client.post(URL, filled(client) | typed).status_code == 302
    assert list(north.return_reasons.values_list("key", "label", "whose", "counts")) == [
        ("wrong_data", "", "marketing", True),
        ("below_quality", "", "marketing", True),
        ("duplicate", "", "marketing", True),
        ("not_reached", "", "sales", False),
        ("no_budget_at_all", "No budget at all", "marketing", False),
    ]


def test_a_reason_in_use_stays_and_the_form_says_so(signed_in, administrator, rep, north):
    send_back(cast.handed(north), reason="duplicate", by=rep, at=cast.MONDAY)
    client = signed_in(administrator)
    response = client.post(URL, filled(client) | {"reasons-2-counts": "", "name": "Another"})
    assert response.status_code == 422
    assert "Handoffs have been returned for “Duplicate”: it stays a reason and counts as before." in response.text
    assert now(north).name == "Agreement North"


TIERED = {
    "tiers": ("A", "B"),
    "points": {"A": 100, "B": 40},
    "marketing_share": Decimal("0.4"),
    "average_deal": Decimal(6000),
    "lead_to_customer": Decimal("0.12"),
    "by_tier": (TierConversion("A", Decimal(1), Decimal(10_000), Decimal("0.25")),),
    "cycle_days": 30,
    "is_shifted": True,
    "quotas": {date(2026, 5, 1): Decimal(200_000)},
    "quota_parts": {date(2026, 5, 1): {"North": Decimal(150_000), "South": Decimal(50_000)}},
    "targets": {date(2026, 6, 1): 7},
    "tier_targets": {date(2026, 6, 1): {"A": 3, "B": 4}},
    "year_begins": 4,
}


def test_tiers_parts_and_the_year_go_through_the_form_unchanged(signed_in, administrator, north):
    apply(replace(now(north), **TIERED), by=None, at=cast.MONDAY)
    client, before = signed_in(administrator), now(north)
    client.post(URL, filled(client))
    assert now(north) == before
    client.post(URL, filled(client) | {"tiers": "A = 90, B", "year_begins": "7"})
    assert (now(north).points, now(north).tiers, now(north).year_begins) == ({"A": 90}, ("A", "B"), 7)


def test_a_quota_and_a_target_that_are_split_have_to_add_up(client, north):
    apply(replace(now(north), **TIERED), by=None, at=cast.MONDAY)
    typed = {"months-4-amount": "5", "months-5-leads": "9", "tiers": "A = many, B"}
    response = client.post(URL, filled(client) | typed)
    assert errors(response) == {
        "months-4-amount": ["Is not the sum of its parts, which is 200000."],
        "months-5-leads": ["Is not the sum of its tiers, which is 7."],
        "tiers": ["Must be a whole number, not 'many'."],
    }
    assert {name: response.context["draft"].terms.data[name] for name in typed} == typed


def test_the_clauses_in_words_are_typed_one_by_one_and_told_in_the_history(client, north):
    sent = {
        "texts-summary": "First line\r\n<b>second</b>",
        "goals-marketing": "More of the right leads",
        "contacts-0-name": "Änne Ørsted",
        "contacts-0-email": "anne@example.com",
        "contacts-0-side": "sales",
        "escalation-0-level": "Team lead",
        "escalation-0-after_working_days": "2",
        "review-every_months": "3",
        "review-first_on": "2026-04-01",
    }
    page = client.post(URL, filled(client) | sent, follow=True).text
    document = now(north)
    assert TEXTS.one(document).summary == "First line\n<b>second</b>"
    assert GOALS.of(document) == (Goals(marketing="More of the right leads"),)
    assert CONTACTS.of(document) == (Contact(name="Änne Ørsted", email="anne@example.com", side="sales"),)
    assert LADDER.of(document) == (Step(level="Team lead", after_working_days=2),)
    assert REVIEW.of(document) == (Review(every_months=3, first_on=date(2026, 4, 1)),)
    assert "Points of contact · Änne Ørsted · Side" in page
    assert "<b>second</b>" not in page
    assert "&lt;b&gt;second" in page
    client.post(URL, filled(client) | {"contacts-0-DELETE": "on", "review-first_on": ""})
    assert CONTACTS.of(now(north)) == ()
    assert REVIEW.of(now(north)) == (Review(every_months=3),)


def test_a_row_whose_leading_list_box_is_emptied_is_given_up_and_a_new_one_without_it_refused(client, north):
    facts = [{"fact": "email"}, {"fact": "question"}]
    asked = [{"fact": "company_size", "rule": "at_least", "value": ["50"]}, {"fact": "email", "rule": "given"}]
    groups = {"brief": BRIEF.from_stored(facts), "criteria": CRITERIA.from_stored(asked)}
    apply(replace(now(north), groups=groups), by=None, at=cast.MONDAY)
    emptied = {"brief-0-fact": "", "criteria-0-fact": ""}  # the second one's rule and value still stand there
    assert client.post(URL, filled(client) | emptied).status_code == 302
    assert [row.fact for row in BRIEF.of(now(north))] == ["question"]
    assert [row.fact for row in CRITERIA.of(now(north))] == ["email"]
    sent = filled(client)
    new = next(name for name, value in sent.items() if re.fullmatch(r"criteria-[0-9]+-fact", name) and not value)
    answer = client.post(URL, sent | {new.replace("fact", "value"): "70"})
    assert (answer.status_code, list(errors(answer))) == (422, [new])
    assert [row.fact for row in CRITERIA.of(now(north))] == ["email"]


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("contacts-0-email", "javascript:alert(1)", "'javascript:alert(1)' is not an e-mail address."),
        ("contacts-0-telephone", "ring me", "'ring me' is not a telephone number"),
        ("contacts-0-role", "x", "Is missing."),
        ("review-every_months", "0", "greater than or equal to 1"),
    ],
)
def test_a_clause_in_words_that_is_wrong_is_told_beside_its_field(client, north, field, typed, expected):
    sent = {"contacts-0-name": "" if field.endswith("role") else "Anne", field: typed}
    told = errors(client.post(URL, filled(client) | sent))
    place = field.replace("role", "name")
    assert [expected in str(text) for text in told[place]] == [True]
    assert CONTACTS.of(now(north)) == ()
