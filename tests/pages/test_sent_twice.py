"""The same form sent again, by a second click, a retry or the back button, is done once and answered the same."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.models import Attempt, Deal, Handoff, ImportRun, Lead
from leads.tasks import sweep
from smarketing.accounts.models import SentForm
from smarketing.accounts.sent_forms import KEPT, forget
from tests import cast

pytestmark = pytest.mark.django_db
NEW = "/leads/new/"
TEN = cast.MONDAY + timedelta(minutes=10)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/queue/"}
CALL = {"channel": "phone", "result": "no_answer"}


@pytest.fixture(autouse=True)
def clock(time_machine, settings):
    settings.SESSION_HOURS = settings.SESSION_IDLE_HOURS = 48
    settings.SESSION_COOKIE_AGE = 48 * 60 * 60
    time_machine.move_to(TEN, tick=False)
    return time_machine


@pytest.fixture
def marketing(signed_in, marketer):
    return signed_in(marketer)


@pytest.fixture
def sales(signed_in, rep):
    return signed_in(rep)


@pytest.fixture
def typed(north):
    return {"agreement": north.pk, "name": "Ada", "email": "ada@example.org", "source": "fair", "form_key": "k-1"}


def told(response) -> list[str]:
    return [text for _level, text, _undo in response.wsgi_request.said]


def key_of(page) -> str:
    return page.content.decode().partition('name="form_key" value="')[2].partition('"')[0]


def attempt_url(handoff) -> str:
    return reverse("leads:attempt", args=[handoff.pk])


def test_a_lead_sent_again_hours_later_is_the_first_one_and_said_so_again(marketing, typed, clock):
    first = marketing.post(NEW, {**typed, "then": "hand_over"})
    said = told(first)
    clock.shift(timedelta(hours=23))
    again = marketing.post(NEW, {**typed, "then": "hand_over"})
    assert (again.status_code, again.url, told(again)) == (302, first.url, said)
    assert said == ["Ada is handed over to sales.", "New source: fair."]
    assert (Lead.objects.count(), Handoff.objects.count()) == (1, 1)


def test_the_key_of_another_person_is_another_key(marketing, typed, north, signed_in):
    marketing.post(NEW, {**typed, "email": ""})
    signed_in(cast.person("ole@example.org", north.marketing_team)).post(NEW, {**typed, "email": ""})
    assert Lead.objects.count() == 2


def test_what_was_refused_can_be_put_right_with_the_same_key(marketing, typed):
    assert marketing.post(NEW, {**typed, "email": "nobody"}).status_code == 422
    assert marketing.post(NEW, {**typed, "email": "nobody"}).status_code == 422
    assert told(marketing.post(NEW, typed)) == ["Ada is saved.", "New source: fair."]
    assert Lead.objects.get().email == "ada@example.org"


def test_an_edited_form_is_another_lead_and_says_that_the_first_one_stands(marketing, typed):
    marketing.post(NEW, typed)
    second = marketing.post(NEW, {**typed, "name": "Bo", "email": "bo@example.org"})
    assert told(second)[0].startswith("You have sent this form before with other entries")
    assert set(Lead.objects.values_list("name", flat=True)) == {"Ada", "Bo"}


def test_each_form_is_shown_with_a_key_of_its_own(marketing, north):
    keys = {key_of(marketing.get(NEW)) for _n in range(3)}
    assert len(keys) == 3
    assert min(map(len, keys)) == 36


def test_a_form_without_a_key_is_done_each_time(marketing, typed):
    for _n in range(2):
        marketing.post(NEW, {**typed, "email": "", "form_key": ""})
    assert Lead.objects.count() == 2
    assert not SentForm.objects.exists()


def test_a_key_that_is_none_harms_nobody(marketing, typed):
    for key in ("\u2028", "x" * 10_000, "ä"):
        assert marketing.post(NEW, {**typed, "email": "", "form_key": key}).status_code == 302
    assert Lead.objects.count() == 3


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_attempt_sent_again_is_recorded_once_with_the_same_words(north, sales, headers, clock):
    handoff = cast.handed(north)
    for _n in range(2):
        answer = sales.post(attempt_url(handoff), {**CALL, "form_key": "k"}, headers=headers)
        assert answer.status_code == (200 if headers else 302)
        clock.shift(timedelta(minutes=3))
        page = answer.content.decode() if headers else sales.get(answer.url).content.decode()
        assert "“No answer” is recorded for Ada Lovelace." in page
        assert reverse("leads:withdraw", args=[Attempt.objects.get().pk]) in page
        assert not headers or (page.lstrip().startswith("<tbody") and "1 of 6" in page)


@pytest.mark.parametrize("note", ["", "He is on holiday"])
def test_a_second_attempt_from_a_fresh_form_is_kept_whatever_its_note(north, sales, note):
    """Within the same second: no window by the clock swallows it."""
    handoff = cast.handed(north)
    for _n in range(2):
        fresh = key_of(sales.get(handoff.lead.get_absolute_url()))
        sales.post(attempt_url(handoff), {**CALL, "note": note, "form_key": fresh})
    assert list(Attempt.objects.values_list("note", flat=True)) == [note, note]


def test_the_row_of_the_queue_comes_back_with_fresh_keys(north, sales):
    handoff = cast.handed(north)
    for _n in range(2):
        row = sales.post(attempt_url(handoff), {**CALL, "form_key": "k"}, headers=HTMX)
        assert 'name="form_key"' in row.content.decode()
        assert 'value="k"' not in row.content.decode()


def test_one_key_for_two_handoffs_is_two_forms(north, sales):
    for handoff in (cast.handed(north), cast.handed(north, email="bo@example.org")):
        sales.post(attempt_url(handoff), {**CALL, "form_key": "k"})
    assert Attempt.objects.count() == 2


def test_closing_again_after_a_day_is_closing_anew(north, sales, clock):
    handoff = cast.handed(north)
    sales.post(attempt_url(handoff), CALL)
    won = {"outcome": "won", "revenue": "100", "form_key": "k"}
    for _n in range(2):
        assert sales.post(reverse("leads:close", args=[handoff.pk]), won).status_code == 302
    assert Deal.objects.count() == 1
    clock.shift(KEPT + timedelta(seconds=1))
    sweep()
    assert not SentForm.objects.exists()
    assert sales.post(reverse("leads:close", args=[handoff.pk]), won).status_code == 422


def test_what_was_sent_within_a_day_is_not_forgotten(marketing, typed):
    marketing.post(NEW, typed)
    forget(at=TEN + KEPT)
    assert SentForm.objects.count() == 1


def test_a_file_uploaded_again_is_one_import_and_another_file_another(north, marketing, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    url = reverse("leads:import_new")
    for text in (
        b"lead_id,created_at\n1,2026-03-02\n",
        b"lead_id,created_at\n1,2026-03-02\n",
        b"lead_id,email\n1,a@b.c\n",
    ):
        file = SimpleUploadedFile("leads.csv", text)
        sent = {"agreement": north.pk, "kind": "leads", "file": file, "form_key": "k"}
        assert marketing.post(url, sent).status_code == 302
    assert ImportRun.objects.count() == 2
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_an_error_of_the_program_keeps_no_answer(marketing, typed, monkeypatch):
    monkeypatch.setattr("leads.pages.lead.new_page.logged", lambda *_: 1 / 0)
    marketing.raise_request_exception = False
    assert marketing.post(NEW, typed).status_code == 500
    assert (Lead.objects.count(), SentForm.objects.count()) == (0, 0)
