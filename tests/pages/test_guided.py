"""The guided way: two sides write one draft in small steps, each saving by itself, and sign it."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from agreements.document.groups.scope import SCOPE, ScopeClause
from agreements.document.stored import document_of
from agreements.document.versions import whole_document
from agreements.models import Agreement, Version
from agreements.pages.guided.every_month import EveryMonthForm
from agreements.pages.guided.steps import STEPS, asked_in, shown_parts
from agreements.pages.writing.edit_form import Draft, initial_of
from agreements.signing.drafting import rewrite
from smarketing.accounts.models import Role, Side, Team, User
from smarketing.lib.opened import entries_of
from tests import cast
from tests.pages.shown_forms import shown_forms

pytestmark = pytest.mark.django_db

URL = "/agreements/alps/steps/"
HTMX = {"HTTP_HX_REQUEST": "true"}
WRONG = [
    ("who", {"effective_on": "2020-01-01"}, "effective_on"),
    ("who", {"sales_team": "Nobody knows them"}, "sales_team"),
    ("who", {"effective_on": "2026-02-30"}, "effective_on"),
    ("hours", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "mon"),
    ("hours", {"country": "XX"}, "country"),
    ("hours", {"mon": "17:00-17:00"}, "mon"),
    ("hours", {"exceptions": "2026-12-31 2026-12-24 reversed"}, "exceptions"),
    ("lead", {"definitions-1-meaning": "of nothing"}, "definitions-1-term"),
    ("target", {"marketing_share": "40", "average_deal": "100", "lead_to_customer": "0"}, "lead_to_customer"),
    ("target", {"marketing_share": "130", "average_deal": "100", "lead_to_customer": "5"}, "marketing_share"),
    ("target", {"every-leads": "-3"}, "every-leads"),
    ("fast", {"speed-0-within_minutes": "0"}, "speed-0-within_minutes"),
    ("fast", {"speed-0-share": "130"}, "speed-0-share"),
    ("often", {"depth-0-attempts": "6"}, "depth-0-within_working_days"),
    ("often", {"capacity-reps": "0", "capacity-minutes_per_attempt": "8"}, "capacity-reps"),
    ("missed", {"return_within_working_days": "many"}, "return_within_working_days"),
    ("contacts", {"contacts-0-name": "Änne", "contacts-0-email": "nowhere"}, "contacts-0-email"),
    ("review", {"review-every_months": "99"}, "review-every_months"),
    ("sign", {"signers-0-side": "sales", "signers-0-email": "nobody"}, "signers-0-email"),
]


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


@pytest.fixture
def people(db) -> dict[str, User]:
    marketing, sales = cast.team("Marketing Alps", Side.MARKETING), cast.team("Sales Alps", Side.SALES)
    return {
        "marketing": cast.person("mo@example.org", marketing, role=Role.LEAD, name="Mo"),
        "sales": cast.person("sal@example.org", sales, role=Role.LEAD, name="Sal"),
        "rep": cast.person("ron@example.org", sales, name="Ron"),
    }


@pytest.fixture
def clients(people, signed_in) -> dict[str, Client]:
    return {name: signed_in(person) for name, person in people.items()}


@pytest.fixture
def draft(clients) -> Version:
    begin(clients["marketing"])
    return Version.objects.get()


def begin(client: Client, **typed: str):
    (form,) = [one for one in shown_forms(client.get("/agreements/begin/plain/").text) if "sales_team" in one.fields]
    teams = {
        "marketing_team": "Marketing Alps",
        "sales_team": "Sales Alps",
        "name": "Alps",
        "time_zone": "Europe/Berlin",
    }
    return client.post("/agreements/begin/plain/", form.fields | teams | typed)


def fields(client: Client, step: str) -> dict[str, str]:
    page = client.get(f"{URL}{step}/")
    (form,) = [one for one in shown_forms(page.text) if "opened_on" in one.fields]
    return form.fields


def write(client: Client, step: str, *, htmx: bool = False, **typed: str):
    return client.post(f"{URL}{step}/", fields(client, step) | typed, **(HTMX if htmx else {}))


@pytest.mark.parametrize("step", ["fast", "contacts"])
def test_a_page_cannot_say_that_it_has_less_rows_than_none(clients, draft, step):
    sent = fields(clients["marketing"], step)
    before = Version.objects.get().text
    answer = clients["marketing"].post(f"{URL}{step}/", sent | {k: "-1" for k in sent if k.endswith("TOTAL_FORMS")})
    assert (answer.status_code, Version.objects.get().text == before) == (422, True)


@pytest.mark.parametrize("code", ["NAN", "ABC"])
def test_a_currency_is_one_that_there_is(clients, code):
    answer = begin(clients["marketing"], currency=code)
    assert (answer.status_code, "is no currency" in answer.text, Agreement.every.count()) == (422, True, 0)


def test_two_sides_write_one_draft_and_both_sign_it(clients, draft):
    marketing, sales = clients["marketing"], clients["sales"]
    assert not Agreement.objects.exists(), "what nobody has signed is no agreement"
    answer = write(marketing, "target", **{"every-leads": "", "every-quota": "5,000"}, **CONVERSION)
    assert (answer.status_code, answer.url) == (302, f"{URL}fast/")
    assert "marketing owes 100 leads" in sales.get(f"{URL}target/").text
    write(sales, "often", **{"depth-0-attempts": "6", "depth-0-within_working_days": "15"})
    page = marketing.get(f"{URL}sign/")
    version = proposed(marketing, page)
    assert not Agreement.objects.exists()
    assert "waits for your signature" in sales.get("/waiting/").text
    sales.post(f"/agreements/alps/versions/{version.pk}/settle/", {"decision": "sign", "seen": version.digest})
    document = document_of(Agreement.objects.get(slug="alps"))
    assert set(document.quotas.values()) == {5000}
    targets = Agreement.objects.get().targets.agreed()
    assert {target.month: target.leads for target in targets} == {
        date(2026 + n // 12, n % 12 + 1, 1): 100 for n in range(3, 15)
    }
    assert [(made.measure, made.figure) for made in document.promises] == [("speed", 1.0), ("depth", 6)]
    assert clients["rep"].get("/agreements/alps/").status_code == 200


def test_who_signs_a_first_version_reads_whether_sales_has_the_time_and_when_it_begins(clients, draft):
    marketing, sales = clients["marketing"], clients["sales"]
    write(marketing, "target", **{"every-leads": "5000"})
    write(marketing, "often", **{"capacity-reps": "1", "capacity-minutes_per_attempt": "60"})
    line = marketing.get(f"{URL}often/").context["work"].line
    page = marketing.get(f"{URL}sign/")
    assert page.context["work"].line == line
    assert line.verdict == "cannot be kept"
    assert f"{line.used} of the time is taken." in page.text
    write(marketing, "contacts", **{"contacts-0-name": "Mia Field", "contacts-0-side": "marketing"})
    assert "With questions one turns to: Mia Field" in marketing.get(f"{URL}contacts/").text
    version = proposed(marketing, marketing.get(f"{URL}sign/"))
    address = f"/agreements/alps/versions/{version.pk}/"
    signing = sales.get(address)
    assert signing.context["shown"].capacity.work.line == line
    assert f"{line.used} of the time is taken." in signing.text
    sales.post(f"{address}settle/", {"decision": "sign", "seen": version.digest})
    agreed = sales.get("/agreements/alps/")
    assert "Not in force yet: from " in agreed.text
    assert agreed.context["version_in_force"] is None


CONVERSION = {"marketing_share": "100", "average_deal": "100", "lead_to_customer": "50"}


def proposed(client: Client, page) -> Version:
    (form,) = [one for one in shown_forms(page.text) if "seen" in one.fields]
    client.post(form.action, form.fields | {"decision": "propose"})
    return Version.objects.proposed().get()


def test_it_saves_by_itself_says_when_and_what_follows_from_it(clients, draft):
    answer = write(clients["marketing"], "hours", htmx=True, fri="09:00-17:00", mon="08:40-17:00")
    assert answer.status_code == 200
    assert "Saved 09:00." in answer.text
    assert "Handed over Friday 16:40" in answer.text
    answer = write(clients["marketing"], "fast", htmx=True, **{"speed-0-within_minutes": "60"})
    assert "Handed over Friday 16:40 with 1 h of working time: due Monday 09:20." in answer.text
    draft.refresh_from_db()
    assert whole_document(draft).calendar.week["mon"] == (("08:40", "17:00"),)


def test_what_is_refused_stands_beside_its_field_and_nothing_is_saved(clients, draft):
    answer = write(clients["sales"], "target", htmx=True, marketing_share="40", average_deal="0", lead_to_customer="5")
    assert "Not saved yet" in answer.text
    assert (
        'id="id_average_deal_error"\n     class="invalid-feedback d-block"\n     hx-swap-oob="true">Must be above'
        in (answer.text)
    )
    text = draft.text
    draft.refresh_from_db()
    assert draft.text == text


@pytest.mark.timeout(400)  # every step in three languages
def test_wrong_input_is_answered_beside_its_field_in_each_language(clients, draft):
    client, told = clients["marketing"], {}
    shown = {step: fields(client, step) for step in STEPS}
    for language in ("en", "de", "da"):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        cases = WRONG if language == "en" else {case[0]: case for case in WRONG}.values()  # of the others one a step
        for step, typed, field in cases:
            page = client.post(f"{URL}{step}/", shown[step] | typed)
            assert page.status_code == 422, (step, typed)
            found = {
                bound.html_name: bound.errors for part in page.context["parts"] for bound in part.bound if bound.errors
            }
            assert list(found) == [field], (language, step, typed, found)
            with translation.override(language):
                said = str(found[field][0])
            assert escape(said) in page.text
            kept = fields_of(page)
            assert {name: kept[name].strip() for name in typed} == typed, "nothing typed is lost"
            told.setdefault((step, str(typed)), []).append(said)
    draft.refresh_from_db()
    assert whole_document(draft).effective_on == date(2026, 4, 1)
    assert {len(set(said)) for said in told.values() if len(said) > 1} == {3}
    assert {step for (step, _typed), said in told.items() if len(said) == 3} == set(STEPS)


def fields_of(page) -> dict[str, str]:
    (form,) = [one for one in shown_forms(page.text) if "opened_on" in one.fields]
    return form.fields


def test_two_in_one_step_overwrite_nothing_of_each_other_unseen(clients, draft):
    marketing, sales = clients["marketing"], clients["sales"]
    mine, theirs = fields(marketing, "missed"), fields(sales, "missed")
    sales.post(f"{URL}missed/", theirs | {"texts-when_beaten": "Cake."})
    answer = marketing.post(f"{URL}missed/", mine | {"texts-when_missed": "We talk."}, **HTMX)
    assert "Somebody else has changed meanwhile: When goals are beaten." in answer.text
    mine["opened_on"] = fields_of(answer_form(answer))["opened_on"]
    answer = marketing.post(f"{URL}missed/", mine | {"texts-when_missed": "We talk at once."}, **HTMX)
    draft.refresh_from_db()
    texts = whole_document(draft).groups["texts"][0]
    assert (texts.when_missed, texts.when_beaten) == ("We talk at once.", "Cake."), "the page still shows it empty"
    mine["opened_on"] = fields_of(answer_form(answer))["opened_on"]
    answer = marketing.post(f"{URL}missed/", mine | {"texts-when_beaten": "Thanks."}, **HTMX)
    assert "Choose above what is to stand" in answer.text
    draft.refresh_from_db()
    assert whole_document(draft).groups["texts"][0].when_beaten == "Cake."


class answer_form:
    def __init__(self, answer) -> None:
        self.text = f'<form method="post">{answer.text}</form>'


def test_what_is_proposed_is_what_was_read(clients, draft):
    marketing, sales = clients["marketing"], clients["sales"]
    page = marketing.get(f"{URL}sign/")
    write(sales, "target", **{"every-leads": "9"})
    (form,) = [one for one in shown_forms(page.text) if "seen" in one.fields]
    answer = marketing.post(form.action, form.fields | {"decision": "propose"})
    assert answer.status_code == 422
    assert "This is not the text that you have read" in answer.text
    assert not Version.objects.proposed().exists()


def test_only_the_leads_of_the_two_teams_write_in_it(clients, draft, north, sales_lead, signed_in, administrator):
    assert clients["rep"].get(f"{URL}who/").status_code == 403
    assert signed_in(sales_lead).get(f"{URL}who/").status_code == 404
    assert signed_in(administrator).get(f"{URL}who/").status_code == 200
    assert "Alps" not in clients["rep"].get("/agreements/").text
    for address in ("/agreements/alps/edit/", "/agreements/alps/targets/", "/reports/alps/scorecard/"):
        assert clients["marketing"].get(address).status_code == 404, address
    assert clients["rep"].get("/agreements/begin/").status_code == 403


def test_a_lead_begins_only_for_a_team_of_the_own_and_makes_no_team(clients, people, north):
    answer = begin(clients["marketing"], sales_team="Invented")
    assert answer.context["form"].errors == {
        "sales_team": ["There is no team of this name: an administrator makes it."]
    }
    answer = begin(clients["marketing"], marketing_team="Marketing north", sales_team="Sales north")
    assert answer.context["form"].errors == {"marketing_team": ["One of the teams has to be one that you lead."]}
    assert not Agreement.every.filter(is_draft=True).exists()


def test_a_lead_chooses_among_the_teams_of_the_own_house(clients, people, administrator, signed_in):
    Team.objects.create(name="Sales of Nordwind", side=Side.SALES, organisation="Nordwind")
    assert "Nordwind" not in clients["marketing"].get("/agreements/begin/plain/").text
    assert "Sales of Nordwind" in signed_in(administrator).get("/agreements/begin/plain/").text
    answer = begin(clients["marketing"], sales_team="Sales of Nordwind")
    assert answer.context["form"].errors == {
        "sales_team": ["There is no team of this name: an administrator makes it."]
    }
    assert not Agreement.every.exists()


def test_each_part_of_the_plain_page_leads_to_its_step(clients, draft):
    page = clients["marketing"].get("/agreements/alps/draft/").text
    parts = re.findall(r'<details class="sheet part" id="(\w+)".*?</details>', page, re.DOTALL)
    found = dict(
        re.findall(r'<details class="sheet part" id="(\w+)"(?:(?!</details>).)*?/steps/(\w+)/', page, re.DOTALL)
    )
    assert list(found) == parts
    assert (found["calendar"], found["texts"], found["sales"], found["months"]) == ("hours", "missed", "fast", "target")


def test_a_signature_by_somebody_without_the_right_is_refused(clients, draft):
    version = proposed(clients["marketing"], clients["marketing"].get(f"{URL}sign/"))
    for who in ("rep", "marketing"):
        answer = clients[who].post(
            f"/agreements/alps/versions/{version.pk}/settle/", {"decision": "sign", "seen": version.digest}
        )
        assert answer.status_code == 422
        assert "You cannot sign this. Still to sign: Sales Alps: Sal" in answer.text
    assert not Agreement.objects.exists()


def test_a_declined_first_draft_is_written_on_and_the_months_are_signed_with_it(clients, draft):
    marketing, sales = clients["marketing"], clients["sales"]
    first = proposed(marketing, marketing.get(f"{URL}sign/"))
    sales.post("/agreements/alps/steps/", {"of": first.pk})
    write(sales, "target", **{"every-leads": "7"})
    assert whole_document(first).targets[date(2026, 4, 1)] == 50
    second = proposed(sales, sales.get(f"{URL}sign/"))
    marketing.post(f"/agreements/alps/versions/{second.pk}/settle/", {"decision": "sign", "seen": second.digest})
    assert {target.leads for target in Agreement.objects.get().targets.agreed()} == {7}


def test_the_steps_of_an_agreement_in_force_change_its_terms_and_not_its_months(north, sales_lead, signed_in):
    client = signed_in(sales_lead)
    assert client.post("/agreements/north/steps/").url == "/agreements/north/steps/who/"
    page = client.get("/agreements/north/steps/target/")
    assert "agreed month by month" in page.text
    assert [bound.html_name for part in page.context["parts"] for bound in part.bound] == ["pacing"]
    (form,) = [f for f in shown_forms(client.get("/agreements/north/steps/who/").text) if "opened_on" in f.fields]
    answer = client.post("/agreements/north/steps/who/", form.fields | {"effective_on": "2026-03-02"})
    assert answer.status_code == 302
    (form,) = [f for f in shown_forms(client.get("/agreements/north/steps/who/").text) if "opened_on" in f.fields]
    answer = client.post("/agreements/north/steps/who/", form.fields | {"effective_on": "2019-12-31"})
    assert list(answer.context["form"].terms.errors) == ["effective_on"]
    assert document_of(north).effective_on == date(2020, 1, 1)


def test_every_field_of_the_edit_form_has_its_step(draft):
    document = whole_document(draft)
    form, every = Draft(initial_of(document), 2026), EveryMonthForm(document)
    asked = [
        key for step in STEPS.values() for part in shown_parts(step, form, every, has_months=True) for key in part.keys
    ]
    entries = [entry.key for part in [*form.parts, every] for entry in entries_of(part)]
    of_months = [key for key in entries if key.startswith("months-")]
    assert sorted(asked) == sorted(set(entries) - {"slug", *of_months})
    assert all(list(asked_in(step)) for step in STEPS.values())


def test_a_row_that_is_emptied_goes(clients, draft):
    client = clients["marketing"]
    for number, term in enumerate(("Lead", "Deal")):
        write(client, "lead", **{f"definitions-{number}-term": term, f"definitions-{number}-meaning": "So."})
    write(client, "lead", **{"definitions-0-term": "", "definitions-0-meaning": ""})
    draft.refresh_from_db()
    assert [row.term for row in whole_document(draft).groups["definitions"]] == ["Deal"]


def test_an_empty_list_box_makes_no_row_and_a_chosen_one_does(clients, draft):
    """Also the first choice of each box: a lead that can be reached is a criterion like any other."""
    client = clients["marketing"]
    assert fields(client, "lead")["criteria-0-fact"] == ""
    kept = lambda: [row.fact for row in whole_document(Version.objects.get()).groups.get("criteria", ())]  # noqa: E731
    assert write(client, "lead", **{"criteria-0-rule": "yes"}).status_code == 422, "no fact is said"
    for number, fact in enumerate(("company", "email_or_phone")):
        write(client, "lead", **{f"criteria-{number}-fact": fact, f"criteria-{number}-rule": "given"})
    assert kept() == ["company", "email_or_phone"]
    write(client, "lead", **{"criteria-0-fact": "", "criteria-0-tier": "A"})
    assert kept() == ["email_or_phone"]
    write(client, "contacts", **{"contacts-0-name": "Mo", "contacts-0-side": "sales"})
    write(client, "contacts", **{"contacts-0-name": ""})
    assert not whole_document(Version.objects.get()).groups.get("contacts")


def test_a_row_is_written_on_while_the_page_stays_open(clients, draft):
    """Each answer is beside what is typed: the page has fewer rows than are kept by then."""
    client, typed = clients["marketing"], fields(clients["marketing"], "often")
    typed |= {"depth-0-within_working_days": "15"}
    for attempts in ("6", "7", "7"):
        answer = client.post(f"{URL}often/", typed | {"depth-0-attempts": attempts}, **HTMX)
        assert "Saved" in answer.text, attempts
        typed["opened_on"] = fields_of(answer_form(answer))["opened_on"]
    draft.refresh_from_db()
    assert [made.figure for made in whole_document(draft).promises if made.measure == "depth"] == [7]


def test_a_step_is_ticked_once_somebody_has_looked_at_it(clients, draft):
    ticked = [{state.step.key for state in seen_by(clients[who], step) if state.is_done} for who, step in VISITS]
    assert ticked == [set(), {"hours"}, {"hours", "lead"}], "in the others nobody has been"
    write(clients["sales"], "review", **{"review-every_months": "3"}, htmx=True)
    assert {state.step.key for state in seen_by(clients["sales"], "review") if state.is_done} >= {"review"}
    draft.refresh_from_db()
    assert draft.seen_steps == ["hours", "lead", "review"]


VISITS = [("marketing", "hours"), ("sales", "lead"), ("sales", "lead")]


def seen_by(client: Client, step: str):
    return client.get(f"{URL}{step}/").context["states"]


def test_what_is_called_as_another_that_lives_cannot_be_proposed_until_name_or_scope_tell_it_apart(clients, draft):
    begin(clients["marketing"], name=" ALPS")
    second = Version.objects.exclude(pk=draft.pk).get()
    address = f"/agreements/{second.agreement.slug}/"
    refused = "“Alps” is another agreement: give this one another name"
    assert refused not in clients["sales"].get(f"{address}steps/who/").text  # the other one is only being written
    proposed(clients["marketing"], clients["marketing"].get(f"{URL}sign/"))
    pages = [f"{address}{where}" for where in ("steps/who/", "steps/sign/", f"versions/{second.pk}/")]
    assert [refused in clients["sales"].get(page).text for page in pages] == [True] * 3
    answer = clients["sales"].post(f"{address}versions/{second.pk}/settle/", {"decision": "propose"})
    assert (answer.status_code, refused in answer.text) == (422, True)
    (form,) = [f for f in shown_forms(clients["sales"].get(address + "steps/who/").text) if "opened_on" in f.fields]
    clients["sales"].post(address + "steps/who/", form.fields | {"scope-region": "Tyrol"})
    clients["sales"].post(f"{address}versions/{second.pk}/settle/", {"decision": "propose"})
    assert Version.objects.get(pk=second.pk).state == "proposed"


def test_a_second_agreement_that_its_scope_does_not_tell_apart_is_told_and_may_be_proposed(clients, draft):
    page = clients["marketing"].get(f"{URL}who/")
    assert "is between the same teams" not in page.text
    begin(clients["marketing"], name="Alps two")
    second = Version.objects.exclude(pk=draft.pk).get()
    address = f"/agreements/{second.agreement.slug}/"
    said = re.compile(r"Missing, but it can be proposed without:\s*<a[^>]*>[^<]*</a>\. ([^\n]+)")
    pages = [clients["sales"].get(address + where).text for where in ("steps/sign/", f"versions/{second.pk}/")]
    on_step, on_page = map(said.findall, pages)
    assert on_step == on_page, "both say the same of whether it can be proposed"
    assert {text.partition(" ")[0] for text in on_step} >= {"“Alps”", "Nobody"}
    (form,) = [f for f in shown_forms(clients["sales"].get(address + "steps/who/").text) if "opened_on" in f.fields]
    clients["sales"].post(address + "steps/who/", form.fields | {"scope-region": "Tyrol"})
    assert "is between the same teams" not in clients["sales"].get(f"{address}steps/sign/").text
    assert proposed(clients["marketing"], clients["marketing"].get(f"{address}steps/sign/")).pk == second.pk


def test_what_stands_as_the_template_has_it_is_told_until_somebody_writes_it(clients, draft):
    def unchanged() -> set[str]:
        return {state.step.key for state in seen_by(clients["sales"], "sign") if state.is_as_begun}

    assert unchanged() == {"hours", "lead", "fast", "missed", "review"}
    assert "Still as the template has it" in clients["sales"].get(f"{URL}sign/").text
    write(clients["sales"], "fast", **{"speed-0-within_minutes": "30"}, htmx=True)
    write(clients["sales"], "hours", mon="08:00-16:00", htmx=True)
    assert unchanged() == {"lead", "missed", "review"}


def test_two_teams_are_asked_neither_for_friction_nor_for_service_credits(clients, draft):
    pages = [clients["sales"].get(f"{URL}{step}/").text for step in ("contacts", "missed")]
    assert 'name="friction-due_day"' not in pages[0]
    assert '<option value="credit"' not in pages[1]
    assert '<option value="compensation"' in pages[1]
    Agreement.every.update(service_team=cast.team("Service Alps", Side.SERVICE))
    document = replace(
        whole_document(Version.objects.get()),
        service_team="Service Alps",
        groups={SCOPE.key: (ScopeClause(kind="customer"),)},
    )
    rewrite(Version.objects.get(), document, by=User.objects.get(name="Mo"), at=cast.MONDAY)
    pages = [clients["sales"].get(f"{URL}{step}/").text for step in ("contacts", "missed")]
    assert 'name="friction-due_day"' in pages[0]
    assert '<option value="credit"' in pages[1]


def test_a_hint_is_said_at_the_first_of_several_rows_only(clients, draft):
    page = clients["sales"].get(f"{URL}fast/").text
    assert 'name="speed-1-tier"' in page
    rows = [re.findall(rf'id="id_speed-{n}-\w+_helptext"', page) for n in (0, 1)]
    assert (bool(rows[0]), rows[1]) == (True, [])
    assert page.count("The empty row is for another entry") == 1
