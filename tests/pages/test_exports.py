"""Files that are too large to be made while one waits: made by the worker, fetched under the same guard."""

import os
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils.timezone import now

from agreements.models import Agreement
from leads.models import ImportRun, RejectedRow
from smarketing.accounts.models import Role, User
from smarketing.exports import answers, blocks, making, tasks
from smarketing.exports.models import Export
from tests import cast

pytestmark = pytest.mark.usefixtures("at")
FORMS = pytest.mark.parametrize("form", ["csv", "json"])
MINUTE = timedelta(minutes=1)


def url(form: str = "csv", **query: str) -> str:
    query = {"period": "2026-03", "what": "handoffs", **query}
    return reverse("reports:data", args=["north", "records", form], query=query)


@pytest.fixture
def heavy(monkeypatch, tmp_path) -> None:
    """A March is large."""
    monkeypatch.setattr(answers, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(making, "FOLDER", tmp_path / "exports")


def export_of(client, address: str) -> Export:
    """What is asked for, as its page shows it."""
    answer = client.get(address)
    assert answer.status_code == 302, answer
    export: Export = client.get(answer.url).context["export"]
    return export


def made(client, address: str) -> Export:
    export = export_of(client, address)
    assert making.make(export.pk, clock=now)
    export.refresh_from_db()
    return export


def file_url(client, export: Export) -> str:
    page = client.get(export.get_absolute_url())
    assert "Download" in page.text or "Herunterladen" in page.text
    link: str = page.context["file_url"]
    return link


@FORMS
def test_the_file_that_is_made_is_the_one_that_would_have_been_streamed(signed_in, marketer: User, form, heavy):
    marketer.language = "de"
    marketer.save()
    client = signed_in(marketer)
    export = made(client, url(form))
    file = client.get(file_url(client, export))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "ROWS_AT_ONCE", 100)
        streamed = client.get(url(form))
    told = file.getvalue()
    assert told == streamed.getvalue()
    assert "Übergeben".encode() in told
    assert told.count(b"Forgotten") == 1
    assert file.headers["Content-Type"] == streamed.headers["Content-Type"]
    assert file.headers["Content-Disposition"] == streamed.headers["Content-Disposition"]
    assert (export.state, export.size) == ("ready", len(told))


def test_a_small_file_is_streamed_as_it_is_made(signed_in, marketer: User, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("reports.facts.behind.AT_ONCE", 1)
    monkeypatch.setattr(blocks, "BLOCK", 1)
    client = signed_in(marketer)
    with django_assert_num_queries(11):  # whoever asks, what is promised, which handoffs; none of them yet
        answer = client.get(url())
    pieces = iter(answer.streaming_content)
    with django_assert_num_queries(2):
        begun = [next(pieces) for _n in range(4)]  # the mark, the heads, two handoffs
    with django_assert_num_queries(8):
        assert len(b"".join([*begun, *pieces]).splitlines()) == 11


def test_the_rejects_of_an_import_come_in_the_readers_language(signed_in, north: Agreement, marketer: User):
    marketer.language = "de"
    marketer.save()
    run = ImportRun.objects.create(agreement=north, kind="leads", file_name="x.csv", by=marketer, status="done")
    RejectedRow.objects.create(run=run, line=2, column="E-Mail", reason="failed", values=["x"])
    answer = signed_in(marketer).get(reverse("leads:import_rejects", args=[run.pk]))
    assert answer.getvalue().decode("utf-8-sig").startswith("Zeile,Spalte,Grund")


def test_only_its_owner_sees_and_gets_it(signed_in, marketer: User, north: Agreement, stranger: User, heavy):
    export = made(signed_in(marketer), url())
    link = file_url(signed_in(marketer), export)
    colleague = cast.person("max@example.org", north.marketing_team)  # who may the same
    assert signed_in(stranger).get(link).status_code == 404
    assert signed_in(colleague).get(link).url == url()
    for other in (colleague, stranger):
        for page in ("detail", "progress"):
            assert signed_in(other).get(reverse(f"exports:{page}", args=[export.pk])).status_code == 404


@pytest.mark.parametrize("number", ["9" * 5000, "0", "x", ""])
def test_a_number_that_is_of_no_file_leads_to_the_address_itself(signed_in, marketer: User, number, heavy):
    assert signed_in(marketer).get(url(made=number)).url == url()


def test_who_may_less_than_when_it_was_made_does_not_get_it(signed_in, marketer: User, north: Agreement, heavy):
    client = signed_in(marketer)
    link = file_url(client, made(client, url()))
    assert b"Forgotten" in client.get(link).getvalue()
    marketer.memberships.update(role=Role.LEADERSHIP)  # the figures, without the names
    assert client.get(link).url == url()
    assert "Forgotten" not in client.get(file_url(client, made(client, url()))).getvalue().decode()
    marketer.memberships.all().delete()
    assert client.get(link).status_code == 404


def test_the_file_is_for_the_portals_own_account_only(signed_in, marketer: User, heavy):
    export = made(signed_in(marketer), url())
    modes = [path.stat().st_mode & 0o777 for path in (making.FOLDER, making.path_of(export))]
    assert modes == [0o700, 0o600]


def test_after_a_day_it_is_forgotten_and_then_made_anew(signed_in, marketer: User, heavy):
    client = signed_in(marketer)
    export = made(client, url())
    link = file_url(client, export)
    os.utime(making.path_of(export), times=(now().timestamp(),) * 2)  # the disk knows the true time
    assert making.tidy(now() + timedelta(hours=23)) == []
    assert making.path_of(export).exists()
    making.tidy(now() + timedelta(hours=25))
    assert not Export.objects.exists()
    assert list(making.FOLDER.iterdir()) == []
    assert client.get(link).url == url()


def test_what_is_asked_for_twice_is_made_once(signed_in, marketer: User, heavy):
    client = signed_in(marketer)
    first = export_of(client, url())
    assert export_of(client, url()) == first
    assert export_of(client, url("json")) != first
    making.make(first.pk, clock=now)
    assert export_of(client, url()) == first


def test_without_a_broker_the_sweep_finds_what_is_to_be_made(signed_in, marketer: User, heavy):
    export = export_of(signed_in(marketer), url())
    assert making.tidy(now()) == [export.pk]


def test_what_a_killed_worker_left_is_taken_up_three_times_and_then_given_up(signed_in, marketer: User, heavy):
    client, at = signed_in(marketer), now()
    export = export_of(client, url())
    for number in range(1, making.TRIES + 1):
        claimed = making.claim(export.pk, at)
        assert claimed is not None
        assert claimed.tries == number
        assert making.claim(export.pk, at) is None
        assert making.tidy(at + MINUTE / 2) == []
        at += 2 * MINUTE
        assert making.tidy(at) == ([export.pk] if number < making.TRIES else [])
    assert "could not be made" in client.get(export.get_absolute_url()).text
    assert export_of(client, url()) != export


def test_a_worker_that_was_taken_for_dead_changes_nothing(signed_in, marketer: User, heavy):
    export = export_of(signed_in(marketer), url())
    late = making.claim(export.pk, now())
    assert late is not None
    second = making.claim(export.pk, now() + 2 * MINUTE)
    assert second is not None
    with pytest.raises(making.NotMine):
        making.end(late, "ready", now(), size=1)
    assert making.path_of(late) != making.path_of(second)


def test_of_one_person_one_file_is_made_at_a_time_and_the_worker_keeps_time_for_the_rest(
    signed_in, marketer: User, rep: User, sales_lead: User, heavy, monkeypatch
):
    monkeypatch.setattr(making, "AT_ONCE", 2)
    mine = [export_of(signed_in(marketer), url(form)) for form in ("csv", "json")]
    theirs = [export_of(signed_in(who), url()) for who in (rep, sales_lead)]
    assert making.claim(mine[0].pk, now())
    assert making.claim(mine[1].pk, now()) is None
    assert making.waiting() == [export.pk for export in theirs]
    assert making.claim(theirs[0].pk, now())
    assert making.claim(theirs[1].pk, now()) is None


def test_who_has_asked_for_many_waits_until_some_are_made(signed_in, marketer: User, heavy, monkeypatch):
    monkeypatch.setattr(answers, "MOST", 1)
    client = signed_in(marketer)
    export_of(client, url())
    refused = client.get(url("json"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert "too much open at once" in refused.text


def test_a_file_that_cannot_be_made_is_said_to_be_so(signed_in, marketer: User, north: Agreement, heavy):
    client = signed_in(marketer)
    export = export_of(client, url())
    marketer.memberships.all().delete()
    assert making.make(export.pk, clock=now)
    page = client.get(export.get_absolute_url())
    assert "could not be made" in page.text
    assert list(making.FOLDER.iterdir()) == []


def test_the_page_looks_again_until_the_file_is_there(signed_in, marketer: User, heavy):
    client = signed_in(marketer)
    export = export_of(client, url())
    part = reverse("exports:progress", args=[export.pk])
    assert "waits for its turn" in client.get(part).text
    making.claim(export.pk, now())
    assert "is being made" in client.get(part).text
    Export.objects.update(state="ready")
    assert client.get(part).headers["HX-Refresh"] == "true"


def test_the_message_to_the_worker_follows_the_commit(
    signed_in, marketer: User, heavy, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(tasks.make, "delay", lambda **ids: sent.append(ids))
    with django_capture_on_commit_callbacks(execute=True):
        export = export_of(signed_in(marketer), url())
    assert sent == [{"pk": export.pk}]


def test_a_file_during_which_the_database_went_away_is_made_again(signed_in, marketer: User, heavy):
    export = export_of(signed_in(marketer), url())

    def refuse(execute, sql, params, many, context):
        if "leads_lead" in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert not making.make(export.pk, clock=now)
    assert list(making.FOLDER.iterdir()) == []
    later = now() + 2 * MINUTE
    assert making.tidy(later) == [export.pk]
    assert making.make(export.pk, clock=lambda: later)
    export.refresh_from_db()
    assert (export.state, export.tries) == ("ready", 2)
