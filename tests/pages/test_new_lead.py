from datetime import date, timedelta
from decimal import Decimal

import pytest

from agreements.models import Agreement
from leads.models import Attempt, Handoff, Inquiry, Lead, WaitingRow
from leads.persons.known import leads_by_id
from leads.persons.two import said_not_same
from smarketing.accounts.models import Side
from tests import cast
from tests.unit.leads.doors.files.files import taken

URL = "/leads/new/"
TEN = cast.MONDAY + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(TEN, tick=False)
    return time_machine


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


@pytest.fixture
def typed(north):
    return {"agreement": north.pk, "name": "Ada Lovelace", "email": "Ada@Example.org", "source": "fair", "tier": "A"}


@pytest.mark.django_db
def test_logging_leads_is_marketings(signed_in, rep):
    assert signed_in(rep).get(URL).status_code == 403


@pytest.mark.django_db
def test_a_lead_is_won_now_where_nothing_is_said(client, marketer, typed):
    client.post(URL, {**typed, "value": "1500.50"})
    lead = Lead.objects.get()
    assert (lead.created_at, lead.recorded_by, lead.email) == (TEN, marketer, "ada@example.org")
    assert lead.value == Decimal("1500.50")
    assert not Handoff.objects.exists()


@pytest.mark.django_db
def test_the_time_is_the_agreements(client, typed):
    client.post(URL, {**typed, "created_at": "2026-03-02T09:05"})
    assert Lead.objects.get().created_at == cast.MONDAY + timedelta(minutes=5)


@pytest.mark.django_db
def test_the_only_agreement_is_not_asked_for(client, north, south):
    form = client.get(URL).context["form"]
    assert form.fields["agreement"].widget.is_hidden
    assert list(form.fields["agreement"].queryset) == [north]


@pytest.mark.django_db
def test_a_foreign_agreement_is_refused(client, typed, south):
    response = client.post(URL, {**typed, "agreement": south.pk})
    assert "agreement" in response.context["form"].errors
    assert not Lead.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"created_at": "2026-03-02T09:11"}, "created_at"),
        ({"created_at": "1066-10-14T09:00"}, "created_at"),
        ({"active_on": "0001-01-01"}, "active_on"),
        ({"active_on": "2026-03-03"}, "active_on"),
        ({"consent": "zz"}, "consent"),
        ({"email": "nobody"}, "email"),
        ({"value": "-1"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"name": "x" * 201}, "name"),
        ({"name": "", "email": ""}, "__all__"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, typed, wrong, field):
    response = client.post(URL, {**typed, **wrong})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Lead.objects.exists()


@pytest.mark.django_db
def test_an_external_id_is_there_once_and_an_empty_one_often(client, typed, north):
    cast.lead(north, external_id="17", email="")
    cast.lead(north, external_id="", email="")
    client.post(URL, {**typed, "external_id": ""})
    assert Lead.objects.count() == 3
    response = client.post(URL, {**typed, "name": "Grace", "email": "", "external_id": "17"})
    assert "external_id" in response.context["form"].errors


@pytest.mark.django_db
def test_saved_and_handed_over_in_one_click(client, typed):
    response = client.post(URL, {**typed, "then": "hand_over"}, follow=True)
    handoff = Handoff.objects.get()
    assert handoff.handed_at == TEN
    assert f"/leads/take-back/?handoff={handoff.pk}" in response.content.decode()


@pytest.mark.django_db
def test_logging_another_keeps_what_they_share(client, typed):
    response = client.post(URL, {**typed, "then": "another"}, follow=True)
    html = response.content.decode()
    assert 'value="fair"' in html
    assert "Ada@" not in html


@pytest.mark.django_db
def test_who_is_known_for_certain_asks_again_and_is_no_second_lead(client, typed, north, marketer):
    handoff = cast.handed(north, name="Countess", email="ada@example.org", phone="030 1234567")
    asks = {"question": "And the price?", "campaign": "Spring", "phone": "+49 30/7654321", "external_id": "web-9"}
    page = client.post(URL, {**typed, **asks}, follow=True)
    assert page.redirect_chain == [(handoff.lead.get_absolute_url(), 302)]
    assert "Countess is known already: your entry is kept here as an inquiry." in page.text
    (asked,) = Inquiry.objects.all()
    assert (asked.lead, asked.handoff, asked.recorded_by) == (handoff.lead, handoff, marketer)
    assert (asked.asked_at, asked.question, asked.campaign, asked.source) == (TEN, "And the price?", "Spring", "fair")
    assert asked.said == {"name": "Ada Lovelace", "phone": "+49 30/7654321"}
    assert "And the price?" in page.text
    assert leads_by_id(north.pk, ["web-9"]) == {"web-9": handoff.lead_id}


@pytest.mark.django_db
def test_who_may_be_known_is_asked_for_and_both_answers_are_taken(client, typed, north):
    other = cast.lead(north, email="", company="Engine Ltd")
    typed = {**typed, "company": "Engine"}
    page = client.post(URL, typed)
    assert (page.status_code, Lead.objects.count(), Inquiry.objects.count()) == (422, 1, 0)
    assert f'value="{other.pk}"' in page.text
    assert "engine" in page.text.lower()
    client.post(URL, {**typed, "known": other.pk, "same": other.pk})
    assert list(Inquiry.objects.values_list("lead", flat=True)) == [other.pk]
    client.post(URL, {**typed, "known": other.pk, "same": "other"})
    assert Lead.objects.count() == 2
    assert said_not_same(other.pk) == {Lead.objects.latest("pk").pk}


@pytest.mark.django_db
def test_while_typing_it_is_said_who_is_known_and_nothing_of_other_agreements(client, typed, north, south):
    cast.lead(north, name="Countess", email="ada@example.org")
    cast.lead(south, name="Secret", email="eve@example.org")
    ask = f"{URL}known/"
    assert "Countess" in client.post(ask, {"agreement": north.pk, "email": "ADA@example.org"}).text
    for agreement in (north.pk, south.pk, "", "x"):
        assert "alert" not in client.post(ask, {"agreement": agreement, "email": "eve@example.org"}).text


@pytest.mark.django_db
def test_the_same_person_of_another_company_is_not_betrayed(client, typed, south):
    cast.lead(south, email="ada@example.org")
    client.post(URL, typed)
    assert Lead.objects.filter(name="Ada Lovelace").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["ada@example.org", ""])  # also of whom nothing would be recognised
def test_a_form_sent_twice_makes_neither_a_second_lead_nor_an_inquiry(client, typed, email):
    answers = [client.post(URL, {**typed, "email": email, "form_key": "one"}) for _n in range(2)]
    assert answers[0].url == answers[1].url
    assert (Lead.objects.count(), Inquiry.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_known_words_are_suggested(client, north):
    cast.lead(north, source='web"><script>', tier="B")
    html = client.get(URL).content.decode()
    assert '<option value="web&quot;&gt;&lt;script&gt;"></option>' in html


@pytest.mark.django_db
def test_without_an_agreement_the_page_says_so(signed_in, db):
    lonely = cast.person("lo@example.org", cast.team("New", Side.MARKETING))
    assert "No agreement yet" in signed_in(lonely).get(URL).content.decode()


@pytest.fixture
def _waiting(north, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    taken(north, "attempts", "lead_id,attempted_at,channel,result\n17,2026-03-02 08:30,phone,no answer\n")


@pytest.mark.django_db
@pytest.mark.usefixtures("_waiting")
def test_rows_of_files_that_waited_for_the_lead_find_it(client, typed):
    client.post(URL, {**typed, "external_id": "17"})
    assert Attempt.objects.get().lead == Lead.objects.get()
    assert not WaitingRow.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_waiting")
def test_they_find_it_also_when_the_id_comes_later(client, typed, north):
    lead = cast.lead(north, external_id="16")
    client.post(f"/leads/{lead.pk}/edit/", {**typed, "external_id": "17", "created_at": "2026-03-02T09:00"})
    assert Attempt.objects.get().lead == lead


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["external_id", "phone"])
def test_a_number_that_a_spreadsheet_shortened_is_refused_beside_its_field(client, typed, name):
    response = client.post(URL, {**typed, name: "1,23457E+15"})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert not Lead.objects.exists()


@pytest.mark.django_db
def test_what_is_typed_is_kept_as_a_file_would_have_brought_it(client, typed):
    client.post(
        URL, {**typed, "external_id": "001D000000IqhSLIAZ", "company": "Mu\u0308ller\u00a0 KG", "tier": " A\u200b"}
    )
    lead = Lead.objects.get()
    assert (lead.external_id, lead.company, lead.tier) == ("001D000000IqhSL", "M\u00fcller KG", "A")


@pytest.mark.django_db
def test_a_source_that_is_new_is_told_and_one_in_another_spelling_is_not(client, typed):
    assert "New source: webiste." in client.post(URL, {**typed, "source": "webiste"}, follow=True).text
    again = {**typed, "source": " WEBISTE", "email": "bo@example.org", "name": "Bo"}
    assert "New source" not in client.post(URL, again, follow=True).text
    assert list(Lead.objects.values_list("source", flat=True)) == ["webiste", "webiste"]


@pytest.mark.django_db
def test_the_value_says_its_currency(client, north):
    assert f"({north.currency})" in client.get(URL).context["form"]["value"].label


@pytest.mark.parametrize(
    ("language", "text", "value"), [("en", "12,500.50", "12500.50"), ("de", "12.500,50", "12500.50")]
)
def test_an_amount_is_read_as_the_language_writes_it(client, typed, language, text, value):
    client.post(URL, {**typed, "value": text}, headers={"Accept-Language": language})
    assert Lead.objects.get().value == Decimal(value)


def test_an_amount_with_the_mark_of_another_language_is_refused_beside_its_field(client, typed):
    answer = client.post(URL, {**typed, "value": "12500,50"})
    assert answer.context["form"].errors["value"] == ["Write a number like 1,234.5."]
    assert not Lead.objects.exists()


def test_enter_in_a_field_saves_and_hands_nothing_over(client, typed):
    html = client.get(URL).content.decode()
    first = html[html.index("<button", html.index("form_key")) :].partition(">")[0]
    assert ('name="then" value=""' in first, "hidden" in first) == (True, True)


@pytest.mark.django_db
def test_under_terms_that_begin_later_a_lead_is_logged_and_not_handed_over(client, north, typed):
    later = cast.agreement("later", effective_on=date(2026, 12, 1))
    Agreement.objects.filter(pk=later.pk).update(marketing_team=north.marketing_team)
    assert client.get(URL).context["form"]["agreement"].value() == north.pk, "the only one in force"
    offered = [label for _pk, label in client.get(URL).context["form"].fields["agreement"].choices]
    assert set(offered[1:]) == {str(north), f"{later} – not in force today, nothing is handed over"}
    answer = client.post(URL, {**typed, "agreement": later.pk, "then": "hand_over"})
    (said,) = answer.context["form"].errors["agreement"]
    assert "in force from Dec. 1, 2026" in said
    assert (answer.status_code, Lead.objects.exists()) == (422, False)
    client.post(URL, {**typed, "agreement": later.pk, "then": ""})
    lead = Lead.objects.get()
    assert said in client.post("/leads/hand-over/", {"lead": lead.pk}, follow=True).text
    page = client.get(lead.get_absolute_url()).text
    assert (said in page, "Hand over</button>" in page, Handoff.objects.exists()) == (True, False, False)
