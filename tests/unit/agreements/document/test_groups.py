"""Every clause group that is declared, whatever it is: read, written, kept, compared."""

import string
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from agreements.document.differences import differences
from agreements.document.groups.capacity_clause import AbsentShare, WeekHours
from agreements.document.groups.clause_group import ClauseGroup, Email, Prose, Telephone
from agreements.document.groups.consequences import CONSEQUENCES, REWARDS, Consequence
from agreements.document.groups.contacts import CONTACTS, LADDER, Contact, Step
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.qualification import CRITERIA
from agreements.document.groups.review import REVIEW, Review
from agreements.document.groups.wordings import TEXTS, Texts
from agreements.document.schema import schema
from agreements.document.stored import document_of
from agreements.document.text import digest, read, write
from agreements.document.versions import apply
from agreements.models import Agreement
from agreements.promises.kinds import Day, Flag, Fraction, Minutes, Number, OneOf, Text, ValueKind, Whole
from agreements.promises.measures import MEASURES
from smarketing.lib.words import key
from tests.unit.agreements.document.test_qualifying import criteria
from tests.unit.agreements.document.test_text import HEADING, WEEK, WHOLE, problems

SAID_ONCE = {"absence_share": "absence_days", "due_day": "due_working_day"}
AT = datetime(2026, 3, 1, tzinfo=UTC)
line = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
written = st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('\n\t"\\')


OF_TEXT = {
    Email: lambda kind: st.text(string.ascii_letters + ".+/", min_size=1).map(lambda name: f"{name}@example.com"),
    Telephone: lambda kind: st.sampled_from(["+49 (0)30 / 12 34-5", "0800 123456 x12"]),
    Prose: lambda kind: st.text(written, max_size=60).map(str.strip),
}
OF_KIND = {
    Text: lambda kind: line.map(lambda text: text[: kind.longest]),
    OneOf: lambda kind: st.sampled_from(kind.choices),
    Day: lambda kind: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    Flag: lambda kind: st.booleans(),
    Whole: lambda kind: st.integers(kind.low, kind.high),
    WeekHours: lambda kind: st.decimals("0.01", 168, places=kind.places),
    Minutes: lambda kind: st.decimals("0.01", kind.most, places=kind.places),
    AbsentShare: lambda kind: st.decimals("0.01", "0.99", places=kind.places),
    Fraction: lambda kind: st.decimals("0.01", 1, places=kind.places),
    Number: lambda kind: st.decimals("0.01", 10**6, places=kind.places),
}


def values(kind: ValueKind) -> st.SearchStrategy:
    return next(made(kind) for one, made in (OF_TEXT | OF_KIND).items() if isinstance(kind, one))


def fitting(given_: dict) -> dict:
    """Of a consequence: what goes together."""
    is_kept = given_.get("when") == "kept"
    own = {**given_, "follows": given_.get("follows", "review")}
    own["follows"] = own["follows"] if (own["follows"] in REWARDS) is is_kept else "thanks" if is_kept else "warning"
    left_out = {"share_of_fee", "per_missing_lead"} | (set() if is_kept else {"beaten_by"})
    if own.get("within_months", 36) < own.get("months", 1):
        left_out.add("within_months")
    return {name: value for name, value in own.items() if name not in left_out}


@st.composite
def criteria_that_go_together(draw: st.DrawFn) -> tuple:
    found = draw(st.lists(criteria(), max_size=3, unique_by=lambda row: key(row.row_name)))
    return tuple(row for row in found if row.rule != "at_most")


@st.composite
def rows(draw: st.DrawFn, group: ClauseGroup) -> tuple:
    if group is CRITERIA:
        return draw(criteria_that_go_together())
    made = []
    for _n in range(draw(st.integers(0, 3 if group.many else 1))):
        given_ = {}
        for name, field in group.table.model_fields.items():
            if field.is_required() or draw(st.booleans()):
                given_[name] = draw(values(group.table.kinds()[name]))
        for said, again in SAID_ONCE.items():
            if said in given_:
                given_.pop(again, None)
        if "absence_days" in given_:
            given_["absence_days"] %= 100  # WHOLE has 100 working days a year
        if group is CONSEQUENCES:
            given_ = fitting(given_)
        made.append(group.table.model_validate(given_))
    unique = {key(row.row_name): row for row in made} if group.many else dict(enumerate(made))
    return tuple(row for row in unique.values() if row.values())


@st.composite
def groups(draw: st.DrawFn) -> dict:
    return {name: found for name, group in GROUPS.items() if (found := draw(rows(group)))}


@settings(deadline=None)
@given(first=groups(), second=groups())
def test_every_group_comes_back_as_it_was_written_and_kept_and_a_difference_is_told(first, second):
    one, other = (replace(read(WHOLE), groups=found) for found in (first, second))
    assert read(write(one)) == one
    assert {name: GROUPS[name].from_stored(GROUPS[name].stored(one)) for name in first} == first
    assert (differences(one, other) == []) is (digest(one) == digest(other))
    assert all(difference.is_of_version for difference in differences(one, other))
    still = {key for key, group in GROUPS.items() if not group.measures} - set(MEASURES)  # a brief is promised, too
    assert not any(difference.measures for difference in differences(one, other) if difference.path[0] in still)


@pytest.mark.django_db
def test_a_version_keeps_the_groups_and_another_text_makes_another_version_that_measures_nothing_again(north):
    contacts = (Contact(name="Änne Ørsted", side="sales", email="anne@example.com"),)
    before = document_of(north)
    apply(replace(before, groups={"contacts": contacts}), by=None, at=AT)
    after = document_of(Agreement.objects.get(pk=north.pk))
    assert CONTACTS.of(after) == contacts
    assert replace(after, groups={}) == before
    assert north.versions.count() == 2


def test_an_older_file_says_nothing_of_them():
    assert read(WHOLE).groups == {}
    assert write(replace(read(WHOLE), groups={})) == write(read(WHOLE))


def test_a_text_of_several_lines_stands_in_the_file_as_people_write_it():
    text = write(replace(read(WHOLE), groups={"texts": (Texts(summary='Two "lines"\nof text'),)}))
    assert '[texts]\nsummary = """\nTwo \\"lines\\"\nof text"""\n' in text


def test_an_empty_table_is_none():
    document = read(f"{HEADING}{WEEK}[texts]\nsummary = ' '\n[review]\n")
    assert (TEXTS.one(document), REVIEW.one(document)) == (None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[contacts]]\nrole = 'x'", "9 contacts.name: is missing"),
        ("[[contacts]]\nname = 'A'\nmail = 'x'", "11 contacts.mail: is unknown here: did you mean email?"),
        ("[[contacts]]\nname = 'A'\nemail = 'a@b'", "11 contacts.email: 'a@b' is not an e-mail address"),
        ("[[contacts]]\nname = 'A'\nemail = 'a@b.de?bcc=x@y.z'", "11 contacts.email: "),
        ("[[contacts]]\nname = 'A'\ntelephone = 'javascript:1'", "11 contacts.telephone: "),
        (
            "[[contacts]]\nname = 'A'\nside = 'legal'",
            "11 contacts.side: must be one of both, marketing",
        ),
        ("[[contacts]]\nname = 'A'\n[[contacts]]\nname = 'a '", "12 contacts.name: is already there (line 10)"),
        ("[contacts]\nname = 'A'", "9 contacts: must be a list of tables"),
        ("[[texts]]\nsummary = 'A'", "9 texts: must be a table"),
        ("[texts]\nsummary = 7", "10 texts.summary: must be text in quotes, not 7"),
        ('[texts]\nsummary = "a\\u0000"', "10 texts.summary: holds a control character"),
        (f"[texts]\nsummary = '{'x' * 10_001}'", "10 texts.summary: is longer than 10000 characters"),
        ("[review]\nevery_months = 0", "10 review.every_months: must be a whole number from 1 to 24"),
        ("[texts]\nsumary = 'A'", "10 texts.sumary: is unknown here: did you mean summary?"),
        ("".join(f"[[contacts]]\nname = '{n}'\n" for n in range(101)), "9 contacts: has more than 100 entries"),
    ],
)
def test_what_is_wrong_in_a_group_is_told_with_its_line(text, expected):
    (problem,) = problems(HEADING + WEEK + text)
    assert problem.startswith(expected)


def test_the_order_of_a_ladder_is_told_and_that_of_those_who_came_is_not():
    rep, lead, board = (Step(level=level) for level in ("Rep", "Lead", "Board"))
    one, swapped, longer = (
        replace(read(WHOLE), groups={"escalation": steps}) for steps in ((rep, board), (board, rep), (rep, lead, board))
    )
    assert [str(difference) for difference in differences(one, swapped)] == [
        "escalation order Rep, Board -> Board, Rep"
    ]
    assert [difference.path[0:2] for difference in differences(one, longer)] == [("escalation", "Lead")]
    assert LADDER.of(longer)[1] == lead


@pytest.mark.parametrize(
    ("review", "today", "expected"),
    [
        (Review(every_months=3, first_on=date(2026, 1, 31)), date(2026, 1, 1), date(2026, 1, 31)),
        (Review(every_months=3, first_on=date(2026, 1, 31)), date(2026, 2, 1), date(2026, 4, 30)),
        (Review(every_months=3, first_on=date(2026, 1, 31)), date(2026, 4, 30), date(2026, 4, 30)),
        (Review(every_months=3, first_on=date(2026, 1, 31)), date(2026, 5, 1), date(2026, 7, 31)),
        (Review(every_months=1), date(2026, 1, 1), date(2026, 3, 15)),
        (Review(every_months=12), date(2028, 2, 16), date(2029, 2, 15)),
        (Review(first_on=date(2026, 5, 1)), date(2026, 5, 1), date(2026, 5, 1)),
        (Review(first_on=date(2026, 5, 1)), date(2026, 5, 2), None),
        (Review(agenda="x"), date(2026, 5, 2), None),
    ],
)
def test_the_next_review_follows_from_the_rhythm(review, today, expected):
    assert review.next_on(date(2026, 2, 15), today) == expected


@given(
    every=st.integers(1, 24),
    first=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    today=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_the_next_review_is_the_first_that_is_not_over(every, first, today):
    on = Review(every_months=every, first_on=first).next_on(date(2000, 1, 1), today)
    assert on >= max(first, today)
    assert on == first or (on - max(first, today)).days <= every * 31


def test_the_schema_names_every_group_and_the_fields_of_its_rows():
    properties, tables = schema()["properties"], schema()["$defs"]
    assert set(GROUPS) <= set(properties)
    assert list(tables["Contact"]["properties"]) == ["name", "role", "side", "email", "telephone", "deputy"]


@pytest.mark.parametrize(
    ("said", "key_", "reason"),
    [
        ({"months": 3, "within_months": 2}, "within_months", "must be at least"),
        ({"beaten_by": Decimal("0.1")}, "beaten_by", "is for goals that are kept"),
        ({"follows": "reward"}, "follows", "thanks and rewards"),
        ({"when": "kept"}, "follows", "thanks and rewards"),
        ({"share_of_fee": Decimal("0.1")}, "share_of_fee", "needs the monthly fee"),
        ({"amount": 5, "per_missing_lead": 2}, "per_missing_lead", "one way only"),
        ({"amount": 5, "monthly_fee": 50, "share_of_fee": Decimal("0.1")}, "share_of_fee", "one way only"),
    ],
)
def test_what_does_not_go_together_in_a_consequence_is_refused_beside_its_key(said, key_, reason):
    with pytest.raises(ValidationError) as refusal:
        Consequence.model_validate({"name": "Rule", **said})
    (fault,) = refusal.value.errors()
    assert fault["loc"] == (key_,)
    assert reason in fault["ctx"]["reason"]
