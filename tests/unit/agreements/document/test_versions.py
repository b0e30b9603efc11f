import io
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from agreements.document.stored import document_of
from agreements.document.text import digest, read, write
from agreements.document.versions import ChangedMeanwhile, EarlierThanLatest, FixedByHandoffs, NameTaken, apply
from agreements.models import Agreement, Change, VersionIsFixed
from agreements.promises.promise import DepthPromise, SpeedPromise
from smarketing.accounts.models import Team, User
from tests.cast import MONDAY, handed
from tests.unit.agreements.document.test_text import WHOLE

AT = datetime(2026, 3, 1, tzinfo=UTC)
FASTER = (
    SpeedPromise(within_minutes=Decimal(30), share=Decimal("0.9")),
    DepthPromise(attempts=6, within_working_days=15),
)


def amended(deal: Agreement, **changes):
    return apply(replace(document_of(deal), **changes), by=None, at=AT)


@pytest.mark.django_db
def test_a_new_agreement_comes_back_from_the_database_as_it_was_read():
    document = read(WHOLE)
    assert apply(document, by=None, at=AT).is_new
    assert document_of(Agreement.objects.get(slug="bank")) == document


@pytest.mark.django_db
def test_teams_are_made_by_name_and_side_and_nobody_gets_an_account():
    apply(read(WHOLE), by=None, at=AT)
    teams = list(Team.objects.order_by("side").values_list("name", "side"))
    assert teams == [("Marketing", "marketing"), ("Sales", "sales"), ("Service", "service")]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_file_that_spells_a_team_otherwise_means_the_team_that_is_there():
    apply(read(WHOLE), by=None, at=AT)
    document = replace(read(WHOLE), marketing_team="MARKETING", service_team="service")
    assert apply(document, by=None, at=AT).lines == []
    assert apply(replace(document, slug="other"), by=None, at=AT).is_new
    assert Team.objects.count() == 3
    assert 'marketing_team = "Marketing"' in Agreement.objects.get(slug="other").versions.get().text


@pytest.mark.django_db
def test_without_a_service_team_none_is_made_also_not_one_without_a_name():
    apply(replace(read(WHOLE), service_team=""), by=None, at=AT)
    assert list(Team.objects.order_by("side").values_list("side", flat=True)) == ["marketing", "sales"]
    assert Agreement.objects.get(slug="bank").service_team is None


@pytest.mark.django_db
def test_the_same_text_again_changes_nothing_and_leaves_no_history():
    apply(read(WHOLE), by=None, at=AT)
    assert apply(read(WHOLE), by=None, at=AT).lines == []
    assert Change.objects.count() == 1


def test_promises_in_another_order_are_no_change(north):
    assert amended(north, promises=tuple(reversed(document_of(north).promises))).lines == []


def test_a_change_is_told_and_written_down_with_who_and_when(north, administrator):
    promises = (
        SpeedPromise(within_minutes=Decimal(240), share=Decimal("0.8")),
        DepthPromise(attempts=6, within_working_days=15),
    )
    answer = apply(replace(document_of(north), name="North", promises=promises), by=administrator, at=AT)
    assert answer.lines == [
        "name Agreement North -> North",
        "speed within_minutes 60 -> 240",
        "speed share 0.9 -> 0.8",
    ]
    change = Change.objects.get(agreement=north)
    assert (change.by, change.at, change.lines[1]) == (
        administrator,
        AT,
        [["speed", "within_minutes", ""], "60", "240"],
    )


def test_coming_months_that_are_no_longer_in_the_text_are_removed_and_told(north):
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    amended(north, quotas={april: Decimal(5)}, targets={april: 7})
    answer = amended(north, quotas={april: Decimal("5.5"), may: Decimal(6)}, targets={})
    assert answer.lines == ["quota 2026-04 5 -> 5.5", "quota 2026-05: 6", "target 2026-04 removed: was 7"]
    assert document_of(north).quotas == {april: Decimal("5.5"), may: Decimal(6)}


def test_a_later_date_adds_a_version_and_leaves_the_former_as_it_was(north):
    answer = amended(north, effective_on=date(2026, 4, 1), promises=FASTER)
    assert answer.lines == ["effective_on 2020-01-01 -> 2026-04-01", "speed within_minutes 60 -> 30"]
    former, latest = north.versions.current()
    assert (former.objectives.get(measure="speed").promised.within_minutes, former.superseded_at) == (60, None)
    assert document_of(north).promises == FASTER
    assert latest.effective_on == date(2026, 4, 1)


def test_a_date_before_the_latest_version_is_refused_and_nothing_changes(north):
    with pytest.raises(EarlierThanLatest) as refusal:
        amended(north, effective_on=date(2019, 1, 1), name="North")
    assert refusal.value.key == "effective_on"
    assert Agreement.objects.get(pk=north.pk).name == "Agreement North"


def test_an_older_version_is_corrected_by_its_own_date(north):
    first = document_of(north)
    amended(north, effective_on=date(2026, 4, 1))
    apply(replace(first, pacing="calendar"), by=None, at=AT)
    assert list(north.versions.current().values_list("pacing", flat=True)) == ["calendar", "working"]


def test_a_correction_leaves_the_handoffs_with_the_terms_they_were_measured_by(north):
    handoff = handed(north)
    due_at = handoff.due_at
    answer = amended(north, promises=FASTER)
    handoff.refresh_from_db()
    assert (handoff.version.superseded_at, handoff.due_at) == (AT, due_at)
    assert answer.note == (
        "1 handoff was measured under the former terms; preview with: manage.py recompute north --terms-in-force"
    )


def test_what_concerns_months_only_makes_no_new_version_of_the_terms(north):
    handoff = handed(north)
    assumed = {"marketing_share": Decimal(1), "average_deal": Decimal(100), "lead_to_customer": Decimal("0.5")}
    answer = amended(north, **assumed)
    assert (len(answer.lines), answer.note) == (3, "")
    assert north.versions.get().pk == handoff.version_id


def test_a_version_that_begins_before_some_handoffs_says_how_many(north):
    handed(north, MONDAY)
    handed(north, MONDAY + timedelta(days=1))
    answer = amended(north, effective_on=date(2026, 3, 3), promises=FASTER)
    assert answer.measured_before == 1


@pytest.mark.parametrize(
    ("key", "value"), [("time_zone", "UTC"), ("marketing_team", "Others"), ("sales_team", "Others")]
)
def test_teams_and_time_zone_stay_as_they_are_once_leads_were_handed_over(north, key, value):
    amended(north, **{key: getattr(document_of(north), key)})
    handed(north)
    with pytest.raises(FixedByHandoffs) as refusal:
        amended(north, **{key: value})
    assert refusal.value.key == key
    assert not Team.objects.filter(name="Others").exists()


def test_teams_and_time_zone_change_as_long_as_nothing_was_handed_over(north):
    amended(north, time_zone="UTC", sales_team="Others")
    north.refresh_from_db()
    assert (north.time_zone, north.sales_team.name) == ("UTC", "Others")


@pytest.mark.django_db
def test_the_command_loads_what_the_other_one_dumped_and_says_that_nothing_changed(tmp_path, capsys):
    file = tmp_path / "bank.toml"
    file.write_text(WHOLE)
    call_command("load_agreement", str(file))
    assert capsys.readouterr().out.startswith("bank: created\n  slug: bank\n  name: Bank\n")
    call_command("dump_agreement", "bank")
    text = capsys.readouterr().out
    assert text == write(read(WHOLE))
    file.write_text(text)
    call_command("load_agreement", str(file))
    assert capsys.readouterr().out == "bank: nothing changed\n"


@pytest.mark.django_db
def test_the_command_reads_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WHOLE.encode())))
    call_command("load_agreement", "-")
    assert "  speed within_minutes: 60\n" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_wrong_file_is_refused_line_by_line_and_changes_nothing(tmp_path, capsys):
    file = tmp_path / "bank.toml"
    file.write_text(WHOLE.replace("share = 0.9", "share = 9").replace("leads = 1200", "leads = -1"))
    with pytest.raises(SystemExit, match="1"):
        call_command("load_agreement", str(file))
    assert capsys.readouterr().err.splitlines() == [
        f"{file}:22: promises.share: must be between 0 and 1: 0.9 means 90%",
        f"{file}:41: targets.leads: must be a whole number from 0 to 2147483647",
    ]
    assert not Agreement.objects.exists()


@pytest.mark.django_db
def test_a_refused_amendment_names_the_line_too(tmp_path, capsys):
    file = tmp_path / "bank.toml"
    file.write_text(WHOLE)
    call_command("load_agreement", str(file))
    file.write_text(WHOLE.replace("2011-01-01", "2010-01-01"))
    with pytest.raises(SystemExit, match="1"):
        call_command("load_agreement", str(file))
    assert capsys.readouterr().err.startswith(f"{file}:7: effective_on: A version is in force from 2011-01-01")


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit, match="1"):
        call_command("load_agreement", str(tmp_path / "none.toml"))
    assert capsys.readouterr().err == f"{tmp_path}/none.toml: No such file or directory\n"


def test_an_unknown_agreement_cannot_be_dumped_and_the_known_ones_are_named(north):
    with pytest.raises(CommandError, match="there is no agreement 'south'; known are: north"):
        call_command("dump_agreement", "south")


def test_what_is_in_force_is_never_changed_and_another_pacing_is_another_version(north):
    first = north.versions.get()
    first.pacing = "calendar"
    with pytest.raises(VersionIsFixed):
        first.save()
    amended(north, pacing="calendar")
    kept, latest = north.versions.order_by("pk")
    assert (kept.pk, kept.state, kept.pacing) == (first.pk, "superseded", "working")
    assert (latest.number, latest.state, latest.pacing, latest.made_at) == (2, "in_force", "calendar", AT)
    assert latest.digest == digest(document_of(north))


def test_of_two_changes_of_one_document_the_second_is_told(north):
    seen = digest(document_of(north))
    apply(replace(document_of(north), name="One"), by=None, at=AT, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        apply(replace(document_of(north), name="Other"), by=None, at=AT, seen=seen)
    assert document_of(Agreement.objects.get(pk=north.pk)).name == "One"
    with pytest.raises(NameTaken):
        apply(document_of(north), by=None, at=AT, is_new=True)
