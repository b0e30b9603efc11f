from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.doors.files.reading.dates import DAY, EXACT, MINUTE, ORDERS, instant, recognised_order
from leads.enums import Precision
from smarketing.lib.file_problems import Unreadable

BERLIN = ZoneInfo("Europe/Berlin")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("2011-10-01T00:38:44.546+02:00", "iso", "2011-09-30 22:38:44.546"),
        ("2024-01-22T20:36:47.000+0000", "iso", "2024-01-22 20:36:47"),
        ("2024-01-22T20:36:47Z", "mdy", "2024-01-22 20:36:47"),
        ("2024-01-22T20:36:47+05:59", "iso", "2024-01-22 14:37:47"),
        ("2024-01-22T20:36:47.1234567Z", "iso", "2024-01-22 20:36:47.123456"),
        ("2024-01-22 20:36:47.5", "iso", "2024-01-22 19:36:47.5"),
        ("2024-03-12 09:14", "dmy", "2024-03-12 08:14:00"),
        ("2024-03-12", "iso", "2024-03-11 23:00:00"),
        ("2024/3/12", "iso", "2024-03-11 23:00:00"),
        ("28-08-2022 17:00", "dmy", "2022-08-28 15:00:00"),
        ("28.08.2022, 17:00", "dmy", "2022-08-28 15:00:00"),
        ("3.4.18", "dmy", "2018-04-02 22:00:00"),
        ("3/4/2018", "mdy", "2018-03-03 23:00:00"),
        ("12/31/2018 11:59 PM", "mdy", "2018-12-31 22:59:00"),
        ("12/31/2018 12:05:09 am", "mdy", "2018-12-30 23:05:09"),
        ("15 Apr, 2021 00:03:00", "iso", "2021-04-14 22:03:00"),
        ("15. März 2021", "iso", "2021-03-14 23:00:00"),
        ("Apr 15, 2021 12:03 AM", "iso", "2021-04-14 22:03:00"),
        ("15 okt 2021 09:30", "iso", "2021-10-15 07:30:00"),
    ],
)
def test_instants_are_read_as_programs_and_people_write_them(text, order, found):
    assert instant(text, order=order, zone=BERLIN).at == datetime.fromisoformat(found).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1/25/2026, 2:05:06\u202fPM", "mdy"),
        ("\u200e1/\u200e25/\u200e2026 \u200e2:05:06 p.m.", "mdy"),
        ("25.01.2026 14:05 Uhr", "dmy"),
        ("So., 25.01.2026 14:05", "dmy"),
        ("25. Januar 2026 um 14:05 Uhr", "dmy"),
        ("søndag den 25. januar 2026 kl. 14.05", "dmy"),
        ("January 25th, 2026 at 2:05 PM", "iso"),
        ("1769346306000", "iso"),
        ("1769346306", "iso"),
        ("46047,586875", "dmy"),
        ("46047.586875", "mdy"),
        ("Sun, 25 Jan 2026 14:05:06 +0100", "iso"),
        ("Sun, 25 Jan 2026 08:05:06 EST", "iso"),
        ("Sun Jan 25 2026 14:05:06 GMT+0100 (CET)", "iso"),
        ("Sun Jan 25 14:05:06 CET 2026", "iso"),
        ("2026-01-25 14:05:06 CET", "iso"),
        ("2026-01-25 14:05:06 +01", "iso"),
        ("2026-01-25T14:05:06+01", "iso"),
        ("2026-01-25T14:05:06+01:00[Europe/Berlin]", "iso"),
        ("25.01.2026 14:05:06,789", "dmy"),
        ("20260125T130506Z", "iso"),
        ("20260125140506", "iso"),
    ],
)
def test_one_instant_is_read_in_every_way_in_which_programs_write_it(text, order):
    found = instant(text, order=order, zone=BERLIN).at
    assert abs(found - datetime(2026, 1, 25, 13, 5, 3, tzinfo=UTC)).total_seconds() <= 4


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2026-01-25", DAY),
        ("25.01.2026", DAY),
        ("20260125", DAY),
        ("46047", DAY),
        ("46047,0", DAY),
        ("2026-01-25 00:00", MINUTE),
        ("1/25/2026 2 PM", MINUTE),
        ("2026-01-25T14:05Z", MINUTE),
        ("2026-01-25 14:05:00", EXACT),
        ("1769346306000", EXACT),
    ],
)
def test_an_instant_knows_how_exactly_it_is_known(text, precision):
    order = "mdy" if "/" in text else "dmy"
    assert instant(text, order=order, zone=BERLIN).precision == precision == Precision(precision)


def test_a_day_is_known_to_its_last_microsecond_also_when_it_is_an_hour_short():
    found = instant("2026-03-29", order="iso", zone=BERLIN)
    assert found.at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert found.at_the_latest(BERLIN) == datetime(2026, 3, 29, 21, 59, 59, 999_999, tzinfo=UTC)
    exact = instant("2026-03-29 12:00", order="iso", zone=BERLIN)
    assert exact.at_the_latest(BERLIN) == exact.at


def test_a_zone_that_only_the_agreement_knows_is_read_as_it_writes_it():
    found = instant("2026-07-01 12:00 BST", order="iso", zone=ZoneInfo("Europe/London"))
    assert found.at == datetime(2026, 7, 1, 11, tzinfo=UTC)


def test_a_date_without_a_time_is_the_local_day():
    assert instant("2018-04-01", order="iso", zone=SAO_PAULO).at == datetime(2018, 4, 1, 3, tzinfo=UTC)


def test_a_midnight_that_summer_time_skips_moves_forward_within_its_day():
    found = instant("2017-10-15", order="iso", zone=SAO_PAULO).at
    assert found.astimezone(SAO_PAULO).isoformat() == "2017-10-15T01:00:00-02:00"


def test_a_wall_time_that_occurs_twice_means_the_first():
    assert instant("2026-10-25 02:30", order="iso", zone=BERLIN).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("31.02.2018", "dmy", "no_such_day"),
        ("2018-02-31", "iso", "no_such_day"),
        ("2018-01-01 25:00", "iso", "no_such_day"),
        ("1.1.2018 13:00 PM", "dmy", "no_such_day"),
        ("2018-01-01 10:00+99:00", "iso", "no_such_day"),
        ("03/04/2018", "iso", "other_date_order"),
        ("12/31/2018", "dmy", "no_such_day"),
        ("yesterday", "iso", "no_date"),
        ("4563", "iso", "no_date"),
        ("1,76935E+12", "iso", "no_date"),
        ("2018-01-01 10", "iso", "no_date"),
        ("2018-01-01 10:00 BST", "iso", "no_date"),
        ("2018-01-01 10:00+01:75", "iso", "no_such_day"),
        ("20180231", "iso", "no_such_day"),
        ("1" + " " * 130_000 + "1", "iso", "no_date"),
        ("2018-W01-1", "iso", "no_date"),
        ("15 Foo 2021", "iso", "no_date"),
        ("٢٠١٨-٠١-٠١", "iso", "no_date"),
        ("1969-12-31", "iso", "long_ago"),
        ("0001-01-01", "iso", "no_such_day"),
        ("9999-12-31T23:59:59-12:00", "iso", "no_such_day"),
    ],
)
def test_what_is_no_instant_says_why(text, order, code):
    with pytest.raises(Unreadable) as refused:
        instant(text, order=order, zone=BERLIN)
    assert refused.value.problem.code == code


@given(st.text(max_size=40), st.sampled_from(ORDERS))
def test_any_text_is_an_instant_or_refused(text, order):
    with suppress(Unreadable):
        assert instant(text, order=order, zone=BERLIN).at.tzinfo is UTC


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))


@given(
    MOMENTS, st.sampled_from(["%d.%m.%Y %H:%M:%S", "%d/%m/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%d %b %Y %H:%M:%S"])
)
def test_what_is_written_is_what_is_read(moment, form):
    found = instant(moment.strftime(form), order="dmy", zone=ZoneInfo("UTC")).at
    assert found == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2018-04-03", "2018-04-13"], "iso"),
        (["13/04/2018", "01/02/2018"], "dmy"),
        (["01/02/2018", "04/13/2018"], "mdy"),
        (["01.02.2018"], "dmy"),
        (["01/02/2018", "02/03/2018"], ""),
        (["15 Apr, 2021"], "iso"),
        (["01/02/2018"] * 5000 + ["04/13/2018"], "mdy"),
        (["13/01/2026", "01/14/2026"], ""),
        (["13/01/2026"] * 5000 + ["01/14/2026"], ""),
        (["13.01.2026", "01.14.2026"], ""),
        (["01.14.2026"], "mdy"),
        (["So., 13.01.2026", "01/02/2018"], "dmy"),
    ],
)
def test_the_order_of_a_column_is_recognised_or_left_open(cells, order):
    assert recognised_order(cells) == order


def test_of_years_in_front_the_first_cells_are_enough():
    cells = iter(["2018-04-03"] * 5000)
    assert recognised_order(cells, enough=1000) == "iso"
    assert len(list(cells)) == 4000
