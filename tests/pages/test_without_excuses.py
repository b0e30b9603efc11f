"""Every figure with excuses and exceptions, and as if there were none: pages, links, files and command say the same."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from agreements.document.clauses import PauseClause, moment_of
from agreements.exceptions.agreeing import accept_exception, propose_exception
from agreements.promises.promise import AcceptancePromise
from leads.clock.recompute import recompute
from leads.work import excusing
from smarketing.accounts.models import Role, Side
from tests import cast
from tests.pages.seen import count_of

LATE = cast.MONDAY + timedelta(hours=6)


@pytest.fixture
def told(north, sales_lead, time_machine):
    """Three handoffs: one kept, one that only an exception keeps, one missed and excused in both of its promises."""
    time_machine.move_to(LATE)
    cast.promise(north.versions.get(), AcceptancePromise(within_minutes=30, share=Decimal("0.5")))
    marketing_lead = cast.person("max@example.org", north.marketing_team, role=Role.LEAD)
    clause = PauseClause(moment_of("2026-03-02T09:40:00"), moment_of("2026-03-02T10:40:00"), "Outage")
    agreed_at = cast.MONDAY - timedelta(days=1)
    asked = {"pauses": frozenset({Side.SALES}), "targets": {}, "by": sales_lead, "at": agreed_at}
    accept_exception(propose_exception(north, clause, **asked), by=marketing_lead, at=agreed_at)
    for name, minutes in (("ada", 20), ("eve", 100), ("joe", 190)):
        handoff = cast.handed(north, email=f"{name}@example.org")
        cast.attempted(handoff, cast.MONDAY + timedelta(minutes=minutes))
    for clock in handoff.clocks.filter(kind__in=("response", "acceptance")):
        excusing.ask(clock, reason="Snow", side=Side.SALES, by=sales_lead, at=LATE)
        clock.refresh_from_db()
        excusing.approve(clock, by=marketing_lead, at=LATE)
    return north


@pytest.mark.parametrize(
    ("excuses", "speed", "acceptance"),
    [("", (2, 2, 1), (2, 1, 1)), ("without", (3, 1, 0), (3, 1, 0))],
)
def test_the_scorecard_its_links_files_and_the_command_judge_so_many(
    told, signed_in, leader, sales_lead, excuses, speed, acceptance
):
    client, address = signed_in(sales_lead), {"period": "2026-03", "excuses": excuses}
    card = client.get(reverse("reports:scorecard", args=["north"]), address).context["card"]
    out = io.StringIO()
    call_command("sla_report", "north", "2026-03", "--json", *(["--without-excuses"] if excuses else []), stdout=out)
    said = {row["measure"]: row for row in json.loads(out.getvalue())["scorecard"]}
    data = client.get(reverse("reports:data", args=["north", "scorecard", "json"]), address).json()
    assert data["excuses"] == (excuses or "with")
    shown = {row["measure"]: row for row in data["scorecard"]["sales"]}
    for measure, wanted in (("speed", speed), ("acceptance", acceptance)):
        line = next(one for one in card.sales if one.judgement.measure == measure)
        assert tuple(len(getattr(line.judgement, kind)) for kind in ("judged", "kept", "excused")) == wanted
        for row in (said[measure], shown[measure]):
            assert (row["judged"], row["kept"], row["excused"]) == wanted
        counts = dict(zip(("kept", "judged", "excused"), line.behind, strict=False))
        for kind, number in zip(("judged", "kept", "excused"), wanted, strict=True):
            if number or kind != "excused":
                page = client.get(counts[kind][1])
                assert count_of(page) == number
                assert page.context["chosen"].without is bool(excuses)
            else:
                assert kind not in counts


def test_pages_say_what_they_show_and_lead_to_the_other(told, signed_in, leader):
    client = signed_in(leader)
    for name in ("volume", "speed", "depth", "scorecard"):
        page = client.get(reverse(f"reports:{name}", args=["north"]), {"period": "2026-03"})
        assert (
            "Breaches excused and not judged: 2; clocks paused by exceptions agreed beyond the terms: 6." in page.text
        )
        other = client.get(page.context["other_excuses_url"])
        assert "As if nothing had been excused (excused breaches: 2)" in other.text
        assert all("excuses=without" in url for _name, url, _here in other.context["tabs"])
    speed = reverse("reports:speed", args=["north"])
    means = [client.get(speed, {"period": "2026-03", "excuses": e}).context["sheet"].measures for e in ("", "without")]
    assert [found["speed"]["all"]["working_minutes"]["mean"] for found in means] == [
        pytest.approx((20 + 40 + 130) / 3),
        pytest.approx((20 + 100 + 190) / 3),
    ]


def test_without_any_exception_an_excused_breach_is_missed_all_the_same(told, signed_in, leader):
    told.agreed_exceptions.all().delete()
    recompute(told, by=None, at=LATE)
    client, url = signed_in(leader), reverse("reports:scorecard", args=["north"])
    cards = [client.get(url, {"period": "2026-03", "excuses": e}).context["card"] for e in ("", "without")]
    judged = [
        [len(line.judgement.judged) for line in card.sales if line.judgement.measure != "depth"] for card in cards
    ]
    assert judged == [[2, 2], [3, 3]]


def test_where_nothing_is_left_out_nothing_is_said(north, signed_in, leader, time_machine):
    time_machine.move_to(LATE)
    cast.handed(north)
    page = signed_in(leader).get(reverse("reports:scorecard", args=["north"]), {"period": "2026-03"}).text
    assert "Excuses and exceptions are counted:" not in page
