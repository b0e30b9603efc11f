"""Which kind of agreement it is, and which of several: told where one looks, and refused where it contradicts."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from agreements.document.groups.scope import SCOPE, ScopeClause
from agreements.document.stored import document_of
from agreements.document.text import write
from agreements.document.versions import NotCustomerFacing, apply
from agreements.models import Agreement
from agreements.signing.drafting import open_draft, rewrite
from leads.clock.sweep import note_clocks
from leads.doors.files.runs import digest_of
from leads.enums import RowKind
from leads.models import ImportRun
from leads.work.excusing import ask
from smarketing.accounts.models import Side, Team
from tests import cast
from tests.pages.test_agreement_edit import filled

OUTSIDE = {
    "en": "is of an outside organisation: the agreement is customer-facing",
    "de": "gehört zu einer externen Organisation: Es ist eine Vereinbarung mit einem Kunden",
    "da": "hører til en ekstern organisation: det er en aftale med en kunde",
}
WITHOUT_SERVICE = {
    "en": "multi-level only with a service team",
    "de": "nur mit einem Serviceteam mehrstufig",
    "da": "kun i flere led med et serviceteam",
}


def of_kind(deal: Agreement, kind: str, **more: object):
    groups = {SCOPE.key: (ScopeClause(kind=kind),)}
    return replace(document_of(deal), groups=groups, effective_on=date(2031, 1, 1), **more)


@pytest.mark.parametrize("language", OUTSIDE)
@pytest.mark.parametrize(("kind", "texts"), [("internal", OUTSIDE), ("multi_level", WITHOUT_SERVICE)])
def test_a_kind_that_contradicts_the_parties_is_refused_at_its_field(
    kind, texts, language, north, administrator, signed_in, tmp_path, capsys
):
    administrator.language = language
    administrator.save()
    Team.objects.filter(pk=north.sales_team_id).update(organisation="Nordwind" if kind == "internal" else "")
    client, before = signed_in(administrator), document_of(Agreement.objects.get())
    sent = filled(client) | {"scope-kind": kind, "effective_on": "2031-01-01"}
    answer = client.post("/agreements/north/edit/", sent)
    assert answer.status_code == 422
    assert texts[language] in str(answer.context["draft"].groups["scope"].errors["kind"])
    file = tmp_path / "north.toml"
    file.write_text(text := write(of_kind(north, kind)))
    line = text.splitlines().index(f'kind = "{kind}"') + 1
    with pytest.raises(SystemExit):
        call_command("load_agreement", str(file))
    assert f"north.toml:{line}: scope.kind: " in capsys.readouterr().err
    loaded = client.post("/agreements/load/", {"text": text})
    assert loaded.status_code == 422
    assert texts[language] in " ".join(loaded.context["problems"])
    assert document_of(Agreement.objects.get()) == before


def test_the_shared_draft_and_a_new_agreement_say_no_other_kind_either(north, sales_lead, administrator):
    Team.objects.filter(pk=north.sales_team_id).update(organisation="Nordwind")
    draft = open_draft(north, None, by=sales_lead, at=cast.MONDAY)
    with pytest.raises(NotCustomerFacing):
        rewrite(draft, of_kind(north, "internal"), by=sales_lead, at=cast.MONDAY)
    with pytest.raises(NotCustomerFacing):
        apply(of_kind(north, "internal", slug="other"), by=administrator, at=cast.MONDAY)
    made = apply(of_kind(north, "", slug="other"), by=administrator, at=cast.MONDAY).agreement
    assert made.kind == "customer"
    assert "kind" not in write(document_of(made))  # what it does not say is not written into it


# The same team in several


SCOPES = {"north": "Northern Europe · Machines", "south": "Southern Europe", "third": "Third region"}
LATE = cast.MONDAY + timedelta(hours=3)
OF_SALES = ("/leads/queue/?whose=team", "/leads/escalations/", "/leads/excuses/", "/leads/find/?q=ada", "/agreements/")
OF_MARKETING = ("/leads/", "/leads/find/?q=ada", "/leads/imports/", "/reports/", "/reports/scorecard/", "/agreements/")
CHOOSERS = {
    "marketer": ("/leads/", "/leads/new/", "/leads/imports/new/"),
    "sales_lead": ("/leads/queue/?whose=team", "/leads/imports/reps/", "/leads/tokens/"),
}


@pytest.fixture
def three(north, sales_lead, marketer, time_machine) -> list[Agreement]:
    """All of one name and one marketing team, two of one sales team: only the scope tells them apart."""
    time_machine.move_to(LATE, tick=False)
    deals = [north, cast.agreement("south"), cast.agreement("third")]
    for deal in deals:
        known = {"name": "Our SLA", "marketing_team": north.marketing_team, "scope": SCOPES[deal.slug]}
        sold = north.sales_team if deal.slug == "south" else deal.sales_team
        Agreement.objects.filter(pk=deal.pk).update(**known, sales_team=sold)
        deal.refresh_from_db()
        handoff = cast.handed(deal)
        deal.versions.update(groups={"brief": [{"fact": "job_title"}]})
        note_clocks(at=LATE)
        ask(handoff.clocks.get(kind="response"), reason="Dead line", side=Side.MARKETING, by=marketer, at=LATE)
        file = ContentFile(b"lead_id\n1\n", name="leads.csv")
        kept = {"file": file, "size": file.size, "digest": digest_of(file), "file_name": "leads.csv"}
        ImportRun.objects.create(agreement=deal, kind=RowKind.LEADS, by=marketer, **kept)
    return deals


def test_every_row_says_which_of_several_agreements_it_belongs_to(three, sales_lead, marketer, signed_in):
    sales, marketing = signed_in(sales_lead), signed_in(marketer)
    for client, addresses, scopes in (
        (sales, OF_SALES, [deal.scope for deal in three if deal.sales_team == three[0].sales_team]),
        (marketing, OF_MARKETING, list(SCOPES.values())),
    ):
        for address in addresses:
            rows = re.sub(r"<select.*?</select>", "", client.get(address).text, flags=re.DOTALL)
            assert [scope for scope in scopes if f"Our SLA · {scope}" not in rows] == [], address
    handoff = three[0].handoffs.get()
    row = sales.post(f"/leads/handoffs/{handoff.pk}/accept/", headers={"HX-Request": "true"})
    assert SCOPES["north"] in row.text  # one row of the queue, anew
    told = ("/reports/north/volume/", "/agreements/north/", "/reports/north/reviews/", "/agreements/north/stated/")
    for page in (handoff.lead.get_absolute_url(), *told):
        assert SCOPES["north"] in marketing.get(page).text, page
    leads = [cast.lead(deal, name=f"Lead of {deal.slug}", email="") for deal in three]
    asked = marketing.post("/leads/hand-over/", {"lead": [lead.pk for lead in leads]})
    assert asked.status_code == 422
    assert [scope for scope in SCOPES.values() if scope not in asked.text] == []


@pytest.mark.parametrize("who", CHOOSERS)
def test_every_chooser_shows_name_and_scope_and_a_new_lead_says_why_it_asks(who, three, request, signed_in):
    client = signed_in(request.getfixturevalue(who))
    own = [deal for deal in three if who == "marketer" or deal.slug != "third"]
    for address in CHOOSERS[who]:
        text = re.sub(r"\s*([<>])\s*", r"\1", client.get(address).text)
        assert [str(deal) for deal in own if f">{deal}<" not in text] == [], address
    if who == "marketer":
        assert "which sales team gets the lead" in client.get("/leads/new/").text


def test_who_has_one_agreement_is_not_told_which(north, sales_lead, marketer, signed_in, time_machine):
    Agreement.objects.filter(pk=north.pk).update(scope=SCOPES["north"])
    time_machine.move_to(LATE, tick=False)
    cast.handed(north)
    assert SCOPES["north"] not in signed_in(sales_lead).get("/leads/queue/?whose=team").text
    assert "which sales team gets the lead" not in signed_in(marketer).get("/leads/new/").text
