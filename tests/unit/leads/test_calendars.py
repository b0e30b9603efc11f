"""A foreign calendar: read as the office writes it, refused at once where it asks for too much."""

from datetime import UTC, datetime, timedelta
from time import thread_time
from zoneinfo import ZoneInfo

import pytest

from leads.assignment.calendars import (
    NO_CALENDAR,
    TOO_MANY,
    TOO_OFTEN,
    UNKNOWN_ZONE,
    UNREAD_RULE,
    UnreadCalendar,
    busy,
)

AT, BERLIN = datetime(2026, 3, 2, 9, tzinfo=UTC), ZoneInfo("Europe/Berlin")
LONG_AGO = "DTSTART:20000309T100000\nDURATION:PT1H\n"
BEGIN = "DTSTART:20260309T100000\n"
HALF = "BEGIN:{half}\nDTSTART:16010101T030000\nTZOFFSETFROM:{off}\nTZOFFSETTO:{to}\nRRULE:{rule}\nEND:{half}\n"


def zone(name, rule="FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"):
    winter = HALF.format(half="STANDARD", off="+0600", to="+0500", rule=rule)
    summer = HALF.format(half="DAYLIGHT", off="+0500", to="+0600", rule="FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{winter}{summer}END:VTIMEZONE\n"


def read(*events, head=""):
    parts = [f"BEGIN:VEVENT\nUID:{number}\n{text}\nEND:VEVENT\n" for number, text in enumerate(events)]
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{''.join(parts)}END:VCALENDAR\n"
    content = text.replace("\n", "\r\n").encode()
    return busy(content, zone=BERLIN, since=AT, until=AT + timedelta(days=400))


def why_not(*events, head=""):
    begun = thread_time()
    with pytest.raises(UnreadCalendar) as refused:
        read(*events, head=head)
    assert thread_time() - begun < 2
    return refused.value.code


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=999999999999999999999",
        "FREQ=DAILY;UNTIL=zzz",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=WEEKLY;INTERVAL=999999999999",
        "FREQ=YEARLY;INTERVAL=999999999999",
        "FREQ=DAILY;INTERVAL=999999999999999999999999",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;WKST=XX",
        "FREQ=XX",
        "FREQ=DAILY;FREQ=WEEKLY",
        "COUNT=3",
        "FREQ=WEEKLY;BYDAY=99MO;BYWEEKNO=-53",
        "FREQ=MONTHLY;BYMONTHDAY=99",
        "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1;BYSETPOS=2",
        "FREQ=MONTHLY;BYMONTH=99",
        "FREQ=YEARLY;BYYEARDAY=999",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20270101",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=4",
    ],
)
def test_a_rule_that_no_office_calendar_writes_or_that_never_comes_is_refused(rule):
    assert why_not(*[f"{BEGIN}RRULE:{rule}"] * 5) == UNREAD_RULE


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        ("FREQ=DAILY;UNTIL=99991231T235959Z", 393),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=7", 7),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;WKST=SU;UNTIL=20260401", 4),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", 3),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", 3),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=2MO", 2),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 1),
        ("FREQ=YEARLY", 2),
    ],
)
def test_what_office_calendars_write_is_read(rule, times):
    found = read(f"{BEGIN}DURATION:PT1H\nRRULE:{rule}")
    # The entry itself counts, also where its rule names other days.
    assert len(found) in (times, times + 1)
    assert found[0] == (AT + timedelta(days=7), AT + timedelta(days=7, hours=1))


@pytest.mark.parametrize(
    "text",
    [
        "DTSTART:zz",
        f"{BEGIN}DTEND:zz",
        f"{BEGIN}DURATION:zz",
        f"{BEGIN}DURATION:P99999999999999W",
        f"{BEGIN}RDATE:zz",
        f"{BEGIN}RRULE:FREQ=DAILY\nEXDATE:zz",
        f"{BEGIN}RECURRENCE-ID:zz",
        f"{BEGIN}SEQUENCE:zz",
        "DTSTART:99991231T235959\nRDATE:20260309T100000\nDURATION:P1D",
        "RRULE:FREQ=DAILY",
        "DTSTART:zz\nRRULE:FREQ=DAILY",
        f"{BEGIN}BEGIN:VEVENT\nEND:VEVENT",
        f"{BEGIN}BEGIN:VALARM\nEND:VTODO",
    ],
)
def test_whatever_the_reader_stumbles_over_is_a_refusal(text):
    assert why_not(text) == NO_CALENDAR


@pytest.mark.parametrize(
    ("events", "head", "why"),
    [
        ([f"{LONG_AGO}RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"] * 40, "", TOO_MANY),
        ([f"{BEGIN}DTEND:20260309T110000"] * 5_001, "", TOO_MANY),
        ([f"{LONG_AGO}RRULE:FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, range(1, 32)))}"] * 40, "", TOO_MANY),
        ([f"{BEGIN}RRULE:FREQ=DAILY\nEXDATE:{','.join(['20260310T100000'] * 1_001)}"], "", TOO_MANY),
        ([f"{BEGIN}RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY"], "", UNREAD_RULE),
        (["DTSTART:20000309T100000\nDURATION:P9999W\nRRULE:FREQ=DAILY"] * 4, "", TOO_MANY),
        (["DTSTART;TZID=X:20000309T100000\nDURATION:P9999W\nRRULE:FREQ=DAILY"], zone("X"), TOO_MANY),
        ([BEGIN], zone("X", "FREQ=SECONDLY"), TOO_OFTEN),
        ([BEGIN], zone("X", "FREQ=DAILY"), UNREAD_RULE),
        ([BEGIN], zone("X", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), UNREAD_RULE),
        ([BEGIN], "".join(zone(f"X{number}") for number in range(50)), TOO_MANY),
    ],
)
def test_a_file_that_asks_for_much_is_refused_at_once(events, head, why):
    assert why_not(*events, head=head) == why


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd"])
def test_a_zone_is_what_the_file_says_it_is_for_this_file_only(name):
    event = f"DTSTART;TZID={name}:20260309T140000\nDURATION:PT1H"
    assert why_not(event) == UNKNOWN_ZONE
    assert read(event, head=zone(name)) == [(AT + timedelta(days=7), AT + timedelta(days=7, hours=1))]
    assert why_not(event) == UNKNOWN_ZONE
    with pytest.raises(UnreadCalendar, match=UNKNOWN_ZONE) as refused:
        read(event)
    assert refused.value.named == name


def test_outlook_names_its_zones_in_its_own_way():
    event = "DTSTART;TZID=W. Europe Standard Time:20260309T100000\nDURATION:PT1H"
    assert read(event, head=zone("W. Europe Standard Time")) == read(event)
    assert read(event) == [(AT + timedelta(days=7), AT + timedelta(days=7, hours=1))]


def test_years_of_old_entries_do_not_make_a_calendar_too_large():
    old = ["DTSTART:20240309T100000\nDTEND:20240309T110000"] * 3_000
    assert len(read(*old, f"{BEGIN}DURATION:PT1H")) == 1
