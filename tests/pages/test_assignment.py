"""The pages of assignment: rules, who takes how many, absences, and why it is uneven."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.models import Absence, AssignmentRule, Draw, Handoff, RuleShare, Seat
from smarketing.accounts.models import Membership, Role
from tests import cast

pytestmark = pytest.mark.django_db
SOON, DAY = cast.MONDAY + timedelta(minutes=10), timedelta(days=1)
BERLIN_MIDNIGHT = cast.MONDAY - timedelta(hours=9)


@pytest.fixture(autouse=True)
def _at_ten(time_machine):
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def second_rep(north):
    return cast.person("ron@example.org", north.sales_team, name="Ron Rep")


@pytest.fixture
def lead_client(signed_in, sales_lead):
    return signed_in(sales_lead)


def url(view, *args):
    return reverse(f"leads:{view}", args=args)


def rule(deal, name="Everything", *reps, on=cast.MONDAY, **fields):
    order = deal.assignment_rules.count()
    fields = {"order": order, "is_for_all": not reps, "changed_at": cast.MONDAY, **fields}
    made = AssignmentRule.objects.create(agreement=deal, name=name, on_since=on, **fields)
    RuleShare.objects.bulk_create(RuleShare(rule=made, rep=rep, is_named=True) for rep in reps)
    return made


def handed(deal, number=0, at=SOON, **fields):
    return cast.handed(deal, at, email=f"lead-{number}@example.org", **fields)


def told(answer) -> list[str]:
    return [text for _level, text, _undo in getattr(answer.wsgi_request, "said", [])]


CONDITION = {
    "criteria-TOTAL_FORMS": "1",
    "criteria-INITIAL_FORMS": "0",
    "criteria-0-fact": "country",
    "criteria-0-rule": "one_of",
    "criteria-0-value": "Germany; Denmark",
}


def test_a_rule_is_written_switched_on_and_gives_the_next_lead(lead_client, north, rep, second_rep):
    sent = {"name": "Near by", "way": "load", "reps": [second_rep.pk], **CONDITION}
    assert lead_client.post(url("new_rule", "north"), sent).url == url("desk", "north")
    made = AssignmentRule.objects.get()
    assert (made.name, made.way, made.is_for_all, made.on_since) == ("Near by", "load", False, None)
    assert made.conditions == [{"fact": "country", "rule": "one_of", "value": ["DE", "DK"]}]
    assert handed(north, 1, country="DE").rep is None
    lead_client.post(url("switch_rule", made.pk), {"on": "1"})
    assert [handed(north, n, country=country).rep for n, country in ((2, "DK"), (3, "FR"))] == [second_rep, None]
    page = lead_client.get(url("desk", "north")).content.decode()
    assert "Country: one of these is asked: Germany; Denmark" in page
    lead_client.post(url("switch_rule", made.pk), {"on": "0"})
    assert lead_client.post(url("rule", made.pk), {"name": "Renamed", "reps": second_rep.pk}).status_code == 302
    again = AssignmentRule.objects.get()
    assert (again.name, again.conditions, again.way) == ("Renamed", made.conditions, "load")
    assert [share.rep for share in again.shares.filter(is_named=True)] == [second_rep]
    assert handed(north, 4, country="DE").rep is None


def test_what_makes_no_sense_stands_beside_its_field_and_nothing_typed_is_lost(lead_client, north):
    wrong = {**CONDITION, "criteria-0-fact": "score", "criteria-0-value": "many"}
    answer = lead_client.post(url("new_rule", "north"), {"name": "Odd", "way": "turn", **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Odd"' in page
    assert 'value="many"' in page
    assert "Does not suit" in page
    assert not AssignmentRule.objects.exists()


def test_a_changed_rule_is_tried_on_past_leads_and_nothing_is_kept(lead_client, north, rep, second_rep):
    for number in range(6):
        handed(north, number, at=cast.MONDAY - number * DAY, rep=rep, country="DE" if number % 3 else "FR")
    made = rule(north, "Written before", on=None)
    before = Draw.objects.count(), Handoff.objects.filter(rep=rep).count()
    sent = {"name": "Other", "way": "turn", "try": "1", **CONDITION}
    answer = lead_client.post(url("rule", made.pk), sent)
    found = answer.context["tried"]
    assert (answer.status_code, found.leads, found.suits, found.nobody_free) == (200, 6, 4, 0)
    assert [(one.name, one.would, one.had) for one in found.reps] == [("Rob Rep", 2, 4), ("Ron Rep", 2, 0)]
    assert (Draw.objects.count(), Handoff.objects.filter(rep=rep).count()) == before
    assert AssignmentRule.objects.get().name == "Written before"
    Seat.objects.create(agreement=north, rep=rep, takes_part=False)
    Absence.objects.create(person=second_rep, begins_at=SOON - 90 * DAY, ends_at=SOON, at=SOON)
    assert lead_client.post(url("rule", made.pk), sent).context["tried"].nobody_free == 4


def test_rules_change_places_and_only_one_that_is_off_can_be_deleted(lead_client, north):
    made = [rule(north, name, on=on) for name, on in (("One", SOON), ("Two", None), ("Three", SOON))]
    lead_client.post(url("move_rule", made[2].pk), {"up": "1"})
    lead_client.post(url("move_rule", made[0].pk), {"up": "1"})
    assert [one.name for one in north.assignment_rules.all()] == ["One", "Three", "Two"]
    assert told(lead_client.post(url("delete_rule", made[0].pk))) == ["Switch the rule off first."]
    lead_client.post(url("delete_rule", made[1].pk))
    assert [one.name for one in north.assignment_rules.all()] == ["One", "Three"]


def test_the_health_check_finds_leavers_empty_days_missing_and_needless_rules(lead_client, north, rep, second_rep):
    gone = cast.person("gone@example.org", north.sales_team, name="Gone Girl", is_active=False)
    Seat.objects.create(agreement=north, rep=second_rep, takes_part=False)
    known = {"conditions": [{"fact": "tier", "rule": "one_of", "value": ["A"]}]}
    rule(north, "Some", rep, gone, second_rep, **known)
    rule(north, "None", gone, **known)
    Absence.objects.create(person=rep, begins_at=cast.MONDAY + DAY, ends_at=cast.MONDAY + 3 * DAY, at=SOON)

    def findings():
        return lead_client.get(url("desk", "north")).context["findings"]

    assert findings() == [
        "“Some” names people who are no longer in the sales team: Gone Girl.",
        "“Some” names people who take no part in the rules: Ron Rep.",
        "“Some”: nobody is here on March 3, 2026, March 4, 2026.",
        "“None” names people who are no longer in the sales team: Gone Girl.",
        "“None” has nobody who could get a lead.",
        "No rule suits every lead: what none suits waits in the pool.",
    ]
    rule(north, "All", way="pool")
    rule(north, "Later")
    assert findings()[-2:] == [
        "“Later”: nobody is here on March 3, 2026, March 4, 2026.",
        "“Later” is never asked: a rule before it suits every lead.",
    ]
    AssignmentRule.objects.update(on_since=None)
    assert findings() == []


def test_what_a_rep_takes_is_kept_with_the_own_hours(lead_client, north, rep):
    sent = {"takes_part": "on", "weight": "3", "most_today": "5", "most_open": "", "mon": "9:00-12:30, 14:00-16:00"}
    assert lead_client.post(url("seat", "north", rep.pk), sent).status_code == 302
    made = Seat.objects.get()
    assert (made.rep, made.takes_part, made.weight, made.most_today, made.most_open) == (rep, True, 3, 5, None)
    assert made.hours == {"mon": [["09:00", "12:30"], ["14:00", "16:00"]]}
    page = lead_client.get(url("seat", "north", rep.pk)).content.decode()
    assert "09:00-12:30, 14:00-16:00" in page
    for wrong in ({"weight": "0"}, {"mon": "22:00-06:00"}, {"most_open": "-1"}):
        assert lead_client.post(url("seat", "north", rep.pk), {**sent, **wrong}).status_code == 422


def test_the_team_lead_hears_of_leads_that_found_nobody_and_gives_them_later(
    lead_client, signed_in, north, rep, marketer
):
    rule(north)
    away = Absence.objects.create(person=rep, begins_at=cast.MONDAY, ends_at=cast.MONDAY + DAY, at=SOON)
    won = cast.lead(north, email="one@example.org")
    answer = signed_in(marketer).post(url("hand_over"), {"lead": won.pk})
    assert told(answer) == ["Ada Lovelace is handed over to sales. Nobody is free for 1 of them: it waits in the pool."]
    assert "1 lead found nobody free and waits in the pool" in lead_client.get(reverse("waiting")).content.decode()
    assert "found nobody" not in signed_in(rep).get(reverse("waiting")).content.decode()
    away.delete()
    assert told(lead_client.post(url("give_waiting", "north"))) == ["1 lead is given by the rules."]
    assert Handoff.objects.get().rep == rep
    assert "found nobody" not in lead_client.get(reverse("waiting")).content.decode()


def test_a_rep_is_away_today_or_for_days_and_the_lead_enters_it_for_the_team(
    signed_in, lead_client, north, rep, second_rep
):
    client = signed_in(rep)
    client.post(url("off_today"))
    assert told(client.post(url("off_today"))) == ["You are off today already."]
    assert [(one.begins_at, one.ends_at) for one in rep.absences.all()] == [(SOON, BERLIN_MIDNIGHT + DAY)]
    rep.absences.all().delete()
    client.post(url("absences"), {"first_on": "2026-03-09", "last_on": "2026-03-13", "person": second_rep.pk})
    begin, end = BERLIN_MIDNIGHT + 7 * DAY, BERLIN_MIDNIGHT + 12 * DAY
    assert [(one.person, one.begins_at, one.ends_at) for one in Absence.objects.all()] == [(rep, begin, end)]
    sent = {"first_on": "2026-03-09", "from_time": "12:00", "until_time": "14:00", "person": second_rep.pk}
    lead_client.post(url("absences"), sent)
    hours = [(one.begins_at - begin, one.ends_at - begin) for one in second_rep.absences.all()]
    assert hours == [(timedelta(hours=12), timedelta(hours=14))]
    assert "Ron Rep" in lead_client.get(url("absences")).content.decode()
    assert "Ron Rep" not in client.get(url("absences")).content.decode()
    again = lead_client.post(url("absences"), sent)
    assert (again.status_code, "This absence is entered already." in again.content.decode()) == (422, True)
    assert second_rep.absences.count() == 1
    wrong = lead_client.post(url("absences"), {**sent, "until_time": "11:00"})
    assert (wrong.status_code, "The end has to be after the beginning." in wrong.content.decode()) == (422, True)
    assert client.post(url("delete_absence", second_rep.absences.get().pk)).status_code == 404
    client.post(url("delete_absence", rep.absences.get().pk))
    assert not rep.absences.exists()


def calendar(*events: str) -> SimpleUploadedFile:
    parts = [f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:Hospital\n{text}\nEND:VEVENT\n" for n, text in enumerate(events)]
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + "".join(parts) + "END:VCALENDAR\n"
    return SimpleUploadedFile("me.ics", text.replace("\n", "\r\n").encode())


LEAVE = "DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260314"


def test_of_a_calendar_the_busy_times_are_kept_and_nothing_else(signed_in, north, rep):
    client, at = signed_in(rep), BERLIN_MIDNIGHT
    events = (
        LEAVE,
        "DTSTART;VALUE=DATE:20260316\nTRANSP:TRANSPARENT",
        "DTSTART;VALUE=DATE:20260317\nSTATUS:CANCELLED",
        "DTSTART;TZID=Europe/Berlin:20260318T100000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=2",
    )
    client.post(url("absences_from_calendar"), {"file": calendar(*events), "busy_times": "on"})
    ten, week = at + 16 * DAY + timedelta(hours=10), 7 * DAY
    found = [(one.begins_at, one.ends_at) for one in rep.absences.all()]
    assert found[:2] == [(at + week, at + 12 * DAY), (ten, ten + timedelta(hours=2))]
    assert found[2] == (ten + week, ten + week + timedelta(hours=2))
    assert not [field for field in Absence._meta.get_fields() if field.name in ("title", "name", "note")]
    client.post(url("absences_from_calendar"), {"file": calendar(*events)})
    assert rep.absences.count() == 1


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("SUMMARY:without a day", "no iCalendar file"),
        ("DTSTART:20260310T090000\nRRULE:FREQ=SECONDLY", "repeats by the hour or more often"),
        ("DTSTART:20260310T090000\nRRULE:FREQ=DAILY;INTERVAL=0", "never comes: FREQ=DAILY;INTERVAL=0."),
        ("DTSTART:20260310T090000\nRRULE:FREQ=DAILY;UNTIL=zzz", "never comes: FREQ=DAILY;UNTIL=zzz."),
        ("DTSTART;TZID=Mars/Olympus:20260310T090000", "what it is: Mars/Olympus."),
        ("DTSTART:00010310T090000\nRRULE:FREQ=DAILY", "repeats by the hour or more often"),
    ],
)
def test_a_hostile_calendar_is_refused_at_once_and_what_stood_stays(signed_in, north, rep, event, said):
    client = signed_in(rep)
    client.post(url("absences_from_calendar"), {"file": calendar(LEAVE)})
    answer = client.post(url("absences_from_calendar"), {"file": calendar(event), "busy_times": "on"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert rep.absences.count() == 1


def test_why_uneven_is_told_in_figures_and_by_name_only_where_that_is_switched_on(
    signed_in, lead_client, north, rep, second_rep, administrator
):
    rule(north)
    Seat.objects.create(agreement=north, rep=rep, weight=2)
    for number in range(3):
        handed(north, number)
    Absence.objects.create(person=rep, begins_at=cast.MONDAY, ends_at=cast.MONDAY + DAY, at=SOON)
    handed(north, 4)
    handed(north, 5, rep=rep)

    def rows(client):
        found = client.get(url("fairness", "north")).context["found"]
        return [
            (one.rep.name, one.asked, one.here, round(one.due, 1), one.got, one.by_hand, one.passed)
            for one in found.rows
        ]

    mine, other = ("Rob Rep", 4, 3, 2.0, 2, 1, {"away": 1}), ("Ron Rep", 4, 4, 2.0, 2, 0, {})
    assert (rows(signed_in(rep)), rows(lead_client)) == ([mine], [])
    page = lead_client.get(url("fairness", "north"))
    assert (page.context["found"].decided, page.context["found"].reps) == (4, 2)
    assert "Rob Rep" not in page.content.decode()
    assert not lead_client.get(url("desk", "north")).context["names_reps"]
    assert lead_client.post(url("name_reps", "north"), {"on": "1"}).status_code == 403
    signed_in(administrator).post(url("name_reps", "north"), {"on": "1"})
    assert rows(lead_client) == rows(signed_in(second_rep)) == [mine, other]


def test_a_leader_of_another_team_finds_nothing_here(signed_in, north, south, stranger):
    made = rule(north)
    Membership.objects.filter(user=stranger, team=south.sales_team).update(role=Role.LEAD)
    client = signed_in(stranger)
    assert client.get(url("desk", "south")).status_code == 200
    for view, args in (("desk", ["north"]), ("rule", [made.pk]), ("fairness", ["north"]), ("new_rule", ["north"])):
        assert client.get(url(view, *args)).status_code == 404


def test_who_leads_another_sales_team_and_reads_here_changes_nothing_here(signed_in, north, south, rep):
    made = rule(north)
    other = cast.person("ole@example.org", south.sales_team, role=Role.LEAD)
    Membership.objects.create(user=other, team=north.marketing_team)
    client = signed_in(other)
    for view, args in (("desk", ["north"]), ("rule", [made.pk]), ("seat", ["north", rep.pk]), ("fairness", ["north"])):
        assert client.get(url(view, *args)).status_code == 403
    assert client.post(url("switch_rule", made.pk), {"on": "0"}).status_code == 403
