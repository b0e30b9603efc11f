"""Where nothing stands yet a file's value is an addition: files may come in any order, and people are not overruled."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.terms import timeline
from leads.clock.consequences import differences
from leads.models import Attempt, Deal, DifferingRow, Handoff, Lead, WaitingRow
from leads.work import handoffs
from tests import cast
from tests.unit.leads.doors.files.writing.test_identity import NOON, attempt, brought

pytestmark = pytest.mark.django_db
ROW = {"external_id": "P-1", "handed_at": NOON}
RETURN = {"returned_at": NOON + timedelta(days=3), "return_reason": "below_quality", "return_note": "too small"}
HANDOFFS = [ROW, ROW | RETURN, ROW | {"accepted_at": NOON + timedelta(hours=1), "rep": "rob rep"}]
DEAL = {"external_id": "P-1", "outcome": "won", "closed_at": NOON + timedelta(days=9)}
DEALS = [DEAL | {"revenue": None}, DEAL | {"revenue": 1500, "reason": "price", "currency": "EUR"}]
LEAD = {"external_id": "P-1", "created_at": NOON - timedelta(hours=1)}
LEADS = [LEAD, LEAD | {"phone": "+49 30 5", "tier": "A"}, LEAD | {"company": "Nord", "value": 70}]
ATTEMPTS = [attempt(external_id="P-1", attempt_id="T", rep=""), attempt(external_id="P-1", attempt_id="T", note="busy")]


@pytest.fixture(autouse=True)
def _people(rep):
    """Rob Rep is in the team."""


def facts(kind, agreement):
    """All that files can say, and what follows from it."""
    model, left_out = {
        "leads": (Lead, ()),
        "handoffs": (Handoff, ("lead_id",)),
        "attempts": (Attempt, ("lead_id", "handoff_id")),
        "outcomes": (Deal, ("lead_id",)),
    }[kind]
    own = {"id", "run_id", "seen_in_id", "recorded_at", *left_out}
    leads = list(Lead.objects.values_list("pk", flat=True))
    assert not differences(leads, timeline(agreement))
    return [{name: value for name, value in row.items() if name not in own} for row in model.objects.values()]


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize(
    ("kind", "rows"), [("leads", LEADS), ("handoffs", HANDOFFS), ("attempts", ATTEMPTS), ("outcomes", DEALS)]
)
def test_files_that_know_more_and_less_of_a_fact_give_the_same_in_any_order(north, kind, rows, waits):
    found = []
    for order in permutations(rows):
        Lead.objects.all().delete()
        if kind != "leads" and not waits:
            brought(north, [LEAD], "leads")
        told = [brought(north, [row], kind) for row in order]
        if kind != "leads" and waits:
            brought(north, [LEAD], "leads")
        assert [sum(counts) for counts in told] == [1] * len(rows)
        found.append(facts(kind, north))
    assert all(one == found[0] for one in found)
    assert (DifferingRow.objects.count(), WaitingRow.objects.count()) == (0, 0)
    said = {name: value for row in rows for name, value in row.items() if value and name != "rep"}
    ids = {"attempts": "attempt_id", "outcomes": "deal_id"}
    for name in said.keys() - {"external_id", ids.get(kind)}:
        assert found[0][0][name] == said[name]


PARTS = [{}, RETURN, RETURN | {"return_note": ""}, {"accepted_at": NOON + timedelta(hours=1)}, {"rep": "rob rep"}]
TELLINGS = st.lists(
    st.builds(
        lambda day, parts: {"external_id": "P-1", "handed_at": NOON + timedelta(days=day)} | parts[0] | parts[1],
        st.integers(-1, 0),
        st.tuples(st.sampled_from(PARTS[:3]), st.sampled_from([{}, *PARTS[3:]])),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TELLINGS, data=st.data())
def test_any_tellings_of_handoffs_in_any_order_give_the_same_facts(north, rows, data):
    found = []
    for order in (rows, data.draw(st.permutations(rows))):
        with transaction.atomic():
            lead = {"external_id": "P-1", "created_at": NOON - timedelta(days=2)}
            waits = data.draw(st.booleans())
            for kind, told in [("leads", lead), *(("handoffs", row) for row in order)][waits:]:
                brought(north, [told], kind)
            if waits:
                brought(north, [lead], "leads")
            found.append(sorted(facts("handoffs", north), key=lambda row: row["handed_at"]))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert len(found[0]) == len({row["handed_at"] for row in rows})


@pytest.mark.parametrize("size", [1, 9])
def test_a_fact_told_in_two_rows_of_one_file_is_whole(north, size):
    brought(north, [LEAD], "leads")
    rows = [row | {"handoff_id": "H-1"} for row in HANDOFFS]
    assert brought(north, rows, "handoffs", size=size) == [1, 2, 0, 0]
    handoff = Handoff.objects.get()
    assert (handoff.state, handoff.return_note, handoff.rep.name) == ("returned", "too small", "Rob Rep")


def test_only_what_contradicts_is_listed_as_differing(north):
    brought(north, [LEAD], "leads")
    brought(north, [HANDOFFS[2]], "handoffs")
    other = {"accepted_at": NOON + timedelta(hours=2)}
    assert brought(north, [ROW | RETURN | other], "handoffs") == [0, 1, 0, 1]
    assert DifferingRow.objects.get().said.keys() == {"accepted_at"}
    assert Handoff.objects.get().state == "returned"


def test_the_note_of_another_return_or_the_sum_of_another_end_is_not_taken(north):
    brought(north, [LEAD], "leads")
    brought(north, [ROW | RETURN | {"return_note": ""}], "handoffs")
    brought(north, [ROW | RETURN | {"returned_at": NOON + timedelta(days=4)}], "handoffs")
    brought(north, [DEAL | {"outcome": "lost"}], "outcomes")
    brought(north, [DEAL | {"revenue": 9}], "outcomes")
    assert (Handoff.objects.get().return_note, Deal.objects.get().revenue) == ("", None)


def test_what_a_person_took_out_is_not_filled_again_by_the_same_file(north, sales_lead):
    brought(north, [LEAD], "leads")
    brought(north, [ROW | RETURN], "handoffs")
    handoffs.undo_return(Handoff.objects.get(), by=sales_lead, at=cast.MONDAY + timedelta(days=30))
    assert brought(north, [ROW | RETURN], "handoffs") == [0, 1, 0, 1]
    assert Handoff.objects.get().returned_at is None
