from datetime import timedelta

import pytest

from leads.doors.merging import merge, undo_merge
from leads.models import Comment, Lead
from leads.work.commenting import comment
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(north):
    return cast.handed(north).lead


def test_both_sides_read_what_the_other_says_and_find_the_lead_by_it(lead, signed_in, rep, marketer, stranger):
    sent = {"text": "Met at the <b>trade fair</b>"}
    answer = signed_in(marketer).post(f"/leads/{lead.pk}/comment/", sent, follow=True)
    assert "The comment is in the history." in answer.text
    seen = signed_in(rep).get(lead.get_absolute_url()).text
    assert "Met at the &lt;b&gt;trade fair" in seen
    assert marketer.name in seen
    assert lead.get_absolute_url() in signed_in(rep).get("/leads/?q=trade+fair").text
    assert signed_in(stranger).post(f"/leads/{lead.pk}/comment/", sent).status_code == 404


def test_an_empty_or_endless_comment_is_refused_beside_its_field(lead, signed_in, rep):
    for text in (" ", "x" * 2001):
        answer = signed_in(rep).post(f"/leads/{lead.pk}/comment/", {"text": text})
        assert answer.status_code == 422
        assert answer.context["comment_form"].errors["text"]
    assert text in answer.text
    assert not Comment.objects.exists()


def test_who_wrote_it_withdraws_it_and_the_history_keeps_that_it_was_there(lead, signed_in, rep, marketer):
    made = comment(lead, "Wrong lead", by=rep, at=cast.MONDAY + timedelta(hours=1))
    withdraw = f"/leads/comments/{made.pk}/withdraw/"
    assert withdraw not in signed_in(marketer).get(lead.get_absolute_url()).text
    assert signed_in(marketer).post(withdraw).status_code == 403
    client = signed_in(rep)
    assert withdraw in client.get(lead.get_absolute_url()).text
    client.post(withdraw)
    assert "already been withdrawn" in client.post(withdraw, follow=True).text
    page = client.get(lead.get_absolute_url())
    assert [entry.kind for entry in page.context["history"]][:2] == ["uncommented", "commented"]
    assert "Wrong lead" not in page.text
    assert Lead.objects.get().notes == ""


def test_a_comment_goes_with_its_lead_into_a_merge_and_back(lead, north, marketer, signed_in):
    gone = cast.lead(north, cast.MONDAY, name="Ada Again", email="again@example.org")
    made = comment(gone, "Calls herself Ada", by=marketer, at=cast.MONDAY)
    merged = merge(lead, gone, {}, by=marketer, at=cast.MONDAY + timedelta(days=1))
    assert "Calls herself Ada" in signed_in(marketer).get(lead.get_absolute_url()).text
    back = undo_merge(merged, by=marketer, at=cast.MONDAY + timedelta(days=2))
    assert Comment.objects.get(pk=made.pk).lead == back
