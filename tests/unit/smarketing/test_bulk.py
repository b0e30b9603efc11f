from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from leads.models import Handoff, ImportRun, Lead
from smarketing.lib import bulk
from tests import cast
from tests.cast import MONDAY

PRECISE = MONDAY + timedelta(microseconds=123_456)


def test_rows_put_in_come_out_as_they_were(north):
    lead = Lead(agreement=north, external_id="'; --", created_at=PRECISE, value=Decimal("12.50"), recorded_at=MONDAY)
    bulk.insert([lead, Lead(agreement=north, external_id="ü", created_at=MONDAY, recorded_at=MONDAY)])
    found = Lead.objects.order_by("pk").values_list("external_id", "created_at", "value", "recorded_by")
    assert list(found) == [("'; --", PRECISE, Decimal("12.50"), None), ("ü", MONDAY, None, None)]


@pytest.mark.odd_handoffs
def test_fields_written_over_rows_change_those_only(north):
    handoff, other = cast.handed(north), cast.handed(north)
    handoff.warn_at, handoff.handed_on, handoff.tier, handoff.state = PRECISE, date(2026, 1, 1), "Z", "won"
    bulk.update([handoff], ["warn_at", "handed_on", "tier"])
    fresh = Handoff.objects.get(pk=handoff.pk)
    assert (fresh.warn_at, fresh.handed_on, fresh.tier, fresh.state) == (PRECISE, date(2026, 1, 1), "Z", "waiting")
    assert Handoff.objects.get(pk=other.pk).tier == other.tier


def test_json_and_files_are_written_as_django_does(north):
    bulk.insert([ImportRun(agreement=north, kind="leads", options={"a": [1]}, created_at=MONDAY)])
    run = ImportRun.objects.get()
    assert (run.options, run.file.name) == ({"a": [1]}, "")


def test_the_rules_of_the_table_hold(north):
    cast.lead(north, external_id="1")
    twin = Lead(agreement=north, external_id="1", created_at=MONDAY, recorded_at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([twin])


def test_nothing_to_do_asks_nothing(north, django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])
        bulk.update([], ["tier"])
        bulk.update([cast.Lead(pk=1)], [])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without counting")
def test_a_table_that_was_filled_is_counted_at_once(north):
    bulk.insert([Lead(agreement=north, created_at=MONDAY, recorded_at=MONDAY) for _n in range(1200)])
    bulk.counted(Lead)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'leads_lead'")
        assert cursor.fetchone() == (1200,)
