import re

import pytest
from django.urls import reverse

from agreements.models import Agreement
from leads.models import Handoff, Lead
from smarketing.accounts.models import Side, User
from tests import cast
from tests.pages.seen import count_of

CLOCK = re.compile(r'<div class="handoff-clock">.*?(<time.*?</time>)', re.DOTALL)
pytestmark = pytest.mark.usefixtures("at")


def url(what: str = "handoffs", **query: str) -> str:
    return reverse("reports:records", args=["north"], query={"period": "2026-03", "what": what, **query})


def names(page) -> set[str]:
    return {record.name for record in page.context["records"]}


def test_both_teams_see_who_it_is_and_can_go_there(signed_in, marketer: User, rep: User) -> None:
    lead = Lead.objects.get(name="Forgotten")
    for who in (marketer, rep):
        page = signed_in(who).get(url("never_followed_up"))
        assert names(page) == {"Forgotten", "Again"}
        assert f'href="{lead.get_absolute_url()}"' in page.text


def test_a_record_is_overdue_in_the_words_of_its_queue(signed_in, rep: User) -> None:
    client = signed_in(rep)
    pages = client.get(url("never_followed_up")), client.get(reverse("leads:queue"))
    behind, queue = ([" ".join(row.split()) for row in CLOCK.findall(page.text)] for page in pages)
    assert behind
    assert set(behind) <= set(queue)


def test_leadership_sees_the_figures_without_the_people(signed_in, leader: User) -> None:
    page = signed_in(leader).get(url())
    assert count_of(page) == 10
    for lead in Lead.objects.all():
        assert lead.name not in page.text
        assert f'"{lead.get_absolute_url()}"' not in page.text


def test_a_service_team_sees_no_names_either_also_not_in_files(signed_in, north: Agreement) -> None:
    north.service_team = cast.team("Service", Side.SERVICE)
    north.save()
    client = signed_in(cast.person("sue@example.org", north.service_team))
    for address in (url(), url().replace("records/", "records.csv"), url().replace("records/", "records.json")):
        answer = client.get(address)
        text = answer.getvalue().decode()
        assert answer.status_code == 200
        assert not any(lead.name in text for lead in Lead.objects.all())


def test_the_records_of_a_day_are_those_of_that_local_day(signed_in, marketer: User) -> None:
    page = signed_in(marketer).get(url("handed_over", first_on="2026-03-02", last_on="2026-03-03"))
    assert names(page) == {"Quick", "Second", "Late", "Edge"}


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("returned", {"Wronged", "Again"}),
        ("returned_untouched", {"Wronged"}),
        ("running", {"Fresh"}),
        ("missed", {"Late", "Forgotten", "Again"}),
        ("given_up", {"Late", "Timing"}),
        ("connected", {"Quick", "Second"}),
    ],
)
def test_the_list_shows_what_its_name_says(signed_in, marketer: User, what: str, found: set[str]) -> None:
    assert names(signed_in(marketer).get(url(what))) == found


def test_without_a_number_those_connected_at_the_first_attempt_are_listed(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    assert names(client.get(url("connected_with"))) == names(client.get(url("connected_with", nth="1"))) == {"Quick"}


def test_a_company_is_named_beside_the_person_and_not_twice(signed_in, marketer: User) -> None:
    Lead.objects.filter(name="Quick").update(company="Acme")
    Lead.objects.filter(name="Second").update(name="", company="Mill")
    found = names(signed_in(marketer).get(url("connected")))
    assert found == {"Quick · Acme", "Mill"}


def test_the_filters_of_the_report_hold_for_its_records(signed_in, marketer: User) -> None:
    client = signed_in(marketer)
    assert names(client.get(url(source="="))) == {"Second"}
    assert names(client.get(url(tier="B"))) == {"Late", "Forgotten"}


@pytest.mark.parametrize(
    "query",
    [
        {"what": "everything"},
        {"first_on": "yesterday"},
        {"over": "x"},
        {"nth": "-1"},
        {"over": "nan"},
    ],
)
def test_an_address_that_makes_no_sense_is_not_there(signed_in, marketer: User, query: dict[str, str]) -> None:
    address = reverse("reports:records", args=["north"], query={"what": "band", **query})
    assert signed_in(marketer).get(address).status_code == 404


def test_a_foreign_agreement_has_no_records(signed_in, stranger: User) -> None:
    client = signed_in(stranger)
    assert [client.get(address).status_code for address in (url(), url().replace("records/", "records.csv"))] == [
        404,
        404,
    ]


def test_a_long_list_comes_in_pages_that_hold_every_record_once(signed_in, marketer: User, north: Agreement) -> None:
    Handoff.objects.filter(lead__name="April").delete()
    for number in range(45):
        cast.handed(north, cast.local(north, "2026-03-17 09:00"), name=f"More {number}")
    client = signed_in(marketer)
    first = client.get(url())
    second = client.get(f"{reverse('reports:records', args=['north'])}{first.context['page'].next_url}")
    found = [record.url for page in (first, second) for record in page.context["records"]]
    assert (len(first.context["records"]), len(found), count_of(first)) == (50, 55, 55)
    assert len(set(found)) == 54  # one lead was handed over twice


def test_the_list_takes_as_many_queries_for_three_rows_as_for_fifty(
    signed_in, marketer: User, north: Agreement, django_assert_num_queries
) -> None:
    client = signed_in(marketer)
    for address in (url("never_followed_up"), url()):
        with django_assert_num_queries(12):  # as a sheet, and the rows
            client.get(address)


def test_the_records_as_csv_run_nothing_in_a_spreadsheet(signed_in, marketer: User, north: Agreement) -> None:
    cast.handed(north, cast.local(north, "2026-03-17 09:00"), name='=HYPERLINK("http://x")', source="@sum")
    client = signed_in(marketer)
    text = client.get(client.get(url()).context["csv_url"]).getvalue().decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert ",'@sum," in text
    assert len(text.splitlines()) == 12
