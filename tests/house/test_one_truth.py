"""One truth: whatever page, file or command is asked, the same records are counted, by generated histories."""

import csv
import io
import json
from datetime import datetime
from itertools import product
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from leads.clock import rule
from leads.clock.sweep import note_clocks
from leads.models import Clock, Escalation, Handoff
from reports.judgement import VOLUMES
from smarketing.accounts.models import Membership, Role
from tests import cast
from tests.house import history
from tests.pages.seen import at_instant, count_of

pytestmark = pytest.mark.timeout(300)  # thousands of requests
SEEDS = (1, 7)
PERIODS = ("2026-02", "2026-03", "2026-Q1", "2026-01")
Row = dict[str, Any]


@pytest.fixture(params=SEEDS)
def agreements(request: pytest.FixtureRequest, db: None) -> list[Agreement]:
    rng = Random(request.param)
    made = [history.agreement("north", "Europe/Berlin"), history.agreement("south", "America/Los_Angeles")]
    for deal in made:
        history.fill(deal, rng)
    return made


@pytest.fixture
def client(agreements: list[Agreement]) -> Client:
    """Somebody who leads both sales teams."""
    person = cast.person("both@example.org")
    for deal in agreements:
        Membership.objects.create(user=person, team=deal.sales_team, role=Role.LEAD)
    found = Client()
    found.force_login(person)
    return found


def seen_at(deal: Agreement) -> datetime:
    return cast.local(deal, "2026-03-31 15:00")


def report(deal: Agreement, period: str, *more: str) -> Any:
    out = io.StringIO()
    call_command("sla_report", deal.slug, period, "--json", *more, stdout=out)
    return json.loads(out.getvalue())


def expected(
    deal: Agreement, terms: Timeline, period: str, at: datetime, measure: str, excuses: str = ""
) -> dict[tuple[str, str], list[int]]:
    """What each promise judges, told from the facts themselves, handoff by handoff: no column is read."""
    found: dict[tuple[str, str], list[int]] = {}
    first, last = reverse_period(period)
    kind = {"speed": "response"}.get(measure, measure)
    excused = set(Clock.objects.filter(kind=kind, excused_at__lte=at).values_list("handoff", flat=True))
    excused = set() if excuses else excused
    for handoff in Handoff.objects.filter(agreement=deal).select_related("lead"):
        day = terms.day_of(handoff.handed_at)
        made = terms.on(day)
        promise = made.timed_for(measure, handoff.tier)
        started_at = handoff.lead.created_at if measure == "handover" else handoff.handed_at
        if not first <= day.isoformat() <= last or promise is None or (measure == "handover" and not is_first(handoff)):
            continue
        due = made.calendar.due(started_at, promise.within)
        stops = stopping(handoff, measure)
        is_kept = bool(stops) and min(stops) <= due
        if is_kept or ((stops or at > due) and handoff.pk not in excused):
            found.setdefault(("judged", handoff.tier.upper()), []).append(handoff.pk)
            if is_kept:
                found.setdefault(("kept", handoff.tier.upper()), []).append(handoff.pk)
    return found


def is_first(handoff: Handoff) -> bool:
    return handoff == Handoff.objects.filter(lead=handoff.lead).earliest("handed_at")


def stopping(handoff: Handoff, measure: str) -> list[datetime]:
    if measure == "handover":
        return [handoff.handed_at]
    accepted = [handoff.accepted_at] if measure == "acceptance" and handoff.accepted_at else []
    return [*touches(handoff), *accepted]


def reverse_period(label: str) -> tuple[str, str]:
    return {
        "2026-01": ("2026-01-01", "2026-01-31"),
        "2026-02": ("2026-02-01", "2026-02-28"),
        "2026-03": ("2026-03-01", "2026-03-31"),
        "2026-Q1": ("2026-01-01", "2026-03-31"),
    }[label]


def touches(handoff: Handoff) -> list[datetime]:
    """The attempts that belong to it, and its return."""
    own = list(Handoff.objects.filter(lead=handoff.lead).order_by("handed_at"))
    made = [
        attempt.attempted_at
        for attempt in handoff.lead.attempts.all()
        if ([h for h in own if h.handed_at <= attempt.attempted_at] or own[:1])[-1] == handoff
    ]
    return [*made, *([handoff.returned_at] if handoff.returned_at else [])]


def asked(agreements: list[Agreement]) -> list[tuple[Agreement, str]]:
    """Every period of the one, and of the other, in its own zone, the one that holds everything."""
    north, south = agreements
    return [*((north, period) for period in PERIODS), (south, "2026-03")]


def lines_of(card: Any) -> list[Any]:
    return [*card.marketing, *card.sales]


@pytest.mark.parametrize("excuses", ["", "without"])
def test_every_promise_judges_and_keeps_what_the_facts_say(
    client: Client, agreements: list[Agreement], excuses: str
) -> None:
    for deal, period in product(agreements, PERIODS if not excuses else PERIODS[1:2]):
        at, terms = seen_at(deal), timeline(deal)
        with at_instant(at):
            card = client.get(
                reverse("reports:scorecard", args=[deal.slug]), {"period": period, "excuses": excuses}
            ).context["card"]
        for measure in ("speed", "acceptance", "handover"):
            wanted = expected(deal, terms, period, at, measure, excuses)
            rows = [line.judgement for line in lines_of(card) if line.judgement.measure == measure]
            own = {row.tier.upper() for row in rows if row.tier}
            for row in rows:
                for kind, ids in (("judged", row.judged), ("kept", row.kept)):
                    tiers = {row.tier.upper()} if row.tier else {tier for _kind, tier in wanted} - own
                    wanted_ids = sorted(pk for tier in tiers for pk in wanted.get((kind, tier), []))
                    assert (measure, period, row.tier, sorted(ids.tolist())) == (measure, period, row.tier, wanted_ids)
    assert Clock.objects.filter(excused_at__isnull=False).values("kind").distinct().count() >= 3


def test_every_figure_of_the_scorecard_opens_its_records_on_the_page_and_in_files(
    client: Client, agreements: list[Agreement]
) -> None:
    for deal, period in asked(agreements):
        with at_instant(seen_at(deal)):
            card = client.get(reverse("reports:scorecard", args=[deal.slug]), {"period": period}).context["card"]
            for line in lines_of(card):
                found = line.judgement
                counted = [found.kept, found.judged] if len(found.judged) else []
                counted += [found.excused] if len(found.excused) else []
                for ids, (_text, url) in zip(counted, line.behind, strict=False):
                    assert count_of(client.get(url)) == len(ids) == len(records(client, url)) == len(lines(client, url))


def records(client: Client, url: str) -> list[Row]:
    return json.loads(client.get(url.replace("records/", "records.json")).getvalue())["records"]  # type: ignore[no-any-return]


def lines(client: Client, url: str) -> list[list[str]]:
    text = client.get(url.replace("records/", "records.csv")).getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_page_headline_files_and_command_say_what_the_scorecard_says(
    client: Client, agreements: list[Agreement]
) -> None:
    for deal, period in asked(agreements):
        with at_instant(seen_at(deal)):
            url = reverse("reports:scorecard", args=[deal.slug])
            card = client.get(url, {"period": period}).context["card"]
            in_json = client.get(card.links.data("scorecard", "json")).json()["scorecard"]
            in_csv = client.get(card.links.data("scorecard", "csv")).content.decode("utf-8-sig")
            command = report(deal, period)["scorecard"]
            for line in lines_of(card):
                numbers = client.get(line.url).context["sheet"].numbers
                own = "=valued_" if line.judgement.measure == "value" else f"{line.judgement.measure}_judged"
                first = next((n for n in numbers if own in n.url), numbers[0])
                assert (first.value, first.state) == (line.delivered, line.state)
                assert count_of(client.get(first.url)) == headline(line)
        rows = [*in_json["marketing"], *in_json["sales"]]
        assert command == [{name: row[name] for name in command[0]} for row in rows]
        assert [
            (row["measure"], row["tier"], row["judged"], row["state"]) for row in csv.DictReader(io.StringIO(in_csv))
        ] == [(row["measure"], row["tier"], str(row["judged"]), row["state"]) for row in rows]


def headline(line: Any) -> int:
    """The volume's number opens what was delivered, the others those judged."""
    judgement = line.judgement
    if judgement.measure not in VOLUMES:
        return len(judgement.judged)
    return len(judgement.kept) if judgement.promised is not None else judgement.delivered


def test_tiers_and_value_are_counted_from_the_same_leads(client: Client, agreements: list[Agreement]) -> None:
    """Value is the sum of points, each lead by the version that its handoff was made under, less what came back."""
    seen = set()
    for deal, period in asked(agreements):
        terms = timeline(deal)
        with at_instant(seen_at(deal)):
            card = client.get(reverse("reports:scorecard", args=[deal.slug]), {"period": period}).context["card"]
        rows = {(line.judgement.measure, line.judgement.tier): line.judgement for line in lines_of(card)}
        whole, value = rows["volume", ""], rows.get(("value", ""))
        handoffs = {handoff.pk: handoff for handoff in Handoff.objects.filter(agreement=deal)}
        for (measure, tier), own in rows.items():
            if measure == "volume" and tier:
                kept = [pk for pk in whole.kept.tolist() if handoffs[pk].tier.upper() == tier]
                assert sorted(own.kept.tolist()) == sorted(kept)
                assert own.delivered == len(kept) - own.corrections
                seen.add((tier, own.promised))
        if value:
            worth = [terms.by_id(h.version_id or 0).worth(h.tier) for pk in value.kept.tolist() if (h := handoffs[pk])]
            assert value.kept.tolist() == whole.kept.tolist()
            assert value.delivered == sum(worth) - value.corrections
            assert (value.promised, len(set(worth))) == (660, 5)
            url = reverse("reports:data", args=[deal.slug, "volume", "json"], query={"period": period})
            with at_instant(seen_at(deal)):
                told = client.get(url).json()
            assert sum(told["value"]["by_tier"].values()) == told["value"]["delivered"]
            assert told["value"]["by_day"][-1]["cumulative"] == told["value"]["delivered"]
    assert seen == {("A", 5), ("B", 4)}


def test_overdue_is_the_same_in_the_queue_in_the_reports_and_for_the_sweep(
    client: Client, agreements: list[Agreement]
) -> None:
    at = seen_at(agreements[0])
    with at_instant(at):
        page = client.get(reverse("leads:queue"), {"whose": "team", "clock": "overdue"})
        tiles = client.get(reverse("leads:queue"), {"whose": "team"}).context["tiles"]
        listed = [row["Lead"] for deal in agreements for row in overdue(client, deal)]
    in_queue = {row.handoff.pk: row.title for row in page.context["rows"]}
    note_clocks(at=at)
    told = set(Escalation.objects.filter(step="overdue").values_list("clock__handoff_id", flat=True))
    assert set(in_queue) == told
    assert sorted(in_queue.values()) == sorted(listed)
    assert {tile["name"]: tile["count"] for tile in tiles}["overdue"] == len(told) > 0


def overdue(client: Client, deal: Agreement) -> list[Row]:
    found = []
    for period in ("2026-01", "2026-02", "2026-03"):
        url = reverse("reports:records", args=[deal.slug], query={"period": period, "what": "never_followed_up"})
        found += [row for row in records(client, url) if row["Clock"] == rule.OVERDUE]
    return found


def test_looking_back_from_now_on_changes_nothing_and_from_before_forgets_what_came_later(
    agreements: list[Agreement],
) -> None:
    for deal in agreements:
        with at_instant(cast.local(deal, "2026-07-01 12:00")):
            assert report(deal, "2026-03", "--today", "2026-06-30") == report(deal, "2026-03")
        with at_instant(cast.local(deal, "2026-07-01 12:00")):
            before = report(deal, "2026-03", "--today", "2026-03-13")
        forget_after(deal, cast.local(deal, "2026-03-14 00:00"))
        assert report(deal, "2026-03", "--today", "2026-03-13") == before


def forget_after(deal: Agreement, at: datetime) -> None:
    """As if it had been brought in on that evening."""
    Handoff.objects.filter(agreement=deal, handed_at__gte=at).delete()
    for handoff in Handoff.objects.filter(agreement=deal):
        handoff.lead.attempts.filter(attempted_at__gte=at).delete()
        handoff.lead.deals.filter(closed_at__gte=at).delete()
        if handoff.returned_at is not None and handoff.returned_at >= at:
            Handoff.objects.filter(pk=handoff.pk).update(returned_at=None, return_reason="")
    history.settle(deal)


def test_the_groups_of_every_dimension_add_up_to_the_whole(agreements: list[Agreement]) -> None:
    for deal in agreements:
        found = report(deal, "2026-Q1", "--today", "2026-03-31")
        volume, speed = found["volume"], found["speed"]
        for dimension in ("by_source", "by_tier"):
            assert sum(volume[dimension].values()) == volume["delivered"]
            assert sum(group["handoffs"] for group in speed[dimension].values()) == speed["all"]["handoffs"]
        ends = found["outcomes"]["all"]
        leads = {
            h.lead_id for h in Handoff.objects.filter(agreement=deal, handed_on__range=("2026-01-01", "2026-03-31"))
        }
        assert ends["won"] + ends["lost"] + ends["open"] == len(leads)
