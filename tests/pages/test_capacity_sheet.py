"""Whether sales has the time for what is promised: on the agreement, beside a draft, in the calculator, by command."""

import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from smarketing.accounts.models import Role
from tests import cast
from tests.pages.test_agreement_edit import errors, filled

URL = "/agreements/north/"
# 6 attempts promised, of 8 minutes; March 2026 has 22 working days of 8 hours: 4 reps with half their time have 352.
TIME = "\n[capacity]\nreps = 4\ntime_share = 0.5\nminutes_per_attempt = 8\n"


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def say(north, more: str = TIME, **whose):
    """The agreement with what is said of the team's time."""
    text = write(document_of(north)).partition("\n[capacity]")[0]
    text = text.replace("2020-01-01", "2026-04-01") if "by" in whose else text
    return apply(read(text + more), by=whose.get("by"), at=cast.MONDAY)


def command(month: str = "2026-03") -> dict:
    out = StringIO()
    call_command("sla_capacity", "north", month, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(("leads", "verdict"), [(374, "keeps"), (375, "tight"), (440, "tight"), (441, "cannot")])
def test_the_command_answers_in_its_fixed_shape(north, leads, verdict):
    say(north)
    cast.target(north, "2026-03", leads)
    assert command() == {
        "needed_hours": pytest.approx(leads * 0.8),
        "available_hours": 352.0,
        "verdict": verdict,
        "leads_possible": 440,
    }


def test_holidays_closed_days_and_exceptions_take_time_away(north):
    document = write(document_of(north)).replace(
        "[calendar.week]", "[calendar]\nclosed = [2026-03-03]\n\n[calendar.week]", 1
    )
    pause = '\n[[exceptions]]\nfrom = 2026-03-09\nto = 2026-03-10\nreason = "fair"\n'
    apply(read(document + pause + TIME), by=None, at=cast.MONDAY)
    cast.target(north, "2026-03", 100)
    assert command()["available_hours"] == 4 * (22 - 3) * 8 * 0.5


def test_hours_of_a_rep_and_days_of_absence_are_as_said(north):
    more = "hours_a_week = 30\nabsence_days = 29\n"  # 2026 has 261 days from Monday to Friday: a ninth of them
    say(north, TIME + more)
    cast.target(north, "2026-03", 100)
    assert command()["available_hours"] == pytest.approx(4 * (176 / 40 * 30) * (8 / 9) * 0.5)


def test_attempts_that_reach_the_lead_are_the_last(north):
    say(north, TIME + "connection_rate = 0.5\nminutes_per_conversation = 16\n")
    cast.target(north, "2026-03", 60)
    reached = 1 - 0.5**6
    assert command()["needed_hours"] == pytest.approx(reached / 0.5 * 8 + reached * 16)


@pytest.mark.parametrize(
    ("slug", "month", "reason"),
    [
        ("nowhere", "2026-03", "no agreement"),
        ("north", "2026-3", "is not a period"),
        ("north", "2026", "is not a month"),
        ("north", "2026-05", "no leads are agreed"),
    ],
)
def test_the_command_says_what_is_missing(north, slug, month, reason):
    say(north)
    cast.target(north, "2026-03", 100)
    with pytest.raises(CommandError, match=reason):
        call_command("sla_capacity", slug, month)


def test_the_command_says_that_nothing_is_said_of_the_time(north):
    cast.target(north, "2026-03", 100)
    with pytest.raises(CommandError, match=r"nothing of the sales team's \[capacity\]"):
        call_command("sla_capacity", "north", "2026-03")


def test_the_agreement_shows_the_verdict_of_each_month_with_every_step(north, signed_in, rep):
    say(north)
    cast.target(north, "2026-03", 600)
    cast.target(north, "2026-04", 100)
    page = signed_in(rep).get(URL)
    sheet = page.context["capacity"]
    assert [(line.verdict, line.leads) for line in sheet.months[2:5]] == [
        ("cannot be kept", 600),
        ("can be kept", 100),
        ("", None),
    ]
    assert [(step.sum, step.result) for step in sheet.work.steps] == [
        ("6 attempts promised, 0% of attempts reach the lead", "6"),
        ("6 × 8", "48"),
        ("600 × 48 ÷ 60", "480"),
        ("the calendar is open 176 hours in this month", "176"),
        ("4 × 176 × 50%", "352"),
    ]
    assert sheet.work.remedies == [
        "2 more reps",
        "at most 4 attempts per lead",
        "69% of the reps' time for marketing's leads instead of 50%",
        "440 leads instead of 600",
    ]
    assert "600 leads, worked as promised, take 480 hours; the team has 352." in page.text
    assert "At most 440 leads are possible." in page.text


def test_a_pocket_calculator_comes_to_every_figure_of_the_formula(north, signed_in, rep):
    reps = "reps = 7.5\nhours_a_week = 37.5\nabsence_days = 41\ntime_share = 0.5\n"
    say(north, f"\n[capacity]\n{reps}minutes_per_attempt = 9\nconnection_rate = 0.25\nminutes_per_conversation = 15\n")
    cast.target(north, "2026-03", 600)
    steps = signed_in(rep).get(URL).context["capacity"].work.steps
    for step in steps:
        formula = re.search(r"(?:.*: )?([\d,.%×÷+ ()]+)$", step.sum)
        if formula and re.search("[×÷]", formula[1]):
            plain = re.sub(r"([\d.]+)%", r"(\1/100)", formula[1].replace(",", ""))
            worked_out = eval(plain.replace("×", "*").replace("÷", "/"))
            decimals = len(step.result.partition(".")[2])
            assert f"{worked_out:,.{max(decimals, 2)}f}".rstrip("0").rstrip(".") == step.result, step
    told = {step.name: (step.sum, step.result) for step in steps}
    assert told["Minutes per lead"] == ("3.2881 × 9 + 82.202% × 15", "41.923")


def test_another_month_is_laid_open_when_asked_for(north, signed_in, rep):
    say(north)
    cast.target(north, "2026-03", 600)
    cast.target(north, "2026-04", 100)
    sheet = signed_in(rep).get(URL, {"capacity": "2026-04"}).context["capacity"]
    assert (sheet.work.line.month, sheet.work.remedies) == (date(2026, 4, 1), [])
    assert signed_in(rep).get(URL, {"capacity": "no month"}).context["capacity"].work.line.month == date(2026, 3, 1)


def test_page_and_command_say_the_same_for_every_month(north, signed_in, rep):
    say(north, TIME + "absence_share = 0.1\nconnection_rate = 0.3\n")
    for month in range(1, 13):
        cast.target(north, f"2026-{month:02}", 90 * month)
    for line in signed_in(rep).get(URL).context["capacity"].months:
        told = command(f"{line.month:%Y-%m}")
        assert line.most_leads == told["leads_possible"]
        assert line.tone == {"keeps": "kept", "tight": "at_risk", "cannot": "missed"}[told["verdict"]]


def test_an_agreement_that_says_nothing_of_it_says_how_to_begin(north, signed_in, rep):
    cast.person("max@example.org", north.marketing_team, role=Role.LEAD)
    page = signed_in(rep).get(URL).text
    assert "The agreement says nothing of the time that sales has" in page
    assert "/edit/#capacity" not in page


def test_a_draft_shows_what_it_means_before_anybody_consents(north, signed_in, rep, sales_lead):
    cast.target(north, "2026-04", 600)
    say(north, TIME, by=sales_lead)
    page = signed_in(rep).get(URL)
    assert page.context["capacity"].work is None
    draft = signed_in(sales_lead).get(f"{URL}versions/{north.versions.drafts().get().pk}/")
    assert draft.context["shown"].capacity.work.line.verdict == "cannot be kept"
    assert "Time of the sales team under this proposal" in draft.text


def test_the_calculator_says_while_typing_whether_the_team_has_the_time(north, signed_in, rep):
    say(north)
    asked = {"quota": "60000", "marketing_share": "100", "average_deal": "100", "lead_to_customer": "100"}
    client = signed_in(rep)
    work = client.get(f"{URL}targets/", asked | {"month": "2026-03"}).context["work"]
    assert work.sentence.startswith("600 leads, worked as promised, take 480 hours; the team has 352.")
    part = client.get(f"{URL}targets/", asked | {"month": "2026-03"}, headers={"HX-Request": "true"})
    assert "cannot be kept" in part.text
    assert client.get(f"{URL}targets/", asked | {"quota": "44000", "month": "2026-03"}).context["work"].remedies == []


def test_where_only_tiers_have_promises_leads_of_no_tier_take_as_many_attempts_as_the_dearest(north):
    text = write(document_of(north)).replace("attempts = 6", 'tier = "A"\nattempts = 5')
    more = '\n[[promises]]\nmeasure = "depth"\ntier = "B"\nattempts = 2\nwithin_working_days = 9\n'
    apply(read(text + more + TIME), by=None, at=cast.MONDAY)
    cast.target(north, "2026-03", 60)
    assert command()["needed_hours"] == 60 * 5 * 8 / 60


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"minutes_per_attempt": "8"}, "reps", "Is missing."),
        ({"reps": "0", "minutes_per_attempt": "8"}, "reps", "Must be above zero."),
        ({"reps": "4"}, "minutes_per_attempt", "Is missing."),
        ({"reps": "4", "minutes_per_attempt": "0"}, "minutes_per_attempt", "Must be above 0 and at most 1440 minutes."),
        ({"hours_a_week": "169"}, "hours_a_week", "Must be above 0 and at most 168 hours."),
        ({"time_share": "130"}, "time_share", "Ensure this value is less than or equal to 100."),
        ({"time_share": "0"}, "time_share", "Must be above 0 and at most 100%."),
        ({"absence_share": "10", "absence_days": "30"}, "absence_days", "Is given as a share already"),
        ({"absence_share": "100"}, "absence_share", "Leaves no time to work in."),
        ({"absence_days": "262"}, "absence_days", "Leaves no day to work on: 2020 has 262 working days."),
        ({"absence_days": "261"}, "absence_days", "Leaves no day to work on: 2021 has 261 working days."),
        ({"absence_days": "400"}, "absence_days", "Ensure this value is less than or equal to 366."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(said, field, reason, north, signed_in, administrator):
    client = signed_in(administrator)
    needed = {} if said.keys() & {"reps", "minutes_per_attempt"} else {"reps": "4", "minutes_per_attempt": "8"}
    sent = {f"capacity-{name}": value for name, value in (needed | said).items()}
    page = client.post(f"{URL}edit/", filled(client) | sent)
    assert page.status_code == 422
    assert errors(page)[f"capacity-{field}"][0].startswith(reason)
