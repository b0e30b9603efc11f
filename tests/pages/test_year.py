"""A year at a glance: quotas typed, pasted and read from a file; what would change; the targets that follow."""

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.enums import How
from agreements.models import Agreement
from smarketing.accounts.models import Role, Side
from tests import cast
from tests.pages.shown_forms import shown_forms
from tests.unit.agreements.months.test_tier_targets import HALVES

URL = "/agreements/north/year/"
PLAN = "/agreements/north/year/plan/?year=2026"
MARCH, APRIL, MAY, DECEMBER = (date(2026, month, 1) for month in (3, 4, 5, 12))
GENERAL = {"marketing_share": "40", "average_deal": "6000", "lead_to_customer": "12"}
TIERS = {"tier_share-0": "50", "tier_deal-0": "10000", "tier_rate-0": "25"} | {
    "tier_share-1": "50",
    "tier_deal-1": "4000",
    "tier_rate-1": "10",
}


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


@pytest.fixture
def tiered(north):
    apply(replace(document_of(north), tiers=("A", "B"), points={"A": 100, "B": 40}), by=None, at=cast.MONDAY)
    return north


@pytest.fixture
def client(signed_in, administrator):
    return signed_in(administrator)


@pytest.fixture
def marketing_lead(north):
    return cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)


def filled(client, **typed):
    """What a browser sends of the page as it is shown, with what is typed."""
    page = client.get(URL, {"year": "2026"})
    form = next(form for form in shown_forms(page.text) if form.action == PLAN)
    return form.fields | {name.replace("__", "-"): value for name, value in typed.items()}


def send(client, do, typed, **files):
    return client.post(PLAN, filled(client) | {"do": do} | typed | files)


def sent_of(response):
    """What the answered page would send."""
    data = response.context["form"].data
    return {name: data[name] for name in data if name != "file"}


def seen(page):
    assert page.status_code == 200
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text))


def now(deal):
    return document_of(Agreement.objects.get(pk=deal.pk))


def kept(deal):
    return {row.month: (row.leads, row.numbers.leads_by_tier) for row in deal.targets.agreed()}


def moves(response):
    return [(move.month, *move.leads) for move in response.context["moves"]]


def test_quotas_and_assumptions_by_tier_make_the_targets_of_the_year(client, tiered):
    send(
        client,
        "save",
        {"quota-2026-04": "$200,000 ".replace("$", "€"), "quota-2026-05": "100.000 EUR"} | GENERAL | TIERS,
    )
    assert now(tiered).by_tier == HALVES
    assert kept(tiered) == {APRIL: (116, {"A": 16, "B": 100}), MAY: (58, {"A": 8, "B": 50})}
    page = client.get(URL, {"year": "2026"})
    assert "A: €200,000 × 40% × 50% ÷ €10,000 ÷ 25% = 16 → 16 leads × 100 = 1,600 points" in page.text
    assert (page.context["whole"].leads, page.context["quarters"][1].value) == (174, 8400)


def test_before_it_is_saved_the_page_says_which_months_would_move_and_by_how_much(client, tiered):
    send(client, "save", {"quota-2026-04": "200000", "quota-2026-05": "100000"} | GENERAL | TIERS)
    response = send(client, "preview", {"tier_rate-0": "20"})
    assert response.status_code == 200
    assert moves(response) == [(APRIL, 116, 120, "+4"), (MAY, 58, 60, "+2")]
    assert [move.value for move in response.context["moves"]] == [(5600, 6000, "+400"), (2800, 3000, "+200")]
    assert kept(tiered)[APRIL] == (116, {"A": 16, "B": 100})
    part = client.post(PLAN, filled(client) | {"do": "preview", "tier_rate-0": "20"}, headers={"HX-Request": "true"})
    assert "+4" in part.text
    assert "<html" not in part.text


def test_every_place_that_the_answer_fills_is_on_the_page(client, tiered):
    page = client.get(URL, {"year": "2026"}).text
    part = client.post(PLAN, filled(client) | {"do": "preview"}, headers={"HX-Request": "true"}).text
    places = re.findall(r'id="(id_[^"]+_error)"', part)
    assert "id_is_shifted_error" in places
    assert [place for place in places if f'id="{place}"' not in page] == []


def test_what_one_side_saves_is_proposed_and_the_page_said_so_before(signed_in, marketing_lead, tiered, client):
    send(client, "save", {"quota-2026-04": "200000"} | GENERAL | TIERS)
    lead = signed_in(marketing_lead)
    response = send(lead, "preview", {"quota-2026-04": "400000"})
    assert [(move.is_proposed, move.leads[1]) for move in response.context["moves"]] == [(True, 232)]
    send(lead, "save", {"quota-2026-04": "400000"})
    assert kept(tiered) == {APRIL: (116, {"A": 16, "B": 100})}
    assert [row.numbers.leads_by_tier for row in tiered.targets.waiting()] == [{"A": 32, "B": 200}]


@pytest.mark.parametrize("address", ["/agreements/north/", URL])
def test_what_is_to_be_accepted_shows_what_it_was_derived_from(signed_in, client, marketing_lead, tiered, address, rep):
    send(client, "save", {"quota-2026-04": "200000"} | GENERAL | TIERS)
    send(signed_in(marketing_lead), "save", {"quota-2026-04": "400000"})
    text = seen(signed_in(rep).get(address, {"year": "2026"}))
    assert "A 32 · B 200" in text
    assert "A: €400,000 × 40% × 50% ÷ €10,000 ÷ 25% = 32 → 32 leads × 100 = 3,200 points" in text


@pytest.mark.parametrize("way", ["typed", "pasted", "file"])
def test_a_month_that_has_begun_keeps_every_tier_whatever_way_is_taken(client, tiered, way):
    apply(
        replace(
            document_of(tiered),
            quotas={MARCH: Decimal(200_000)},
            marketing_share=Decimal("0.4"),
            average_deal=Decimal(6000),
            lead_to_customer=Decimal("0.12"),
            by_tier=HALVES,
        ),
        by=None,
        at=cast.MONDAY,
    )
    before, typed = kept(tiered), filled(client) | {"quota-2026-03": "999999"}
    if way == "pasted":
        typed = sent_of(send(client, "read", {"cells": "2026-03\t999999"}))
    elif way == "file":
        typed = sent_of(send(client, "read", {}, file=SimpleUploadedFile("q.csv", b"2026-03;999999")))
    page = client.post(PLAN, typed | {"do": "save"}, follow=True)
    assert kept(tiered) == before
    assert now(tiered).quotas == {MARCH: 200_000}
    assert "March 2026 keeps its 116 leads (A 16, B 100)" in page.text


def test_pasted_quarters_fill_the_fields_and_are_saved_only_then(client, tiered):
    response = send(client, "read", {"cells": "Q2\t€650,000", "spread": "working"} | GENERAL)
    assert response.status_code == 200
    assert now(tiered).quotas == {}
    data = sent_of(response)
    shown = [data[f"quota-2026-0{month}"] for month in (4, 5, 6)]
    assert shown == ["220,000", "210,000", "220,000"]
    client.post(PLAN, data | {"do": "save"})
    assert sum(now(tiered).quotas.values()) == 650_000


def test_a_year_is_spread_by_seasonal_weights_to_the_cent(client, tiered):
    weights = {"cells": "1000.01", "spread": "seasonal", "weights": "1 1 1 1 1 1 1 1 1 1 1 22"}
    data = sent_of(send(client, "read", weights))
    assert data["quota-2026-12"] == "666.67"
    client.post(PLAN, data | {"do": "save"})
    assert sum(now(tiered).quotas.values()) == Decimal("1000.01")


def test_regions_out_of_a_file_become_columns_that_add_up(client, tiered):
    file = SimpleUploadedFile("q.csv", "Monat;Nord;Süd\n2026-04;60,50;40\n".encode("cp1252"))
    data = sent_of(send(client, "read", {}, file=file))
    assert data["part_names"] == "Nord, Süd"
    client.post(PLAN, data | {"do": "save"})
    assert now(tiered).quota_parts == {APRIL: {"Nord": Decimal("60.50"), "Süd": Decimal(40)}}
    response = send(client, "save", {"quota-2026-04": "7"})
    assert response.context["form"].errors["quota-2026-04"] == ["The parts come to 100.5."]
    assert response.context["form"]["quota-2026-04"].value() == "7"


def test_a_column_headed_by_a_part_leaves_the_others_and_the_sums_follow_at_once(client, tiered):
    parts = {"part_names": "Nord, Süd", "part-0-2026-04": "50000", "part-1-2026-04": "150000"}
    response = send(client, "read", parts | {"cells": "Monat\tNORD\n2026-04\t€100,000"} | GENERAL)
    data = sent_of(response)
    shown = [data[f"{name}-2026-04"] for name in ("part-0", "part-1", "quota")]
    assert shown == ["100,000", "150000", "250,000"]
    assert (response.context["quarters"][1].quota, response.context["quarters"][1].leads) == (250_000, 139)
    assert "not saved yet" in seen(response)
    assert now(tiered).quotas == {}
    assert send(client, "read", parts | {"cells": "Monat\tQuota\n2026-04\t7"}).context["whole"].quota == 7


def test_a_column_of_which_nobody_knows_what_it_is_is_refused(client, tiered):
    parts, file = {"part_names": "Nord, Süd"}, SimpleUploadedFile("q.csv", b"2026-04;5\x01much")
    said = [
        (parts | {"cells": "Monat\tWest\n2026-04\t7"}, {}, "cells", "“West” is none of the columns"),
        ({"cells": "Monat\ta\n2026-04\t7"}, {}, "cells", "“a” is a tier: quotas are split by region"),
        ({}, {"file": file}, "file", "“5�much” is no amount"),
    ]
    for typed, files, place, reason in said:
        page = send(client, "read", typed, **files)
        assert reason in page.context["paste"].errors[place][0]
        assert "\x01" not in page.text


WRONG = [
    ("quota-2026-04", "two hundred", "“two hundred” is no amount."),
    ("quota-2026-04", "$200,000", "“$200,000” is not in EUR."),
    ("quota-2026-04", "200.000", "“200.000” can be read in two ways: write 200000 or 200.00."),
    ("average_deal", "6.000", "“6.000” can be read in two ways: write 6000 or 6.00."),
    ("quota-2026-04", "-1", "This must not be below zero."),
    ("lead_to_customer", "0", "Must be above 0 and at most 100%."),
    ("marketing_share", "130", "Must be between 0 and 100%."),
    ("average_deal", "", "Is missing."),
    ("tier_rate-1", "0", "Must be above 0 and at most 100%."),
    ("tier_share-1", "60", "The shares of the tiers come to 110%: together they must make 100%."),
    ("tier_share-1", "", "The shares of the tiers come to 50%: together they must make 100%."),
]


@pytest.mark.parametrize(("field", "text", "english"), WRONG)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(client, tiered, field, text, english):
    typed = {"quota-2026-04": "200000"} | GENERAL | TIERS | {field: text}
    if field == "average_deal" and not text:
        typed |= dict.fromkeys(TIERS, "")
    if field == "tier_share-1" and not text:
        typed |= {"tier_deal-1": "", "tier_rate-1": ""}
    response = send(client, "save", typed)
    place = "tier_share-0" if field == "tier_share-1" and not text else field
    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {place: [english]})
    assert {name: form[name].value() or "" for name in typed} == typed
    assert f'id="id_{place}_error"' in response.text
    assert now(tiered).quotas == {}


IN_WORDS = {
    "de": {
        "quota-2026-04": "„zwei“ ist kein Betrag.",
        "marketing_share": "Muss zwischen 0 und 100 % liegen.",
        "tier_share-1": "Die Anteile der Stufen ergeben 110 %: zusammen müssen sie 100 % ergeben.",
        "2026-04\t5\n2026-04\t6": "Zeile 2: 2026-04 kommt zweimal vor",
        "2026-04\t$5": "Zeile 1: „$5“ ist nicht in EUR",
    },
    "da": {
        "quota-2026-04": "“zwei” er ikke et beløb.",
        "marketing_share": "Skal ligge mellem 0 og 100 %.",
        "tier_share-1": "Niveauernes andele giver 110 %: tilsammen skal de give 100 %.",
        "2026-04\t5\n2026-04\t6": "Linje 2: 2026-04 findes to gange",
        "2026-04\t$5": "Linje 1: “$5” er ikke i EUR",
    },
}


@pytest.mark.parametrize("language", ["de", "da"])
def test_the_refusals_are_in_the_readers_language(client, administrator, tiered, language):
    administrator.language = language
    administrator.save()
    wrong = {"quota-2026-04": "zwei", "marketing_share": "130", "tier_share-1": "60"}
    for field, text in IN_WORDS[language].items():
        if field in wrong:
            page = send(client, "save", GENERAL | TIERS | {field: wrong[field]})
        else:
            page = send(client, "read", {"cells": field})
        assert page.status_code == 422
        assert text in html.unescape(page.text).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("2026-04\t5\nApril\t6", "Line 2: 2026-04 is there twice"),
        ("2026-04\tmuch", "Line 1: “much” is no amount"),
        ("", "Paste some cells or choose a file."),
    ],
)
def test_cells_that_cannot_be_read_are_told_and_stay_to_be_corrected(client, tiered, cells, told):
    response = send(client, "read", {"cells": cells, "quota-2026-05": "7"} | GENERAL)
    paste = response.context["paste"]
    assert (response.status_code, [text for texts in paste.errors.values() for text in texts]) == (422, [told])
    assert paste["cells"].value() == cells
    assert response.context["form"]["quota-2026-05"].value() == "7"


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(client, tiered):
    opened = filled(client)
    send(client, "save", {"quota-2026-04": "100"} | GENERAL)
    response = client.post(PLAN, opened | {"quota-2026-04": "300", "do": "save"})
    assert response.status_code == 422
    assert now(tiered).quotas == {APRIL: 100}
    client.post(PLAN, opened | {"quota-2026-05": "300", "do": "save"})
    assert now(tiered).quotas == {APRIL: 100, MAY: 300}


def test_with_the_shift_switched_on_the_page_shows_which_quota_a_month_serves(client, tiered):
    typed = {"quota-2026-05": "200000", "cycle_days": "30", "is_shifted": "on"} | GENERAL
    send(client, "save", typed)
    assert list(kept(tiered)) == [APRIL]
    assert "serves the quota of May 2026, a cycle of 30 days later" in client.get(URL).text
    response = send(client, "preview", {"is_shifted": ""})
    assert moves(response) == [(APRIL, 112, None, "−112"), (MAY, None, 112, "+112")]


def test_a_year_may_begin_in_any_month(client, tiered):
    apply(replace(document_of(tiered), year_begins=4), by=None, at=cast.MONDAY)
    page = client.get(URL)
    assert page.context["chosen"].label == "2025/26"
    assert [row.planned.on for row in page.context["quarters"][3].rows] == [date(2026, n, 1) for n in (1, 2, 3)]


@pytest.fixture
def everybody(north, rep, marketer, sales_lead, marketing_lead, leader, administrator):
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    served = [cast.person(f"{role}@example.org", north.service_team, role=role) for role in (Role.MEMBER, Role.LEAD)]
    return [rep, marketer, sales_lead, marketing_lead, leader, administrator, *served]


@pytest.mark.parametrize("language", ["en", "de", "da"])
def test_everybody_reads_the_quotas_of_the_year_with_their_parts(
    signed_in, client, everybody, marketing_lead, tiered, language
):
    parts = {"part_names": "Nord, Süd", "part-0-2026-04": "60.50", "part-1-2026-04": "40"}
    client.post(PLAN, filled(client) | GENERAL | parts | {"quota-2026-05": "1000", "do": "save"})
    send(signed_in(marketing_lead), "save", {"quota-2026-05": "200000"})
    assert tiered.targets.waiting().count() == 1
    for person in everybody:
        person.language = language
        person.save()
        page = signed_in(person).get(URL, {"year": "2026"})
        text = seen(page)
        shown = {"en": ["€60.50", "€40", "€100.50", "€1,100.50"], "de": ["60,50\xa0€", "40\xa0€", "100,50\xa0€"]}
        if not page.context["may_edit"]:
            assert [said for said in shown.get(language, []) if said not in text] == []
        assert signed_in(person).get(URL, {"year": "2031"}).status_code == 200
    edits = [signed_in(person).get(URL, {"year": "2026"}).context["may_edit"] for person in everybody]
    assert edits == [False, False, True, True, False, True, False, False]


def test_a_reader_sees_the_year_and_no_field(signed_in, leader, tiered):
    page = signed_in(leader).get(URL)
    assert page.status_code == 200
    assert "quota-2026-04" not in page.text
    assert signed_in(leader).post(PLAN, {"do": "save"}).status_code == 403


def test_what_the_portal_proposes_is_said_in_whole_sentences(client, north):
    cast.made(north, MAY, cast.agreed_directly(60), How.PROPOSED, by=None, at=cast.MONDAY).save()
    found = []
    for language in ("en", "de", "da"):
        text = html.unescape(client.get(URL, {"year": "2026"}, headers={"accept-language": language}).text)
        found.append(re.sub(r"\s+", " ", text.partition("<strong>60")[2].partition("Sales north")[0]))
    assert found == [
        " leads</strong> proposed by the portal from the ledger, waiting for Marketing north and ",
        " Leads</strong>, vom Portal aus dem Monatsbuch vorgeschlagen, warten auf Marketing north und ",
        " leads</strong>, foreslået af portalen ud fra månedsbogen, venter på Marketing north og ",
    ]


@pytest.mark.parametrize("year", ["0001", "9999", "soon"])
def test_a_year_that_cannot_be_shown_is_not_found(client, tiered, year):
    pages = (f"/agreements/north/year/?year={year}", f"/agreements/north/?year={year}")
    assert [client.get(page).status_code for page in pages] == [404, 404]
