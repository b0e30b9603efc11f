"""A lead outside the criteria is handed over with a reason only; what its brief lacks is filled in on the way."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from agreements.document.differences import differences
from agreements.document.groups.qualification import BRIEF, CRITERIA, Criterion
from agreements.document.stored import document_of
from agreements.document.versions import whole_document
from agreements.models import Agreement
from agreements.pages.reading.history import clause_change
from agreements.promises.promise import BriefPromise
from agreements.signing.drafting import begin
from leads.enums import OutsideReason
from leads.models import Handoff, Lead
from leads.work.handoffs import OutsideCriteria, hand_over
from smarketing.accounts.models import Role
from tests import cast
from tests.pages.shown_forms import shown_forms
from tests.pages.test_agreement_edit import filled
from tests.unit.leads.doors.files.files import taken

TEN = cast.MONDAY + timedelta(minutes=10)
HAND_OVER = "/leads/hand-over/"
SIZE = {"fact": "company_size", "rule": "at_least", "value": ["50"]}
KNOWN = ("known-countries", "known-languages")
GROUPS = {"criteria": [SIZE], "brief": [{"fact": "email_or_phone"}, {"fact": "question"}]}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(TEN, tick=False)


@pytest.fixture
def asking(north):
    north.versions.update(groups=GROUPS)
    return north


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


@pytest.mark.django_db
def test_outside_the_criteria_only_with_a_reason_which_is_frozen(asking, client):
    small = cast.lead(asking, name="Ada", company_size=20, question="How much?")
    with pytest.raises(OutsideCriteria):
        hand_over(small, by=None, at=TEN)
    page = client.post(HAND_OVER, {"lead": small.pk})
    assert page.status_code == 422
    assert "Company size is 20: at least 50 is asked" in page.content.decode()
    refused = client.post(HAND_OVER, {"lead": small.pk, "asked": "1", "reason": "other", "note": " "})
    assert "Say which reason that is." in refused.content.decode()
    assert not Handoff.objects.exists()
    client.post(HAND_OVER, {"lead": small.pk, "asked": "1", "reason": "key_account", "note": "A <b>big</b> name"})
    made = Handoff.objects.get()
    assert (made.is_outside, made.outside_reason, made.brief) == (True, OutsideReason.KEY_ACCOUNT, "complete")
    Lead.objects.update(company_size=500)
    html = client.get(reverse("leads:detail", args=[small.pk])).content.decode()
    assert "Company size is 20: at least 50 is asked" in html
    assert "Important company: A &lt;b&gt;big&lt;/b&gt; name" in html


@pytest.mark.django_db
def test_the_form_of_a_new_lead_asks_for_the_reason_and_hands_over_with_it(asking, client):
    typed = {"agreement": asking.pk, "name": "Ada", "company_size": 20, "job_title": "<Head>", "then": "hand_over"}
    page = client.post("/leads/new/", typed)
    assert page.status_code == 422
    assert "Company size is 20: at least 50 is asked" in page.text
    assert "Choose a reason." not in page.text
    assert "&lt;Head&gt;" in page.text
    assert "Choose a reason." in client.post("/leads/new/", {**typed, "reason": "", "note": "Big"}).text
    assert not Lead.objects.exists()
    client.post("/leads/new/", {**typed, "reason": "key_account", "note": "Big"})
    made = Handoff.objects.get()
    assert (made.lead.name, made.outside_reason, made.outside_note) == ("Ada", OutsideReason.KEY_ACCOUNT, "Big")
    client.post("/leads/new/", {**typed, "name": "Grace", "then": ""})
    client.post("/leads/new/", {**typed, "name": "Mary", "company_size": 50, "reason": "key_account"})
    assert not Lead.objects.get(name="Grace").handoffs.exists()
    assert Handoff.objects.get(lead__name="Mary").outside_reason == ""


@pytest.mark.django_db
def test_what_the_brief_lacks_is_filled_in_on_the_way(asking, client):
    first = cast.lead(asking, name="Ada", company_size=80)
    second = cast.lead(asking, name="Grace")
    html = client.post(HAND_OVER, {"lead": [first.pk, second.pk]}).content.decode()
    assert html.count("The brief lacks: Question asked.") == 2
    assert "Company size is unknown: at least 50 is asked" in html
    typed = {f"lead-{first.pk}-question": "How much?", f"lead-{second.pk}-company_size": "50"}
    client.post(HAND_OVER, {"lead": [first.pk, second.pk], "asked": "1", **typed})
    found = {one.lead.name: (one.is_outside, one.brief, one.brief_missing) for one in Handoff.objects.all()}
    assert found == {"Ada": (False, "complete", []), "Grace": (False, "incomplete", ["question"])}
    first.refresh_from_db()
    assert first.question == "How much?"


@pytest.mark.django_db
def test_every_lead_of_many_can_be_filled_in_page_after_page(asking, client):
    leads = [cast.lead(asking, name=f"Lead {nth}", company_size=80) for nth in range(27)]
    sent = {"lead": [lead.pk for lead in leads], "asked": "1"}
    page = client.post(HAND_OVER, {"lead": sent["lead"]})
    shown = re.findall(r'name="shown" value="(\d+)"', page.text)
    assert len(shown) == 25
    assert "2 more leads need a look after these." in page.text
    typed = {f"lead-{pk}-question": f"Question {pk}?" for pk in shown}
    broken = client.post(HAND_OVER, {**sent, "shown": shown, **typed, f"lead-{shown[0]}-question": "\x07"})
    assert f"Question {shown[24]}?" in broken.text
    assert not Lead.objects.exclude(question="").exists()
    page = client.post(HAND_OVER, {**sent, "shown": shown, **typed})
    assert (Handoff.objects.count(), Lead.objects.exclude(question="").count()) == (0, 25)
    looked_at, rest = (re.findall(rf'name="{name}" value="(\d+)"', page.text) for name in ("looked_at", "shown"))
    assert sorted(looked_at + rest, key=int) == [str(lead.pk) for lead in leads]
    client.post(HAND_OVER, {**sent, "looked_at": looked_at, "shown": rest, f"lead-{rest[1]}-question": "Last?"})
    assert Handoff.objects.count() == 27
    assert Lead.objects.filter(question="Last?").get().handoffs.get().brief == "complete"
    assert Handoff.objects.get(lead=rest[0]).brief_missing == ["question"]


@pytest.mark.django_db
def test_a_version_that_asks_nothing_asks_nothing(north, client):
    client.post(HAND_OVER, {"lead": cast.lead(north, name="Ada").pk})
    made = Handoff.objects.get()
    assert (made.is_outside, made.unmet, made.brief, made.brief_missing) == (False, [], "", [])


@pytest.fixture
def judged(asking):
    """Two outside of four, one with an incomplete brief; promised are nine complete briefs of ten."""
    terms = asking.versions.get()
    cast.promise(terms, BriefPromise(share=Decimal("0.9")))
    for name, size, question in (("Ada", 80, "?"), ("Grace", 20, "?"), ("Mary", 20, ""), ("Rosa", 90, "?")):
        lead = cast.lead(asking, name=name, company_size=size, question=question)
        hand_over(lead, by=None, at=TEN, reason="key_account")
    return asking


@pytest.mark.django_db
def test_outside_the_criteria_counts_apart_with_exactly_its_records(judged, signed_in, marketer):
    client, at = signed_in(marketer), reverse("reports:volume", args=[judged.slug])
    html = client.get(at, {"period": "2026-03"}).content.decode()
    assert "Of which outside the criteria" in html
    found = json.loads(client.get(f"/reports/{judged.slug}/volume.json?period=2026-03").content)
    assert found["volume"]["outside_criteria"] == 2
    behind = json.loads(client.get(f"/reports/{judged.slug}/records.json?period=2026-03&what=outside").getvalue())
    assert {row["Lead"]: row["Outside the criteria"] for row in behind["records"]} == {
        "Grace": "Important company",
        "Mary": "Important company",
    }
    text = StringIO()
    call_command("sla_report", judged.slug, "2026-03", stdout=text)
    assert "outside the criteria 2" in text.getvalue()


@pytest.mark.django_db
def test_lists_queue_and_file_find_exactly_those_that_the_volume_counts_apart(judged, signed_in, marketer, rep):
    Lead.objects.update(company_size=500)  # as it was handed over counts
    client, names = signed_in(marketer), ("Ada", "Grace", "Mary", "Rosa")
    whole, outside = (client.get("/leads/", {"criteria": asked}).text for asked in ("", "outside"))
    assert [name for name in names if name in outside] == ["Grace", "Mary"]
    assert [name for name in names if name in whole] == list(names)
    assert whole.count("Outside the criteria: Important company") == 2
    lines = client.get("/leads/export/", {"criteria": "outside"}).getvalue().decode().splitlines()
    assert [(line.split(",")[0], line.split(",")[-1]) for line in lines[1:]] == [
        ("Mary", "Important company"),
        ("Grace", "Important company"),
    ]
    queue = signed_in(rep).get("/leads/queue/", {"criteria": "outside", "whose": "team"}).text
    assert [name for name in names if name in queue] == ["Grace", "Mary"]
    assert queue.count("Outside the criteria: Important company") == 2
    assert '<span class="value">2</span>' in queue


@pytest.mark.django_db
def test_the_promise_of_complete_briefs_is_judged_as_the_lead_is_handed_over(judged, signed_in, marketer):
    Lead.objects.update(question="filled in later")
    text = StringIO()
    call_command("sla_report", judged.slug, "2026-03", "--json", stdout=text)
    row = next(row for row in json.loads(text.getvalue())["scorecard"] if row["measure"] == "brief")
    assert (row["side"], row["promised"], row["delivered"], row["judged"], row["kept"]) == (
        "marketing",
        0.9,
        0.75,
        4,
        3,
    )
    client = signed_in(marketer)
    kept = json.loads(client.get(f"/reports/{judged.slug}/records.json?period=2026-03&what=brief_kept").getvalue())
    assert {row["Lead"] for row in kept["records"]} == {"Ada", "Grace", "Rosa"}
    page = client.get(f"/agreements/{judged.slug}/").text
    figure = page.partition("Complete briefs</dt>")[2].partition("</div>")[0]
    assert " ".join(figure.split()).startswith(
        '<dd class="value"> 90% </dd> <dd class="note"> with all facts of the brief'
    )
    html = client.get(reverse("reports:scorecard", args=[judged.slug]), {"period": "2026-03"}).content.decode()
    assert "Complete briefs" in html
    assert "with all facts of the brief" in html


@pytest.fixture
def of_february(asking):
    for name, size in (("Ada", 80), ("Grace", 20), ("Mary", None), ("Rosa", None), ("Lise", None)):
        cast.lead(asking, cast.MONDAY - timedelta(days=9), name=name, company_size=size)
    cast.lead(asking, name="of March", company_size=80)
    return asking


@pytest.mark.django_db
def test_how_many_of_last_months_leads_would_have_met_the_criteria_also_those_being_written(of_february, client):
    url = reverse("leads:would_meet", args=[of_february.slug])
    html = " ".join(client.get(url).content.decode().split())
    assert "Of the 5 leads of February 2026, 1 would have met the criteria." in html
    assert "Company size: at least 50 is asked: 4 do not, 3 of them because it is unknown" in html
    typed = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "criteria-0-fact": "company_size"}
    written = client.post(url, {**typed, "criteria-0-rule": "at_least", "criteria-0-value": "20"}).content.decode()
    assert "Of the 5 leads of February 2026, 2 would have met the criteria." in written
    unfinished = client.post(url, {**typed, "criteria-0-rule": "at_least"}).content.decode()
    assert "once every criterion is complete" in unfinished
    assert url in client.get(reverse("agreements:detail", args=[of_february.slug])).content.decode()


@pytest.fixture
def drafted(of_february, administrator):
    """Another agreement of the same teams, to which nobody has agreed yet."""
    document = replace(document_of(of_february), slug="next", name="Next", effective_on=date(2026, 4, 1))
    return begin(document, by=administrator, at=TEN).agreement


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["/agreements/next/steps/lead/", "/agreements/next/draft/", "/agreements/new/"])
def test_a_draft_and_a_new_agreement_count_the_leads_of_their_marketing_team(
    at, drafted, signed_in, administrator, django_assert_num_queries
):
    client = signed_in(administrator)
    shown = re.search(r'hx-post="(/leads/criteria/[^"]+)"', client.get(at).text)
    typed = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "criteria-0-fact": "company_size"}
    typed |= {"criteria-0-rule": "at_least", "criteria-0-value": "20", "time_zone": "Europe/Berlin"}
    with django_assert_num_queries(5):
        html = " ".join(client.post(shown[1], typed | {"marketing_team": "marketing NORTH"}).text.split())
    assert "Of the 5 leads of Marketing north in February 2026, 2 would have met the criteria." in html
    Lead.objects.all().delete()
    html = client.post(shown[1], typed | {"marketing_team": "Marketing north"}).text
    assert "There were no leads of Marketing north in February 2026" in html


@pytest.mark.django_db
def test_the_first_fact_of_the_list_can_be_asked_and_stays_asked(drafted, signed_in, administrator):
    client, url = signed_in(administrator), "/agreements/next/steps/lead/"
    for kept, chosen in (
        ("", {"criteria-1-fact": "email_or_phone", "criteria-1-rule": "given"}),
        ("email_or_phone", {}),
    ):
        (form,) = [one for one in shown_forms(client.get(url).text) if "criteria-0-fact" in one.fields]
        assert form.fields["criteria-1-fact"] == kept
        client.post(url, form.fields | chosen)
        asked = CRITERIA.of(whole_document(drafted.versions.get()))
        assert [one.fact for one in asked] == ["company_size", "email_or_phone"]


@pytest.mark.django_db
def test_what_marketing_wins_for_others_is_not_counted_for_those_who_may_not_read_it(drafted, south, signed_in):
    Agreement.every.filter(pk=drafted.pk).update(sales_team=south.sales_team)
    outsider = cast.person("sam@example.org", south.sales_team, role=Role.LEAD)
    for url in ("/leads/criteria/next/", "/leads/criteria/new/"):
        typed = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0, "criteria-0-fact": "name"}
        html = signed_in(outsider).post(url, typed | {"criteria-0-rule": "given", "marketing_team": "Marketing north"})
        assert "There were no leads of Marketing north" in html.text
        assert "Of the" not in html.text


@pytest.mark.django_db
def test_a_template_says_how_many_leads_of_the_named_team_would_have_met_its_criteria(
    of_february, signed_in, administrator
):
    client = signed_in(administrator)
    page = client.get("/agreements/begin/formal/").text
    shown = re.search(r'hx-get="(/leads/criteria/new/[^"]+)"', page)
    assert "Name a marketing team" in client.get(shown[1]).text
    html = " ".join(client.get(shown[1], {"template": "formal", "marketing_team": "Marketing north"}).text.split())
    assert "Of the 5 leads of Marketing north in February 2026, 2 would have met the criteria." in html


@pytest.mark.django_db
def test_a_country_is_one_code_through_form_file_and_criterion_and_shown_in_the_readers_language(
    north, client, settings, tmp_path, marketer
):
    settings.MEDIA_ROOT = tmp_path
    asked = {"fact": "country", "rule": "one_of", "value": ["Tyskland", "Österreich"]}
    assert Criterion.model_validate(asked).value == ("DE", "AT")
    north.versions.update(groups={"criteria": [asked]})  # as it was stored before countries had codes
    typed = {"agreement": north.pk, "name": "Ada", "country": "Entenhausen", "language": "german", "then": "hand_over"}
    refused = client.post("/leads/new/", typed).text
    assert "“Entenhausen” is no country known here" in refused
    assert 'value="german"' in refused
    client.post("/leads/new/", {**typed, "country": "Germany"})
    ada = Lead.objects.get()
    assert (ada.country, ada.language, ada.handoffs.get().is_outside) == ("DE", "de", False)
    marketer.language = "da"
    marketer.save()
    for page in (reverse("leads:detail", args=[ada.pk]), reverse("leads:edit", args=[ada.pk])):
        assert "Tyskland" in client.get(page).text
    for page in (reverse("leads:edit", args=[ada.pk]), "/leads/new/"):
        html = client.get(page).text
        listed = {name: html.partition(f'<datalist id="{name}">')[2].partition("</datalist>")[0] for name in KNOWN}
        assert [f'list="{name}"' in html for name in KNOWN] == [True, True]
        assert ["Østrig" in listed["known-countries"], "Tysk" in listed["known-languages"]] == [True, True]
    rows = "g,Grace,2026-03-02 08:30,Deutschland,en\nm,Mary,2026-03-02 08:30,Entenhausen,Klingon\n"
    taken(north, "leads", f"lead_id,name,created_at,country,language\n{rows}")
    found = {one.name: (one.country, one.language) for one in Lead.objects.exclude(pk=ada.pk)}
    assert found == {"Grace": ("DE", "en"), "Mary": ("", "")}


@pytest.mark.django_db
def test_what_changed_in_a_criterion_names_countries_in_the_readers_language(north):
    former, later = (
        replace(document_of(north), groups={"criteria": (Criterion(fact="country", rule="one_of", value=codes),)})
        for codes in (("DE",), ("DE", "AT"))
    )
    with override("de"):
        (changed,) = [clause_change(one.as_json()) for one in differences(former, later)]
    assert (changed.before, changed.after) == ("Deutschland", "Deutschland; Österreich")


@pytest.mark.django_db
def test_a_files_handoff_is_never_refused_and_says_why_or_that_it_does_not(asking, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for name, size in (("Ada", 80), ("Grace", 20), ("Mary", 20)):
        cast.lead(asking, cast.MONDAY - timedelta(hours=1), name=name, external_id=name, company_size=size)
    rows = "Ada,2026-03-02 08:30,\nGrace,2026-03-02 08:30,\nMary,2026-03-02 08:30,Sales knows her\n"
    taken(asking, "handoffs", f"lead_id,handed_at,outside_reason\n{rows}")
    found = {one.lead.name: (one.outside_reason, one.outside_note, one.brief) for one in Handoff.objects.all()}
    assert found == {
        "Ada": ("", "", "incomplete"),
        "Grace": ("not_given", "", "incomplete"),
        "Mary": ("from_file", "Sales knows her", "incomplete"),
    }


@pytest.mark.django_db
def test_a_fact_taken_out_of_the_brief_leaves_the_promise_of_complete_briefs(asking, signed_in, administrator):
    promise = BriefPromise(share=Decimal("0.9"))
    cast.promise(asking.versions.get(), promise)
    client, url = signed_in(administrator), reverse("agreements:edit", args=[asking.slug])
    client.post(url, filled(client, url) | {"brief-0-DELETE": "on"})
    document = document_of(asking)
    assert [row.fact for row in BRIEF.of(document)] == ["question"]
    assert [one for one in document.promises if one.measure == "brief"] == [promise]
