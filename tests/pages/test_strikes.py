"""The page of the strikes, and what people do there."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from reports.models import JudgedMonth, Owed, RootCause, StrikeNote
from reports.strikes.judging import judge_months
from smarketing.accounts.models import Role
from tests import cast

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
DAY = datetime(2026, 4, 9, 10, tzinfo=UTC)
RULES = [
    {"name": "Missed", "months": 1, "side": "marketing", "follows": "credit", "amount": "500"},
    {"name": "Second", "months": 2, "side": "marketing", "follows": "review"},
]
CAUSE = {
    "cause": "process",
    "what_happened": "The fair was cancelled.",
    "action": "Two webinars",
    "due_on": "2026-05-01",
}


@pytest.fixture
def judged(north):
    north.versions.update(effective_on=MARCH, groups={"consequences": RULES})
    cast.target(north, "2026-03", 4)
    judge_months(at=DAY)
    return JudgedMonth.objects.get()


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


def page_of(client, form=""):
    address = (
        reverse("reports:data", args=["north", "strikes", form]) if form else reverse("reports:strikes", args=["north"])
    )
    return client.get(address, {"period": "2026-03"})


def said(client):
    return " ".join(page_of(client).content.decode().split())


def turned(client, **body):
    owed = Owed.objects.get()
    return client.post(reverse("reports:settle_owed", args=["north", owed.pk]), body, follow=True)


def test_the_page_says_what_is_owed_why_and_what_comes_next(judged, leader, stranger, signed_in):
    text = said(signed_in(leader))
    assert "A service credit of €500 follows a missed month" in text
    assert "A review follows 2 missed months in a row. One more missed month leads to: a review." in text
    assert "0 of 4" in text
    assert 'name="turn"' not in text
    assert page_of(signed_in(stranger)).status_code == 404


def test_the_same_as_json_and_csv(judged, leader, signed_in):
    found = page_of(signed_in(leader), "json").json()
    assert found["strikes"] == {"marketing": 1, "sales": 0}
    assert found["next"] == [
        {"side": "marketing", "rule": "Missed", "months": 1, "follows": "credit"},
        {"side": "marketing", "rule": "Second", "months": 1, "follows": "review"},
    ]
    assert [(one["rule"], one["sum"], one["by"], one["to"]) for one in found["owed"]] == [
        ("Missed", "500.00", "marketing", "sales")
    ]
    first = found["months"][0]
    assert (first["month"], first["measure"], first["state"]) == ("2026-03", "volume", "missed")
    assert b"2026-03,marketing,volume,,False,4.0,0.0,0,missed,1" in b"".join(page_of(signed_in(leader), "csv"))


def test_an_agreement_without_rules_says_how_to_begin_and_counts_no_misses(north, leader, marketing_lead, signed_in):
    text = said(signed_in(leader))
    assert "has no rule of what follows" in text
    assert "missed objective" not in text
    assert (text.count("No month has been judged."), "Add a rule" in text) == (2, False)
    assert "/agreements/north/edit/#consequences" in page_of(signed_in(marketing_lead)).text


def test_given_by_who_owes_and_confirmed_by_the_other(judged, marketing_lead, sales_lead, rep, signed_in):
    ours, theirs = signed_in(marketing_lead), signed_in(sales_lead)
    assert signed_in(rep).post(reverse("reports:settle_owed", args=["north", Owed.objects.get().pk])).status_code == 403
    assert "That is for the other side to say." in turned(theirs, turn="give").content.decode()
    refused = turned(ours, turn="give", on="2198-01-01", text="on invoice 7")
    field = " ".join(refused.text.partition('value="give"')[2].partition("</form>")[0].split())
    assert (refused.status_code, "The day lies in the future." in field) == (422, True)
    for on in ("0001-01-01", "2026-02-27"):  # out of every reach; before the month
        assert (turned(ours, turn="give", on=on).status_code, Owed.objects.get().state) == (422, "open")
    assert 'value="2198-01-01"' in field
    assert 'value="on invoice 7"' in field
    assert "Say why." in turned(theirs, turn="waive", text=" ").text
    turned(ours, turn="give", on="2026-04-10", text="on invoice 7")
    assert "on invoice 7" in said(theirs)
    turned(theirs, turn="confirm")
    assert Owed.objects.values_list("state", "given_on").get() == ("confirmed", date(2026, 4, 10))


def test_an_administrator_settles_nothing_and_is_told_so(judged, administrator, leader, signed_in):
    admin = signed_in(administrator)
    assert "Administrators bind nobody" in said(admin)
    assert "Administrators bind nobody" not in said(signed_in(leader))
    assert turned(admin, turn="give", text="I say so").status_code == 422
    assert Owed.objects.get().state == "open"


def test_both_sides_have_a_month_judged_again(north, judged, marketing_lead, sales_lead, signed_in):
    address = reverse("reports:judge_again", args=["north", judged.pk])
    for number in range(4):
        cast.handed(north, email=f"late{number}@example.org", name=f"Late {number}")
    assert "today: 4 of 4" in said(signed_in(sales_lead))
    assert "0 of 4" in said(signed_in(sales_lead))
    signed_in(marketing_lead).post(address, {"decision": "ask", "reason": "a late import"})
    refused = signed_in(marketing_lead).post(address + "?period=2026-03", {"decision": "ask", "reason": "one more"})
    assert (refused.status_code, "“one more”" in refused.text) == (422, True)
    signed_in(marketing_lead).post(address, {"decision": "accept"})
    assert JudgedMonth.objects.count() == 1
    assert "a late import" in said(signed_in(sales_lead))
    signed_in(sales_lead).post(address, {"decision": "accept"})
    assert JudgedMonth.objects.get(is_current=True).objectives.get(measure="volume").state == "kept"
    assert "no longer owed" in said(signed_in(sales_lead))


def test_the_side_that_missed_writes_the_sheet_and_both_read_it(judged, marketer, marketing_lead, rep, signed_in):
    miss = judged.objectives.get(measure="volume")
    address = reverse("reports:root_cause", args=["north", miss.pk])
    assert signed_in(rep).post(address, CAUSE).status_code == 403
    client = signed_in(marketer)
    refused = client.post(address, CAUSE | {"owner": rep.pk})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["owner"])
    far = client.post(address, CAUSE | {"owner": marketing_lead.pk, "due_on": "2137-01-01"})
    assert (far.status_code, list(far.context["form"].errors)) == (422, ["due_on"])
    assert "Two webinars" in refused.content.decode()
    client.post(address, CAUSE | {"owner": marketing_lead.pk})
    assert "Two webinars" in signed_in(rep).get(address).content.decode()
    assert StrikeNote.objects.get(sheet__isnull=False).changes["action"] == ["", "Two webinars"]
    assert "measure to take: – → Two webinars" in " ".join(client.get(address).text.split())


def test_two_who_edit_one_sheet_at_once_choose(judged, marketer, marketing_lead, signed_in):
    miss = judged.objectives.get(measure="volume")
    address = reverse("reports:root_cause", args=["north", miss.pk])
    mine, own = signed_in(marketer), CAUSE | {"owner": marketing_lead.pk}
    opened_on = mine.get(address).context["opened"].token
    signed_in(marketing_lead).post(address, own)
    answer = mine.post(address, own | {"action": "Another fair", "opened_on": opened_on})
    assert [one.key for one in answer.context["opened"].contradictions] == ["action"]
    assert RootCause.objects.get().action == "Two webinars"
    garbage = mine.post(address, own | {"action": "Another fair", "opened_on": "garbage"})
    assert garbage.context["opened"].contradictions
