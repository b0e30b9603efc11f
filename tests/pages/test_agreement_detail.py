import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from agreements.document.clauses import DEFAULT_REASONS, PauseClause, ReasonClause
from agreements.document.groups.contacts import Contact, Step
from agreements.document.groups.review import Review
from agreements.document.groups.wordings import Goals, Texts
from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from agreements.pages.reading.history import history
from agreements.promises.promise import BriefPromise, DepthPromise, SpeedPromise
from leads.clock.recompute import recompute
from leads.models import Handoff
from smarketing.accounts.models import Team
from tests import cast

URL = "/agreements/north/"


def amend(deal, by=None, **changes) -> None:
    apply(replace(document_of(deal), **changes), by=by, at=cast.MONDAY)


def test_a_stranger_does_not_find_it(signed_in, stranger, north):
    assert signed_in(stranger).get(URL).status_code == 404
    assert signed_in(stranger).get(f"{URL}toml/").status_code == 404


def test_the_file_says_the_version_that_the_page_shows(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, effective_on=date(2026, 4, 1), pacing="calendar")
    client, said = signed_in(rep), {}
    for query in ("", "?on=2026-04-02"):
        page = client.get(f"{URL}{query}").text
        file = client.get(re.findall(r'href="([^"]*/toml/[^"]*)"', page)[0])
        said[query] = (read(file.text).effective_on, read(file.text).pacing)
    assert said == {"": (date(2020, 1, 1), "working"), "?on=2026-04-02": (date(2026, 4, 1), "calendar")}
    assert read(client.get(f"{URL}toml/").text).effective_on == date(2020, 1, 1)


def test_a_promise_without_a_time_is_read_too(signed_in, marketer, north):
    cast.promise(north.versions.get(), BriefPromise(share=Decimal("0.83")))
    page = " ".join(signed_in(marketer).get(URL).text.split())
    assert '<dd class="value"> 83% </dd> <dd class="note"> with all facts of the brief' in page


def test_both_sides_read_each_others_promises(signed_in, marketer, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, quotas={date(2026, 3, 1): Decimal(5000)}, **_assumed("1", "100", "0.3"))
    page = signed_in(marketer).get(URL).content.decode()
    assert "167" in page
    assert "166.6667 → 167" in page
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
    friday, saturday = signed_in(rep).get(URL).context["reading"].week[4:6]
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
    with django_assert_num_queries(21):
        assert len(client.get(URL).context["versions"]) == 1 + more


@pytest.mark.parametrize("query", ["?year=", "?on=nonsense", "?on=0001-01-01"])
def test_a_day_that_makes_no_sense_shows_today(query, signed_in, rep, north):
    assert signed_in(rep).get(f"{URL}{query}").status_code == 200


def test_the_download_is_the_file_that_makes_the_same_agreement(signed_in, rep, north):
    response = signed_in(rep).get(f"{URL}toml/")
    number = north.versions.get().number
    assert response.headers["Content-Disposition"] == f'attachment; filename="north-{number}.toml"'
    assert response.content.decode() == write(document_of(north))
    assert read(response.content.decode()) == document_of(north)


def test_hostile_names_stay_text(signed_in, rep, north):
    amend(north, name="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(rep).get(URL).content.decode()


def _assumed(share: str, deal: str, rate: str) -> dict[str, Decimal]:
    return {"marketing_share": Decimal(share), "average_deal": Decimal(deal), "lead_to_customer": Decimal(rate)}


def everything(deal):
    """All that a document can say, at least once."""
    calendar = replace(
        document_of(deal).calendar,
        country="DK",
        optional=True,
        closed=(date(2026, 5, 15),),
        yearly={"12-24": (("09:00", "12:00"),), "12-31": ()},
        overrides={date(2026, 4, 2): (("10:00", "11:00"),)},
    )
    return {
        "calendar": calendar,
        "service_team": "Service",
        "pacing": "calendar",
        "warn_share": Decimal("0.5"),
        "automated_counts": True,
        "return_within_working_days": 3,
        "tiers": ("share", "B"),
        "exceptions": (
            PauseClause(date(2026, 7, 1), date(2026, 7, 31), "the move"),
            PauseClause(datetime(2026, 8, 3, 12), date(2026, 8, 4)),
        ),
        "promises": (
            SpeedPromise(within_minutes=Decimal(30), share=Decimal("0.9"), tier="share"),
            DepthPromise(attempts=4, within_working_days=9, tier="B"),
        ),
        "return_reasons": (*DEFAULT_REASONS[1:], ReasonClause("no_budget", "quota", "marketing", counts=True)),
        "quotas": {date(2026, 6, 1): Decimal(5000)},
        "targets": {date(2026, 9, 1): 12},
        **_assumed("0.5", "100", "0.3"),
    }


def test_the_page_shows_the_whole_calendar_tiers_and_reasons(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, **everything(north))
    page = " ".join(signed_in(rep).get(URL).text.split())
    for told in (
        "including optional and half-day holidays",
        "known until 2100",
        "Dec. 24: 09:00-12:00",
        "Dec. 31: closed",
        "April 2, 2026: 10:00-11:00",
        'July 1, 2026 – July 31, 2026 <span class="quiet">the move</span>',
        "up to 3 working days after it",
        '<span class="tag">share</span><span class="tag">B</span>',
        '<th scope="row">quota</th> <td>Marketing</td> <td>yes</td>',
        '<th scope="row">Could not be reached</th> <td>Sales</td> <td>no</td>',
    ):
        assert told in page


def test_the_history_has_words_in_german_for_every_clause_of_a_document(north):
    """Nothing reads like a key, or like a date as programs write it."""
    amend(north, name="A new one", currency="CHF", **everything(north))
    before = document_of(north)
    amend(north, **everything(north) | {"calendar": replace(before.calendar, country="DE", optional=False)})
    with translation.override("de"):
        lines = [line for entry in history(north) for line in entry.lines]
    told = [text for line in lines for text in (line.name, line.before, line.after)]
    assert len(lines) > 40
    assert not [text for text in told if re.search(r"[a-z]_[a-z]|\d-\d\d\b(?!:)|^(yes|working|calendar)$", text)]


def test_a_month_of_a_proposal_and_a_recomputing_have_words_in_the_history(north):
    handoff = cast.handed(north)
    Handoff.objects.update(due_at=None)
    recompute(north, by=None, at=handoff.handed_at)
    (entry,) = history(north)
    assert [(line.name, line.after) for line in entry.lines] == [("Handoffs measured again · by their own terms", "1")]


def test_without_a_service_team_no_team_without_a_name_appears(signed_in, rep, administrator, north):
    amend(north, name="Another")
    assert not Team.objects.filter(name="").exists()
    for who, address in ((rep, URL), (administrator, f"{URL}edit/"), (rep, "/agreements/")):
        page = signed_in(who).get(address).text
        assert not re.search(r'<option value=""></option>|<dd>\s*</dd>', page), address


HOSTILE = "<img src=x onerror=alert(1)>{{ 7|add:7 }}"


def words_of(side: str = "marketing", hostile: str = HOSTILE) -> dict:
    return {
        "texts": (Texts(summary=f"First.\n\n{hostile}" + " and so on" * 80, cancellation="In writing."),),
        "goals": (Goals(marketing="Growth"),),
        "contacts": (
            Contact(name=f"Änne {hostile}", side=side, email="anne@example.com", telephone="+49 30 1"),
            Contact(name="Bo", side="both"),
        ),
        "escalation": (Step(level="Team lead", side="sales", after_working_days=2),),
        "review": (Review(every_months=3, first_on=date(2026, 1, 31)),),
    }


def test_the_chapters_stand_in_their_order_and_the_contents_lead_to_each(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    amend(north, groups=words_of())
    page = signed_in(rep).get(URL).text
    anchors = re.findall(r'<li>\s*<a href="#([\w-]+)"', page)
    assert anchors == re.findall(r'<details class="section part"\s+id="([\w-]+)"', page)
    assert anchors[:4] == ["summary", "goals", "promises", "months"]
    assert anchors[4:] == [
        "capacity",
        "contacts",
        "escalation",
        "review",
        "cancellation",
        "calendar",
        "returns",
        "versions",
    ]
    assert "Next review" in page
    assert "April 30, 2026" in page


def test_what_people_wrote_stays_text_and_the_end_of_a_long_text_is_folded(signed_in, rep, north):
    amend(north, groups=words_of())
    page = signed_in(rep).get(URL).text
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;{{ 7|add:7 }}") >= 2
    folded = page.partition("First.</p>")[2]
    assert folded.index("<details") < folded.index("and so on")


def test_each_side_has_its_column_also_where_nothing_stands_in_it(signed_in, rep, north):
    amend(north, groups=words_of("sales"))
    chapters = {chapter.key: chapter for chapter in signed_in(rep).get(URL).context["reading"].chapters}
    goals = [(block.title, block.passage.text) for block in chapters["goals"].blocks]
    assert goals == [("Goals of marketing", "Growth"), ("Goals of sales", "")]
    people = [(block.title, [row.name for row in block.rows]) for block in chapters["contacts"].blocks]
    assert people == [("Marketing north", []), ("Sales north", [f"Änne {HOSTILE}"]), ("For both sides", ["Bo"])]


def test_who_may_edit_is_told_what_nothing_is_written_about_yet(signed_in, rep, sales_lead, north):
    amend(north, groups=words_of())
    assert "Nothing is written yet about: When goals are missed" in signed_in(sales_lead).get(URL).text
    assert "Nothing is written yet about" not in signed_in(rep).get(URL).text


def test_the_sales_cycle_stands_with_the_assumptions(north, signed_in, rep):
    amend(north, **_assumed("0.5", "100", "0.3"), cycle_days=38, is_shifted=True)
    told = " ".join(re.sub("<[^>]+>", " ", signed_in(rep).get(URL).text).split())
    assert "Sales cycle in days 38 Leads serve the quota of a cycle later" in told
