from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from agreements.promises.promise import DepthPromise, SpeedPromise
from tests import cast

URL = "/agreements/north/"


def amend(deal, by=None, **changes) -> None:
    apply(replace(document_of(deal), **changes), by=by, at=cast.MONDAY)


def test_a_stranger_does_not_find_it(signed_in, stranger, north):
    assert signed_in(stranger).get(URL).status_code == 404
    assert signed_in(stranger).get(f"{URL}toml/").status_code == 404


def test_both_sides_read_each_others_promises(signed_in, marketer, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, quotas={date(2026, 3, 1): Decimal(5000)}, **_assumed("1", "100", "0.3"))
    page = signed_in(marketer).get(URL).content.decode()
    assert "167" in page
    assert "166.67" in page
    assert "within 1 h in 90%" in page
    assert "6 attempts in 15 working days" in page


def test_months_without_a_target_say_why(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, quotas={date(2026, 2, 1): Decimal(5000)})
    cast.target(north, "2026-04", 9)
    page = " ".join(signed_in(rep).get(URL).text.split())
    assert page.count("nothing was agreed: this month is not judged") == 1  # January
    assert page.count("no target: there is a quota, but no assumptions to turn it into leads") == 1  # February
    assert page.count("nothing agreed</span>") == 9  # March, and May to December


def test_a_promise_is_not_rounded(signed_in, rep, north):
    amend(
        north,
        promises=(
            SpeedPromise(within_minutes=Decimal(60), share=Decimal("0.925")),
            DepthPromise(attempts=6, within_working_days=15),
        ),
    )
    assert "within 1 h in 92.5%" in signed_in(rep).get(URL).content.decode()


def test_the_week_is_drawn_also_over_midnight(signed_in, rep, north):
    calendar = document_of(north).calendar
    amend(north, calendar=replace(calendar, week={"fri": (("22:00", "06:00"),)}))
    friday, saturday = signed_in(rep).get(URL).context["week"][4:6]
    assert (friday.hours, [(span.start, span.length) for span in friday.spans]) == ("22:00-06:00", [(1320, 120)])
    assert (saturday.hours, [(span.start, span.length) for span in saturday.spans]) == ("", [(0, 360)])


def test_the_terms_of_another_version_are_shown_as_not_todays(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(
        north, effective_on=date(2026, 4, 1), promises=(SpeedPromise(within_minutes=Decimal(30), share=Decimal("0.9")),)
    )
    client = signed_in(rep)
    assert "within 1 h in 90%" in client.get(URL).content.decode()
    page = client.get(f"{URL}?on=2026-04-01").content.decode()
    assert "within 30 min in 90%" in page
    assert "not those of today" in page


def test_the_history_says_who_changed_what_in_the_language_of_the_reader(signed_in, rep, north, administrator):
    amend(
        north,
        by=administrator,
        promises=(
            SpeedPromise(within_minutes=Decimal(240), share=Decimal("0.8")),
            DepthPromise(attempts=6, within_working_days=15),
        ),
    )
    (entry,) = signed_in(rep).get(URL).context["entries"]
    assert entry.by == administrator
    assert [(line.name, line.before, line.after) for line in entry.lines] == [
        ("Follow-up speed · within working minutes", "60", "240"),
        ("Follow-up speed · share kept", "90%", "80%"),
    ]


def test_only_team_leads_of_its_teams_and_administrators_are_offered_to_edit(
    signed_in, rep, sales_lead, leader, administrator, north
):
    offered = [f"{URL}edit/" in signed_in(who).get(URL).content.decode() for who in (rep, leader)]
    assert offered == [False, False]
    assert all(f"{URL}edit/" in signed_in(who).get(URL).content.decode() for who in (sales_lead, administrator))


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_takes_the_same_queries_with_more_versions_and_changes(
    more, signed_in, rep, north, time_machine, django_assert_num_queries
):
    for number in range(more):
        amend(north, effective_on=date(2026, 1 + number, 1), targets={date(2026, 1 + number, 1): 5})
    client = signed_in(rep)
    time_machine.move_to(cast.MONDAY)
    with django_assert_num_queries(14):
        assert len(client.get(URL).context["versions"]) == 1 + more


@pytest.mark.parametrize("query", ["?year=abcd", "?year=0001", "?year=9999", "?on=nonsense", "?on=0001-01-01"])
def test_a_wrong_address_shows_today(query, signed_in, rep, north):
    assert signed_in(rep).get(f"{URL}{query}").status_code == 200


def test_the_download_is_the_file_that_makes_the_same_agreement(signed_in, rep, north):
    response = signed_in(rep).get(f"{URL}toml/")
    assert response.headers["Content-Disposition"] == 'attachment; filename="north.toml"'
    assert response.content.decode() == write(document_of(north))
    assert read(response.content.decode()) == document_of(north)


def test_hostile_names_stay_text(signed_in, rep, north):
    amend(north, name="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(rep).get(URL).content.decode()


def _assumed(share: str, deal: str, rate: str) -> dict[str, Decimal]:
    return {"marketing_share": Decimal(share), "average_deal": Decimal(deal), "lead_to_customer": Decimal(rate)}
