from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.document.clauses import AgreementDocument, CalendarClause, PauseClause
from agreements.document.lines import lines_of
from agreements.document.text import DocumentError, read, read_file, write
from agreements.months.targets import TierConversion
from agreements.promises.measures import MEASURES
from agreements.promises.promise import DepthPromise, SpeedPromise
from smarketing.lib.words import key

HEADING = dedent("""\
    slug = "bank"
    name = "Bank"
    time_zone = "Europe/Amsterdam"
    currency = "EUR"
    marketing_team = "Marketing"
    sales_team = "Sales"
    effective_on = 2011-01-01
""")
WEEK = 'calendar.week = { mon = [["09:00", "17:00"]] }\n'
WHOLE = HEADING + dedent("""\
        service_team = "Service"
        pacing = "calendar"
        warn_share = 0.5
        automated_counts = true

        [calendar]
        week = { mon = [["09:00", "12:00"], ["13:00", "17:00"]], fri = [["22:00", "06:00"]] }
        holidays = { country = "DE", subdivision = "BE" }
        closed = [2011-05-05]
        overrides = { "2011-12-24" = [["09:00", "12:00"]], "2011-12-31" = [] }

        [[promises]]
        measure = "speed"
        within_minutes = 60
        share = 0.9

        [[promises]]
        measure = "depth"
        tier = "A"
        attempts = 6
        within_working_days = 15

        [assumptions]
        marketing_share = 0.45
        average_deal = 9000
        lead_to_customer = 0.0000000001

        [[quotas]]
        month = "2018-04"
        amount = 5000.25

        [[targets]]
        month = "2018-04"
        leads = 1200
    """)


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refusal:
        read(text)
    return [f"{problem.line} {problem}" for problem in refusal.value.problems]


def test_a_whole_text_is_read_to_the_last_digit():
    document = read(WHOLE)
    assert document.calendar.week["mon"] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert document.calendar.overrides == {date(2011, 12, 24): (("09:00", "12:00"),), date(2011, 12, 31): ()}
    assert document.promises == (
        SpeedPromise(within_minutes=Decimal(60), share=Decimal("0.9")),
        DepthPromise(attempts=6, within_working_days=15, tier="A"),
    )
    assert document.lead_to_customer == Decimal("1e-10")
    assert (document.quotas, document.targets) == ({date(2018, 4, 1): Decimal("5000.25")}, {date(2018, 4, 1): 1200})


def test_what_is_left_out_has_its_default():
    document = read(HEADING + WEEK)
    assert (document.pacing, document.warn_share, document.automated_counts) == ("working", Decimal("0.75"), False)
    assert (document.promises, document.marketing_share, document.service_team) == ((), None, "")


def test_a_promise_of_speed_without_a_share_is_for_every_handoff():
    document = read(f'{HEADING}{WEEK}[[promises]]\nmeasure = "speed"\nwithin_minutes = 60')
    assert document.promises == (SpeedPromise(within_minutes=Decimal(60), share=Decimal(1)),)


def test_the_pacing_may_stand_below_the_calendar():
    assert read(f'{HEADING}{WEEK}calendar.pacing = "calendar"\n').pacing == "calendar"


def test_dates_may_stand_in_quotes():
    text = HEADING.replace("2011-01-01", '"2011-01-01"') + WEEK
    assert read(text).effective_on == date(2011, 1, 1)


@pytest.mark.parametrize("text", ["\ufeff" + WHOLE, WHOLE.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(text):
    assert read(text) == read(WHOLE)


def test_writing_and_reading_gives_the_same_text_again():
    text = write(read(WHOLE))
    assert write(read(text)) == text


morning = st.tuples(st.just("08:00"), st.sampled_from(["11:00", "12:30", "12:30:15"]))
afternoon = st.tuples(st.just("13:00"), st.sampled_from(["17:00", "24:00"]))
hours = st.tuples(morning) | st.tuples(morning, afternoon)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
months = days.map(lambda day: day.replace(day=1))
name = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
share = st.decimals(0, 1, places=6)
tiers = name | st.just("")
speeds = st.builds(SpeedPromise, within_minutes=st.decimals("0.0001", 9999, places=4), share=share, tier=tiers)
depths = st.builds(DepthPromise, attempts=st.integers(1, 1000), within_working_days=st.integers(1, 300), tier=tiers)
calendars = st.builds(
    CalendarClause,
    week=st.dictionaries(st.sampled_from(["mon", "tue", "sun"]), hours.map(tuple), min_size=1),
    country=st.sampled_from(["DE", "DK"]),
    closed=st.lists(days.filter(lambda day: day.year < 2050), unique=True).map(sorted).map(tuple),
    overrides=st.dictionaries(days.filter(lambda day: day.year >= 2050), hours.map(tuple) | st.just(())),
    optional=st.booleans(),
    yearly=st.dictionaries(st.sampled_from(["02-29", "12-24", "12-31"]), hours.map(tuple) | st.just(())),
)
pauses = st.builds(
    PauseClause,
    begins=days | st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    ends=st.dates(date(2101, 1, 1), date(2102, 1, 1)),
    reason=name | st.just(""),
)
assumptions = st.fixed_dictionaries(
    {
        "marketing_share": st.decimals(0, 1, places=10),
        "average_deal": st.decimals("0.000001", 10**9 - 1, places=6),
        "lead_to_customer": st.decimals("0.0000000001", 1, places=10),
    }
)


@st.composite
def tier_conversions(draw: st.DrawFn) -> tuple[TierConversion, ...]:
    """Shares that make 100%."""
    names = draw(st.lists(name, min_size=1, max_size=4, unique_by=key))
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=len(names) - 1, max_size=len(names) - 1)))
    shares = [Decimal(later - earlier).scaleb(-3) for earlier, later in pairwise((0, *cuts, 1000))]
    deals = [(draw(st.decimals("0.01", 10**6, places=2)), draw(st.decimals("0.0001", 1, places=4))) for _n in names]
    return tuple(TierConversion(n, s, *deal) for n, s, deal in zip(names, shares, deals, strict=True))


@st.composite
def split_months(draw: st.DrawFn, amount: st.SearchStrategy) -> tuple[dict, dict]:
    """Months with a sum each, and for some of them the parts of it by name."""
    parts = draw(st.dictionaries(months, st.dictionaries(name, amount, min_size=1, max_size=3), max_size=3))
    parts = {month: by for month, by in parts.items() if len({key(one) for one in by}) == len(by)}
    whole = draw(st.dictionaries(months, amount, max_size=3))
    return whole | {month: sum(by.values()) for month, by in parts.items()}, parts


whole = st.builds(
    AgreementDocument,
    slug=st.from_regex(r"[a-z0-9_-]{4,20}", fullmatch=True),
    name=name,
    time_zone=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo"]),
    currency=st.sampled_from(["EUR", "DKK"]),
    marketing_team=name,
    sales_team=name,
    service_team=tiers,
    effective_on=days,
    calendar=calendars,
    pacing=st.sampled_from(["working", "calendar"]),
    warn_share=st.decimals("0.01", 1, places=2),
    automated_counts=st.booleans(),
    return_within_working_days=st.integers(0, 1000),
    tiers=st.lists(name, unique_by=key).map(tuple),
    exceptions=st.lists(pauses, max_size=3).map(tuple),
    promises=st.lists(speeds | depths, unique_by=lambda one: (one.measure, one.tier_key)).map(tuple),
    year_begins=st.integers(1, 12),
    propose_on=st.integers(1, 28) | st.none(),
    fewest_customers=st.integers(1, 10**6),
)


@settings(deadline=None)
@given(
    document=whole,
    assumed=assumptions | st.just({}),
    by_tier=tier_conversions() | st.just(()),
    cycle=st.tuples(st.integers(1, 400), st.booleans()) | st.just((0, False)),
    quotas=split_months(st.decimals(0, 10**6, places=6)),
    targets=split_months(st.integers(0, 10**6)),
    points=st.lists(st.integers(0, 10**9), max_size=3),
)
def test_every_document_comes_back_as_it_was_written(document, assumed, by_tier, cycle, quotas, targets, points):
    more = {"by_tier": by_tier, "cycle_days": cycle[0], "is_shifted": cycle[1]} if assumed else {}
    document = AgreementDocument(
        **{**vars(document), **assumed, **more, "points": dict(zip(document.tiers, points, strict=False))}
    )
    document = replace(document, quotas=quotas[0], quota_parts=quotas[1], targets=targets[0], tier_targets=targets[1])
    assert read(write(document)) == document


TIERS = dedent("""
    [[tiers]]
    name = "A"
    points = 100

    [[tiers]]
    name = "B"
    points = 40

    [assumptions]
    marketing_share = 0.4

    [[assumptions.tiers]]
    tier = "A"
    share = 0.5
    average_deal = 10000
    lead_to_customer = 0.25

    [[assumptions.tiers]]
    tier = "B"
    share = 0.5
    average_deal = 4000
    lead_to_customer = 0.1

    [[quotas]]
    month = "2026-04"
    parts = { North = 120000, "South-East" = 80000 }

    [[targets]]
    month = "2026-05"
    tiers = { A = 3, B = 4 }
""")


def test_tiers_with_their_points_and_assumptions_are_read_and_sums_follow_from_their_parts():
    document = read(HEADING + WEEK + TIERS)
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    assert (document.tiers, document.points) == (("A", "B"), {"A": 100, "B": 40})
    assert [(row.tier, row.average_deal) for row in document.by_tier] == [("A", 10000), ("B", 4000)]
    assert (document.average_deal, document.lead_to_customer) == (Decimal("5714.285714"), Decimal("0.1206896551"))
    assert (document.quotas[april], document.quota_parts[april]["South-East"]) == (200000, 80000)
    assert (document.targets[may], document.tier_targets[may]) == (7, {"A": 3, "B": 4})
    assert read(write(document)) == document


def test_a_tier_without_a_deal_of_its_own_has_the_general_one():
    text = TIERS.replace("average_deal = 4000\n", "").replace("share = 0.4\n", "share = 0.4\naverage_deal = 900\n")
    assert [row.average_deal for row in read(HEADING + WEEK + text).by_tier] == [10000, 900]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'tier = "B"\nshare = 0.5',
            'tier = "B"\nshare = 0.6',
            "assumptions.tiers.share: the shares of the tiers come to",
        ),
        ('tier = "B"', 'tier = " a"', "assumptions.tiers.tier: names a tier twice"),
        ("lead_to_customer = 0.1", "lead_to_customer = 0", "assumptions.tiers.lead_to_customer: must be above 0"),
        ("lead_to_customer = 0.1", "lead_to_customer = 1.3", "assumptions.tiers.lead_to_customer: must be above 0"),
        ("average_deal = 4000\n", "", "assumptions.tiers.average_deal: is missing"),
        ("points = 40", "points = 4.5", "tiers.points: must be a whole number"),
        ("points = 40", "worth = 40", "tiers.worth: is unknown here: known are name, points"),
        ('name = "B"', 'name = "a"', "tiers: names a tier twice"),
        ("parts = {", "amount = 5\nparts = {", "quotas.amount: is not the sum of its parts, which is 200000"),
        ('"South-East" = 80000', '"South-East" = "80k"', "quotas.parts.South-East: must be a number, not '80k'"),
        ('"South-East" = 80000', "north = 80000", "quotas.parts.north: is there twice"),
        ("tiers = { A = 3", "leads = 9\ntiers = { A = 3", "targets.leads: is not the sum of its tiers, which is 7"),
        ("marketing_share = 0.4", "marketing_share = 0.4\nshift_by_cycle = true", "assumptions.cycle_days: is missing"),
        ("marketing_share = 0.4", "marketing_share = 1.3", "assumptions.marketing_share: must be between 0 and 1"),
    ],
)
def test_what_is_wrong_with_tiers_and_parts_is_told_where_it_stands(old, new, expected):
    assert old in TIERS
    assert any(expected in problem for problem in problems(HEADING + WEEK + TIERS.replace(old, new, 1)))


def test_all_problems_are_told_with_their_lines():
    text = WHOLE.replace("Europe/Amsterdam", "Europe/Amsterdamn").replace('"13:00"', '"11:00"')
    text = text.replace("share = 0.9", "share = 90").replace('currency = "EUR"', "currency = 12")
    assert problems(text) == [
        "3 time_zone: 'Europe/Amsterdamn' is not a time zone: write one like Europe/Berlin",
        "4 currency: must be text in quotes, not 12",
        "14 calendar.week.mon: the windows 09:00-12:00 and 11:00-17:00 overlap",
        "22 promises.share: must be between 0 and 1: 0.9 means 90%",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"depth"', '"depht"', f"25 promises.measure: must be one of {', '.join(MEASURES)}, not 'depht'"),
        ('measure = "depth"', "", "24 promises.measure: is missing"),
        ("share = 0.9", "shares = 0.9", "22 promises.shares: is unknown here: did you mean share?"),
        ('country = "DE",', "", "15 calendar.holidays.country: is missing"),
        ('"2011-12-24" =', '"12-32" =', "17 calendar.overrides.12-32: must be a day of the year like 12-24"),
        ('"2011-12-24" = [["09:00"', '"12-24" = [["19:00"', None),
        (
            '"2011-12-24" = [["09:00", "12:00"]]',
            '"12-24" = [["09:00", "9:30"]]',
            "17 calendar.overrides.12-24: ",
        ),
        ('"2011-12-31" = []', '"2011-12-31" = 7', "17 calendar.overrides.2011-12-31: must be a list of windows"),
        ("overrides =", "yearly =", "17 calendar.yearly.2011-12-24: must be a day of the year like 12-24"),
        ("[[targets]]", "[targets]", "39 targets: must be a list of tables"),
        ("[assumptions]", "[[assumptions]]", "30 assumptions: must be a table, not"),
        ("warn_share = 0.5", "tiers = ['A', 'a']", "10 tiers: names a tier twice"),
        ("pacing =", "pasing =", "9 pasing: is unknown here: did you mean pacing?"),
        ("attempts = 6", "attempt = 6", "24 promises.attempts: is missing"),
        ("attempts = 6", "attempts = 0", "27 promises.attempts: must be a whole number from 1 to 1000"),
        ("attempts = 6", "attempts = true", "27 promises.attempts: must be a whole number, not True"),
        ("within_minutes = 60", "within_minutes = 0", "21 promises.within_minutes: must be above 0"),
        ("within_minutes = 60", "within_minutes = nan", "21 promises.within_minutes: must be a number, not NaN"),
        ("share = 0.9\n", "share = 0.9\nattempts = 3\n", "23 promises.attempts: is unknown here"),
        ('tier = "A"', 'tier = ""', None),
        ('"depth"', '"speed"', "27 promises.attempts: is unknown here"),
        ('country = "DE"', 'country = "XX"', "15 calendar.holidays.country: 'XX' is not a known country code"),
        (
            'subdivision = "BE"',
            'subdivision = "ZZ"',
            "15 calendar.holidays.subdivision: 'ZZ' is not a known subdivision",
        ),
        ("[2011-05-05]", "[2011-05-32]", "16 this is not valid TOML"),
        ("[2011-05-05]", "[7]", "16 calendar.closed: must be a date like 2018-04-01, not 7"),
        ("[2011-05-05]", "[2011-12-24]", "17 calendar.overrides.2011-12-24: opens a day that is among the closed"),
        ('"06:00"', '"33:00"', "14 calendar.week.fri: '33:00' is not a time"),
        ("mon = [[", "moon = [[", "14 calendar.week.moon: is unknown here: did you mean mon?"),
        ("average_deal = 9000", "average_deal = 0", "32 assumptions.average_deal: must be above zero"),
        ("lead_to_customer = 0.0000000001", "", "30 assumptions.lead_to_customer: is missing"),
        ("0.0000000001", "0.00000000001", "33 assumptions.lead_to_customer: has more than 10 decimal places"),
        ("0.0000000001", "0.0", "33 assumptions.lead_to_customer: must be above 0 and at most 1"),
        ("amount = 5000.25", "amount = -1", "37 quotas.amount: must not be negative"),
        ("amount = 5000.25", "amount = 1e18", "37 quotas.amount: is too large"),
        ('month = "2018-04"', 'month = "2018-13"', "36 quotas.month: must be a month like"),
        ('month = "2018-04"', 'month = "2018-Q2"', "36 quotas.month: must be a month like"),
        ("leads = 1200", "leads = 1200.5", "41 targets.leads: must be a whole number, not 1200.5"),
        ("2011-01-01", "2011-01-01T00:00:00", "7 effective_on: must be a date"),
        ("2011-01-01", "0011-01-01", "7 effective_on: is outside the years 1900 to 2199"),
        ('slug = "bank"', 'slug = "a bank"', "1 slug: may hold letters a to z"),
        ('slug = "bank"', 'slug = "new"', "1 slug: is taken by a page of the portal"),
        ('name = "Bank"', 'name = "Ba\\u0000nk"', "2 name: holds a control character"),
        ('name = "Bank"', 'name = " "', "2 name: is empty"),
        ('"EUR"', '"euro"', "4 currency: must be a code of three capital letters"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_its_line_and_reason(old, new, expected):
    text = WHOLE.replace(old, new, 1)
    if expected is None:
        assert read(text)
    else:
        assert any(problem.startswith(expected) for problem in problems(text)), problems(text)


def test_the_same_month_or_promise_twice_is_refused_where_it_comes_again():
    text = WHOLE + '\n[[targets]]\nmonth = "2018-04"\nleads = 1\n[[promises]]\nmeasure = "speed"\nwithin_minutes = 5\n'
    assert problems(text) == [
        "44 targets.month: is already there (line 40)",
        "47 promises.measure: is already there (line 20)",
    ]


def test_a_tier_spelt_otherwise_is_promised_the_same_thing_twice():
    text = WHOLE + '\n[[promises]]\nmeasure = "depth"\ntier = "a"\nattempts = 5\nwithin_working_days = 3\n'
    assert problems(text) == ["44 promises.measure: is already there (line 25)"]


def test_days_of_every_year_may_stand_among_the_yearly_and_among_the_other_hours():
    week = '[calendar]\nweek = { thu = [["09:00", "17:00"]] }\n'
    half = '{ "12-24" = [["09:00", "12:00"]], "12-31" = [] }'
    one, other = (read(f"{HEADING}{week}{key} = {half}\n") for key in ("yearly", "overrides"))
    assert one == other
    assert one.calendar.yearly == {"12-24": (("09:00", "12:00"),), "12-31": ()}


def test_an_exception_is_read_by_the_day_and_by_the_hour_and_ends_after_it_begins():
    rows = """
        [[exceptions]]
        from = 2026-12-24
        to = 2026-12-24
        reason = "stocktaking"
        [[exceptions]]
        from = 2026-03-01T12:00:00
        to = "2026-03-01T11:59:00"
        """
    assert problems(HEADING + WEEK + rows) == ["16 exceptions.to: must be later than its start"]
    (first, second) = read(HEADING + WEEK + rows.replace("11:59", "14:00")).exceptions
    assert first == PauseClause(date(2026, 12, 24), date(2026, 12, 24), "stocktaking")
    assert second == PauseClause(datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 14))
    with_offset = rows.replace("T12:00:00", "T11:00:00Z").replace("11:59:00", "14:00:00+01:00")
    assert read(HEADING + WEEK + with_offset).exceptions == (first, second)


def test_two_pacings_that_contradict_each_other_are_refused():
    text = WHOLE.replace("[calendar]\n", '[calendar]\npacing = "working"\n')
    assert problems(text) == ["14 calendar.pacing: contradicts the pacing above: calendar"]


def test_a_window_that_runs_into_the_next_day_is_refused_even_beside_another_mistake():
    text = WHOLE.replace("fri =", 'sat = [["05:00", "07:00"]], fri =').replace('"EUR"', '"?"')
    assert problems(text)[1].startswith("14 calendar.week.fri: the window 22:00-06:00 runs into 05:00-07:00")


def test_a_week_that_never_opens_is_refused():
    text = HEADING + '[calendar]\nweek = { mon = [] }\noverrides = { "2030-01-01" = [["09:00", "17:00"]] }\n'
    assert problems(text) == ["9 calendar.week: has no open window: no handoff would ever come due"]


def test_a_promise_that_its_calendar_never_brings_due_is_refused():
    week = 'calendar.week = { mon = [["09:00", "09:01"]] }\n'
    text = f'{HEADING}{week}[[promises]]\nmeasure = "speed"\nwithin_minutes = 99000\n'
    assert problems(text)[0].startswith("9 promises: ")


def test_an_empty_text_names_every_key_that_is_missing():
    missing = [problem.split()[1].rstrip(":") for problem in problems("")]
    keys = "slug name time_zone currency marketing_team sales_team effective_on calendar"
    assert missing == keys.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slug = \n", "1 this is not valid TOML: Invalid value"),
        ("a = 1\n\na = 2\n", "3 this is not valid TOML: Cannot overwrite a value"),
        ("a = " + "[" * 5000 + "]" * 5000, "1 the text is nested too deeply"),
        ("a = " + "1" * 5000, "1 the text holds a number of impossible length"),
        ("a = 1e99999999999999999999", "1 the text holds a number of impossible length"),
        ("#" * 1_000_001, "1 the text is longer than a million characters"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text, expected):
    assert problems(text)[0].startswith(expected)


def test_bytes_that_are_no_utf8_are_told_with_their_line():
    with pytest.raises(DocumentError) as refusal:
        read_file('slug = "x"\nname = "Büro"'.encode("cp1252"))
    assert str(refusal.value) == "line 2: this is not UTF-8 text: save the file as UTF-8"


def test_a_control_character_in_an_unknown_key_does_not_reach_the_terminal():
    assert problems(f'{HEADING}{WEEK}"\\u001b[31mred" = 1\n')[0].startswith("9 �[31mred: is unknown here")


def test_lines_are_found_in_every_way_that_toml_can_be_written():
    text = dedent('''\
        a.b = 1  # a comment with [brackets] = "and quotes"
        "quoted key" = """
        [not.a.table]
        """
        [[rows]]
        x = [
          1,  # one
          { y = 2.5, z = ['#'] },
        ]
        [rows.inner]
        at = 1979-05-27 07:32:00
        [[rows]]
        x = \'\'\'
        ]\'\'\'
        last = true''')
    lines = lines_of(text)
    assert lines["a", "b"] == 1
    assert lines["quoted key",] == 2
    assert (lines["rows", 0], lines["rows", 0, "x", 0], lines["rows", 0, "x", 1, "z"]) == (5, 7, 8)
    assert (lines["rows", 0, "inner", "at"], lines["rows", 1], lines["rows", 1, "last"]) == (11, 12, 15)
