"""The real data, which are not part of the project: REAL_DATA names the folder that holds them."""

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, Q, Sum

from agreements.terms import timeline
from leads.models import Attempt, Handoff, Lead, Outcome, WaitingRow
from leads.standing import differences
from tests import cast
from tests.needs import needs_real_data

pytestmark = needs_real_data
ROWS = {"leads": 2393, "handoffs": 1805, "attempts": 12190, "outcomes": 2393}


def bring(kind: str, path: Path, slug: str, *options: str) -> dict[str, int]:
    out = StringIO()
    call_command("import_file", kind, str(path), "--agreement", slug, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def folder(name: str) -> Path:
    return Path(os.environ["REAL_DATA"]) / name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "order",
    ["leads handoffs attempts outcomes", "outcomes attempts handoffs leads", "attempts leads outcomes handoffs"],
)
def test_the_files_of_the_bank_come_in_whole_in_any_order_and_once(order):
    bank = cast.agreement("bank", zone="Europe/Amsterdam")
    for kind in order.split():
        found = bring(kind, folder("bpic2012-oct2011") / f"{kind}.csv", "bank")
        assert (found["read"], found["rejected"]) == (ROWS[kind], 0)
        assert found["created"] + found["waiting"] == ROWS[kind]
    again = [bring(kind, folder("bpic2012-oct2011") / f"{kind}.csv", "bank") for kind in ROWS]
    assert [(found["unchanged"], found["differing"]) for found in again] == [(rows, 0) for rows in ROWS.values()]
    assert [model.objects.count() for model in (Lead, Handoff, Attempt, Outcome)] == list(ROWS.values())
    assert not WaitingRow.objects.exists()
    assert differences(list(Lead.objects.values_list("pk", flat=True)), timeline(bank)) == []


@pytest.mark.django_db
def test_the_files_of_olist_come_in_with_an_empty_origin_and_an_unknown_one_apart():
    cast.agreement("olist", zone="America/Sao_Paulo")
    leads = folder("olist") / "olist_marketing_qualified_leads_dataset.csv"
    deals = folder("olist") / "olist_closed_deals_dataset.csv"
    assert bring("outcomes", deals, "olist", "--set", "outcome=won", "--time-zone", "UTC")["waiting"] == 842
    assert bring("leads", leads, "olist", "--hand-over")["linked"] == 842
    counts = Handoff.objects.aggregate(
        april=Count("pk", filter=Q(handed_on__year=2018, handed_on__month=4)),
        empty=Count("pk", filter=Q(source="")),
        unknown=Count("pk", filter=Q(source="unknown")),
    )
    assert counts == {"april": 1352, "empty": 60, "unknown": 1099}
    assert Outcome.objects.aggregate(total=Sum("revenue"))["total"] > 50_000_000
