"""Two leads that are one person become one, with all that hangs on them, and two again as they were."""

from datetime import timedelta

import pytest
from django.apps import apps

from agreements.promises.promise import HandoverPromise
from leads.clock.consequences import refresh
from leads.clock.recompute import preview
from leads.doors.merging import BothWithSales, CannotBeUndone, NotTheLatest, NotTwo, merge, undo_merge
from leads.models import Deal, Handoff, Inquiry, Lead, Merge
from leads.persons.known import leads_by_id
from leads.persons.two import said_not_same, say_not_same
from leads.work.attempts import record
from leads.work.excusing import ask
from leads.work.handoffs import hand_over, send_back
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def everything():
    """All rows of leads, but for what is told of the merge itself."""
    told = {}
    for model in apps.get_app_config("leads").get_models():
        rows = model._base_manager.order_by("pk")
        if model.__name__ == "Event":
            rows = rows.exclude(kind__in=["merged", "unmerged"])
        if model.__name__ not in ("Merge", "Clock"):
            told[model.__name__] = list(rows.values())
    clocks = apps.get_model("leads", "Clock").objects.order_by("lead", "handoff", "kind", "nth")
    return told | {"Clock": [{**row, "id": 0} for row in clocks.values()]}


@pytest.fixture
def two(north, rep, marketer):
    """The first was returned, and its breach is to be excused; the second is with sales, and both have a deal "D1"."""
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=10))
    first = cast.handed(north, after(60), name="Ada King", email="ada@a.org", phone="", external_id="1", rep=rep)
    record(first, channel="phone", result="no_answer", by=rep, at=after(90))
    send_back(first, reason="bad_timing", by=rep, at=after(95))
    ask(first.clocks.get(kind="handover"), reason="Fair", side="marketing", by=marketer, at=after(96))
    second = cast.handed(north, after(100), name="A. King", email="king@a.org", phone="030 123456", external_id="2")
    other = cast.lead(north, name="Eve", external_id="3")
    say_not_same(second.lead_id, [other.pk], by=rep, at=after(101))
    for lead in (first.lead, second.lead):
        facts = {"agreement": north, "recorded_at": after(110)}
        Inquiry.objects.create(lead=lead, asked_at=after(70), question=lead.name, **facts)
        deal = {"outcome": "lost", "closed_at": after(120), "currency": "EUR", "recorded_at": after(120)}
        Deal.objects.create(lead=lead, external_id="D1", **deal)
    recompute_now(first.lead, second.lead, other)
    return first.lead, second.lead


def recompute_now(*leads):
    refresh([lead.pk for lead in leads])


def test_everything_of_both_hangs_on_the_one_and_is_as_it_was_once_undone(north, two, marketer):
    kept, gone = two
    stood = everything()
    made = merge(kept, gone, {"name": "A. King", "phone": "030 123456"}, by=marketer, at=after(200))
    lead = Lead.objects.get(pk=kept.pk)
    assert not Lead.objects.filter(pk=gone.pk).exists()
    assert (lead.name, lead.email, lead.phone_key, lead.external_id) == ("A. King", "ada@a.org", "+4930123456", "1")
    assert leads_by_id(north.pk, ["1", "2"]) == {"1": kept.pk, "2": kept.pk}
    assert [lead.handoffs.count(), lead.attempts.count(), lead.deals.count(), lead.inquiries.count()] == [2, 1, 1, 2]
    assert lead.clocks.get(kind="handover").excuse == "Fair"
    assert [handoff.counts for handoff in lead.handoffs.order_by("handed_at")] == [True, False]  # once a month
    assert not preview(north)
    back = undo_merge(made, by=marketer, at=after(300))
    assert back.pk == gone.pk
    assert everything() == stood
    assert not preview(north)


def test_what_came_since_stays_with_the_kept_lead_but_for_what_belongs_to_a_handoff_of_the_other(two, rep, marketer):
    kept, gone = two
    own = gone.handoffs.get()
    Deal.objects.all().delete()
    recompute_now(*two)
    made = merge(kept, gone, {}, by=marketer, at=after(200))
    own.refresh_from_db()
    tried = record(own, channel="phone", result="no_answer", by=rep, at=after(210))
    Lead.objects.filter(pk=kept.pk).update(company="Engine")
    undo_merge(made, by=marketer, at=after(300))
    tried.refresh_from_db()
    assert (tried.lead_id, Lead.objects.get(pk=kept.pk).company) == (gone.pk, "Engine")


def test_calls_of_handoffs_that_overlap_come_back_to_their_own(north, marketer, rep):
    one, two = (cast.handed(north, after(at), name=name, rep=rep) for at, name in ((60, "a"), (70, "b")))
    for handoff, at in ((one, 80), (two, 90)):
        record(handoff, channel="phone", result="no_answer", by=rep, at=after(at))
        send_back(handoff, reason="bad_timing", by=rep, at=after(at + 20))
    recompute_now(one.lead, two.lead)
    stood = everything()
    made = merge(one.lead, two.lead, {}, by=marketer, at=after(200))
    undo_merge(made, by=marketer, at=after(300))
    assert everything() == stood


def test_the_one_with_sales_has_to_be_the_latest_handoff(north, marketer, rep):
    one, two = (cast.handed(north, after(at), name=name, rep=rep) for at, name in ((60, "a"), (70, "b")))
    send_back(two, reason="bad_timing", by=rep, at=after(90))
    with pytest.raises(NotTheLatest):
        merge(one.lead, two.lead, {}, by=marketer, at=after(100))
    send_back(one, reason="bad_timing", by=rep, at=after(95))
    merge(one.lead, two.lead, {}, by=marketer, at=after(100))


def test_only_the_latest_merge_is_undone_and_once(north, marketer):
    one, two, three = (cast.lead(north, name=name, external_id=name) for name in "abc")
    first = merge(two, one, {}, by=marketer, at=after(1))
    second = merge(three, two, {}, by=marketer, at=after(2))
    assert leads_by_id(north.pk, "abc") == dict.fromkeys("abc", three.pk)
    with pytest.raises(CannotBeUndone):
        undo_merge(Merge.objects.get(pk=first.pk), by=marketer, at=after(3))
    undo_merge(second, by=marketer, at=after(3))
    with pytest.raises(CannotBeUndone):
        undo_merge(second, by=marketer, at=after(4))
    undo_merge(Merge.objects.get(pk=first.pk), by=marketer, at=after(5))
    assert leads_by_id(north.pk, "abc") == {"a": one.pk, "b": two.pk, "c": three.pk}


def test_two_that_are_both_with_sales_and_leads_of_two_agreements_stay_two(north, south, marketer):
    one, two = (cast.handed(north, name=name).lead for name in "ab")
    with pytest.raises(BothWithSales):
        merge(one, two, {}, by=marketer, at=after(1))
    with pytest.raises(NotTwo):
        merge(one, cast.lead(south), {}, by=marketer, at=after(1))
    with pytest.raises(NotTwo):
        merge(one, one, {}, by=marketer, at=after(1))
    assert (Lead.objects.count(), Handoff.objects.count(), said_not_same(one.pk)) == (3, 2, set())


def test_an_open_handoff_goes_along_with_its_clock(north, marketer, rep):
    fresh, sold = cast.lead(north), cast.handed(north, rep=rep)
    merge(fresh, sold.lead, {}, by=marketer, at=after(10))
    handoff = Handoff.objects.get(pk=sold.pk)
    assert (handoff.lead_id, handoff.due_at, handoff.clocks.count()) == (fresh.pk, sold.due_at, 8)
    assert hand_over(cast.lead(north), by=marketer, at=after(11)).due_at == after(71)
