"""Agreements that are not the usual one: every page tells what they promise, and nothing else."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from agreements.models import Agreement, Version
from agreements.promises.promise import AcceptancePromise, DepthPromise, HandoverPromise, SpeedPromise
from smarketing.accounts.models import Membership, Role
from tests import cast

HALF = Decimal("0.5")
SPEED, DEPTH = SpeedPromise(within_minutes=60, share=HALF), DepthPromise(attempts=2, within_working_days=1)


def several(deal: Agreement) -> None:
    """From 2 March on nobody promises a speed any more; tier B has a depth of its own."""
    cast.promise(deal.versions.get(), SPEED)
    later = Version.objects.create(agreement=deal, effective_on=date(2026, 3, 2), calendar={"week": cast.OFFICE_HOURS})
    cast.promise(later, DEPTH)
    cast.promise(later, DepthPromise(attempts=1, within_working_days=1, tier="B"))


def promising(*made) -> Callable[[Agreement], None]:
    return lambda deal: [cast.promise(deal.versions.get(), one) for one in made]


KINDS = {
    "bare": (promising(), []),
    "speed only": (promising(SPEED), [("speed", "", False, 0.5, 0.5)]),
    "depth only": (promising(DEPTH), [("depth", "", False, 2.0, 1.0)]),
    "a tier only": (promising(SPEED.model_copy(update={"tier": "B"})), [("speed", "B", False, 0.5, 0.0)]),
    "marketing's own time": (
        promising(HandoverPromise(within_minutes=30, share=HALF)),
        [("handover", "", False, 0.5, 1.0)],
    ),
    "acceptance, by tier too": (
        promising(
            AcceptancePromise(within_minutes=120, share=HALF),
            AcceptancePromise(within_minutes=10, share=Decimal(1), tier="A"),
        ),
        [("acceptance", "", True, 0.5, 0.0), ("acceptance", "A", False, 1.0, 0.0)],
    ),
    "several versions": (several, [("depth", "", True, 2.0, 1.0), ("depth", "B", False, 1.0, 1.0)]),
}


@pytest.fixture(params=KINDS)
def kind(request, db):
    """A lead of tier A called once and in time, one of tier B called once and late; two weeks later."""
    make, promised = KINDS[request.param]
    deal = cast.agreement("odd", promises=False)
    make(deal)
    for tier, minutes in (("A", 30), ("B", 180)):
        cast.attempted(cast.handed(deal, tier=tier), cast.MONDAY + timedelta(minutes=minutes))
    return deal, promised


@pytest.fixture
def client(kind, signed_in, time_machine):
    time_machine.move_to(cast.MONDAY + timedelta(days=14))
    person = cast.person("both@example.org", kind[0].sales_team)
    Membership.objects.create(user=person, team=kind[0].marketing_team, role=Role.LEAD)
    return signed_in(person)


def test_page_file_and_command_tell_the_promises_that_there_are_and_no_others(client, kind):
    _deal, promised = kind
    card = client.get(reverse("reports:scorecard", args=["odd"])).context["card"]
    told = [line.judgement for line in (*card.marketing, *card.sales) if line.judgement.measure != "volume"]
    assert [(j.measure, j.tier, j.is_rest, j.promised, j.delivered) for j in told] == promised
    out = io.StringIO()
    call_command("sla_report", "odd", "2026-03", "--json", stdout=out)
    said = json.loads(out.getvalue())
    rows = [row for row in said["scorecard"] if row["measure"] != "volume"]
    assert [(r["measure"], r["tier"], r["is_rest"], r["promised"], r["delivered"]) for r in rows] == promised
    timed = {measure for measure, *_rest in promised} & {"acceptance", "handover"}
    assert {"acceptance", "handover"} & said.keys() == timed
    for measure in timed:
        assert said[measure]["all"]["judged"] == sum(g["judged"] for g in said[measure]["by_tier"].values()) == 2
    call_command("sla_report", "odd", "2026-03", stdout=out)
    assert all(f"{measure} " in out.getvalue() for measure, *_rest in promised)


def test_every_figure_of_it_opens_as_many_records_as_it_says(client, kind):
    card = client.get(reverse("reports:scorecard", args=["odd"])).context["card"]
    for line in (*card.marketing, *card.sales):
        for ids, (_text, url) in zip((line.judgement.kept, line.judgement.judged), line.behind, strict=False):
            assert sorted(row["id"] for row in found(client, url)) == sorted(ids.tolist())


def found(client, url: str) -> list[dict]:
    page = client.get(url).context["page"]
    return [{"id": pk} for pk in page.rows]


def test_every_page_of_it_opens(client, kind):
    deal, promised = kind
    lead = deal.leads.first()
    pages = [reverse(f"reports:{name}", args=["odd"]) for name in ("volume", "speed", "depth")]
    for url in (*pages, deal.get_absolute_url(), "/agreements/", "/leads/queue/?whose=team", lead.get_absolute_url()):
        assert client.get(url).status_code == 200
    numbers = client.get(pages[1]).context["sheet"].numbers
    own = [n for n in numbers if "acceptance_judged" in n.url or "handover_judged" in n.url]
    assert len(own) == len([m for m, *_rest in promised if m in ("acceptance", "handover")])
    page = client.get(lead.get_absolute_url()).text
    assert ("The agreement promises no response time" in page) == (("speed", "", False, 0.5, 0.5) not in promised)
