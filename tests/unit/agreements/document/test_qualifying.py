"""Criteria: refused where they make no sense, the same for one lead and for many, unknown told apart from no."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.criterion_words import criterion_text, failing_text
from agreements.document.groups.qualification import ASKED_FACTS, RULES_OF, BriefFact, Criterion
from agreements.document.qualifying import counted, failing, missing, qualified, verdict
from agreements.document.text import read, write
from tests.unit.agreements.document.test_text import WHOLE, problems

ON = date(2026, 3, 10)
SIZE = '[[criteria]]\nfact = "company_size"\nrule = "at_least"\nvalue = 50\n'


def criterion(fact: str, rule: str = "given", value: tuple = (), **more: str) -> Criterion:
    return Criterion(fact=fact, rule=rule, value=value, **more)


@pytest.mark.parametrize(
    ("rule", "value", "known", "found"),
    [
        ("at_least", ["50"], 50, "met"),
        ("at_least", ["50"], 49, "unmet"),
        ("at_least", ["50"], None, "unknown"),
        ("at_most", ["50"], 50, "met"),
        ("at_most", ["50"], 51, "unmet"),
        ("at_least", ["0"], 0, "met"),  # nought is known
    ],
)
def test_a_number_is_held_against_its_bound(rule, value, known, found):
    assert verdict(criterion("company_size", rule, value), known, ON) == found


@pytest.mark.parametrize(
    ("asked", "facts", "is_met"),
    [
        (criterion("country", "one_of", ["Germany", "Denmark"]), {"country": " GERMANY"}, True),
        (criterion("country", "one_of", ["Germany", "Denmark"]), {"country": "France"}, False),
        (criterion("source", "none_of", ["Bought list"]), {"source": "bought list"}, False),
        (criterion("source", "none_of", ["Bought list"]), {"source": "Fair"}, True),
        (criterion("job_title", "contains", ["head", "chief"]), {"job_title": "Head of Sales"}, True),
        (criterion("job_title", "contains", ["head", "chief"]), {"job_title": "Clerk"}, False),
        (criterion("active_on", "within_days", ["30"]), {"active_on": ON - timedelta(30)}, True),
        (criterion("active_on", "within_days", ["30"]), {"active_on": ON - timedelta(31)}, False),
        (criterion("consent", "yes"), {"consent": True}, True),
        (criterion("consent", "yes"), {"consent": False}, False),
        (criterion("consent"), {"consent": False}, True),
        (criterion("email_or_phone"), {"email": "", "phone": "030 1"}, True),
        (criterion("email_or_phone"), {"email": "", "phone": ""}, False),
    ],
)
def test_every_rule_by_one_that_meets_it_and_one_that_does_not(asked, facts, is_met):
    assert (not qualified([asked], facts, ON)) is is_met


def test_all_of_these_and_at_least_one_of_those():
    rows = [
        criterion("email"),
        criterion("company_size", "at_least", ["50"], any_of="weight"),
        criterion("score", "at_least", ["80"], any_of="weight"),
        criterion("consent", "yes", tier="A"),
    ]
    known = {"email": "a@example.com", "company_size": 10, "tier": "B"}
    assert [one.criterion.fact for one in qualified(rows, known, ON)] == ["company_size", "score"]
    assert qualified(rows, {**known, "score": 80}, ON) == ()
    assert [one.criterion.fact for one in qualified(rows, {**known, "score": 80, "tier": " a"}, ON)] == ["consent"]


def test_unknown_and_not_so_are_two_things_also_in_words():
    asked = criterion("company_size", "at_least", ["1200"])
    said = [failing_text(qualified([asked], {"company_size": size}, ON)[0].as_json()) for size in (None, 0)]
    assert said == ["Company size is unknown: at least 1,200 is asked", "Company size is 0: at least 1,200 is asked"]
    with override("de"):
        assert failing_text(qualified([asked], {}, ON)[0].as_json()).startswith("Unternehmensgröße ist unbekannt")
    told = criterion_text(criterion("country", "one_of", ["DE", "DK"], any_of="near", tier="A"))
    assert told == "Country: one of these is asked: Germany; Denmark (one of “near” is enough, tier A)"


def test_a_brief_lacks_what_is_not_known():
    brief = [BriefFact(fact="email_or_phone"), BriefFact(fact="consent"), BriefFact(fact="question")]
    assert missing(brief, {"phone": "1", "consent": False, "question": ""}) == ("question",)


VALUES = {
    "number": st.none() | st.integers(0, 4),
    "word": st.sampled_from(["", "a", "A ", "b"]),
    "place": st.sampled_from(["", "a", "A ", "b"]),
    "given": st.sampled_from(["", "x"]),
    "day": st.none() | st.dates(ON - timedelta(4), ON),
    "flag": st.none() | st.booleans(),
}


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    fact = draw(st.sampled_from(list(ASKED_FACTS)))
    rule = draw(st.sampled_from(RULES_OF[ASKED_FACTS[fact].kind]))
    value = () if rule in ("given", "yes") else [draw(st.sampled_from("123"))]
    value = [draw(st.sampled_from("ab"))] if rule in ("one_of", "none_of", "contains") else value
    more = {"any_of": draw(st.sampled_from(["", "x", "y"])), "tier": draw(st.sampled_from(["", "a", "B"]))}
    return Criterion(fact=fact, rule=rule, value=value, **more)


@st.composite
def leads(draw: st.DrawFn) -> dict:
    return {
        name: draw(VALUES["given" if fact.made_of else fact.kind])
        for fact in ASKED_FACTS.values()
        for name in fact.fields
    }


@settings(max_examples=150, deadline=None)
@given(
    st.lists(criteria(), max_size=6), st.lists(st.tuples(leads(), st.sampled_from([ON, ON - timedelta(2)])), max_size=8)
)
def test_one_by_one_and_all_at_once_agree(rows, known):
    alone = [qualified(rows, facts, on) for facts, on in known]
    found = counted(rows, [(facts, on, 1) for facts, on in known])
    assert (found.total, found.met) == (len(known), sum(not one for one in alone))
    ways = [[rows.index(fault.criterion) for fault in one] for one in alone]
    for place, row in enumerate(rows):
        if rows.count(row) == 1:
            assert found.failing[place] == sum(place in one for one in ways)
    assert failing(rows, {}) == []


@pytest.mark.parametrize(
    ("more", "line", "reason"),
    [
        ('[[criteria]]\nfact = "shoe_size"\n', 2, "must be one of"),
        ('[[criteria]]\nfact = "email"\nrule = "at_least"\nvalue = 5\n', 3, "does not suit email"),
        ('[[criteria]]\nfact = "score"\nrule = "nearly"\n', 3, "must be one of"),
        ('[[criteria]]\nfact = "score"\nrule = "at_least"\n', 1, "is empty"),
        ('[[criteria]]\nfact = "score"\nrule = "at_least"\nvalue = "many"\n', 4, "must be one whole number"),
        ('[[criteria]]\nfact = "country"\nrule = "one_of"\nvalue = [""]\n', 4, "is empty"),
        ('[[criteria]]\nfact = "email"\nvalue = 5\n', 3, "is not asked with this rule"),
        (
            SIZE + SIZE.replace("at_least", "at_most").replace("50", "20"),
            8,
            "contradicts another criterion: at least 50",
        ),
        (SIZE + SIZE.replace("at_least", "at_most").replace("50", "20") + 'tier = "A"\n', 8, "contradicts another"),
        (SIZE + SIZE, 6, "is already there (line 2)"),
        ('[[brief]]\nfact = "email"\n[[brief]]\nfact = "email"\n', 4, "is already there (line 2)"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_line(more, line, reason):
    shift = WHOLE.count("\n") + 1
    [found] = problems(f"{WHOLE}\n{more}")
    assert found.startswith(f"{line + shift} ")
    assert reason in found.replace(f"(line {2 + shift})", "(line 2)")


def test_alternatives_may_lie_apart():
    small = SIZE.replace("at_least", "at_most").replace("50", "20") + 'any_of = "ends"\n'
    assert read(f'{WHOLE}\n{SIZE}any_of = "ends"\n{small}')


def test_values_are_written_as_people_would():
    text = write(read(f'{WHOLE}\n{SIZE}[[criteria]]\nfact = "country"\nrule = "one_of"\nvalue = ["DE", "DK"]\n'))
    assert "value = 50\n" in text
    assert 'value = ["DE", "DK"]\n' in text
