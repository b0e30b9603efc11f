"""Templates that are kept in the portal: copied, changed, deleted by those who begin agreements."""

import pytest

from agreements.document.beginnings import OWN, template_of, unnamed
from agreements.document.stored import document_of
from agreements.models import Agreement, KeptTemplate
from smarketing.accounts.models import Team
from tests import cast
from tests.pages.shown_forms import shown_forms
from tests.pages.test_begin import TEAMS, sent

URL = "/agreements/begin/"


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def opened(client, key: str) -> dict[str, str]:
    (form,) = [one for one in shown_forms(client.get(f"{URL}{key}/change/").text) if "opened_on" in one.fields]
    return form.fields


def copied(client, key: str = "plain") -> str:
    return client.post(f"{URL}{key}/copy/").url.removesuffix("/change/").rpartition("/")[2]


def test_every_template_of_ours_can_be_copied_without_losing_a_word():
    for path in OWN.glob("*.toml"):
        text = path.read_text()
        bare, named = unnamed(text), {"name": "Ours", "description": ""}
        assert bare != text
        assert [line for line in bare.splitlines() if line not in text.splitlines()] == []
        assert len(text.splitlines()) - len(bare.splitlines()) == 2, path
        assert template_of(bare, "ours", "", named).template.name == "Ours"


def test_a_lead_copies_one_changes_it_and_an_agreement_begins_from_it(signed_in, sales_lead, administrator):
    client = signed_in(sales_lead)
    key = copied(client)
    assert key == "short-and-plain-copy"
    typed = opened(client, key)
    changed = {"name": "Ours <i>", "text": typed["text"].replace("leads_a_month = 50", "leads_a_month = 77")}
    answer = client.post(f"{URL}{key}/change/", typed | changed, follow=True)
    assert "hands over 77 qualified leads" in answer.text
    assert "Ours &lt;i&gt;" in client.get(URL).text
    other = signed_in(administrator)
    other.post(f"{URL}{key}/", sent(other, key, **TEAMS))
    made = Agreement.objects.exclude(slug="north").get()
    assert set(document_of(made).targets.values()) == {77}
    assert "cannot be brought back" in client.get(f"{URL}{key}/delete/").text
    assert KeptTemplate.objects.get().by == sales_lead
    client.post(f"{URL}{key}/delete/")
    assert not KeptTemplate.objects.exists()
    assert set(document_of(made).targets.values()) == {77}


def test_a_fault_is_told_with_its_line_and_nothing_typed_is_lost(signed_in, administrator):
    client = signed_in(administrator)
    key = copied(client)
    typed = opened(client, key)
    before = KeptTemplate.objects.get().text
    wrong = typed["text"].replace("= 2880", "= -1").replace("[template]", '[template]\nname = "Twice"')
    for text, said in (
        (wrong, 'template.name: has a field of its own here: take it out of the text (name = "Twice")'),
        (wrong.replace('name = "Twice"\n', ""), "promises.within_minutes: must be above 0"),
        ("= nothing", "Line 1: this is not valid TOML"),
    ):
        answer = client.post(f"{URL}{key}/change/", typed | {"description": "Mine.", "text": text})
        assert answer.status_code == 422
        (error,) = answer.context["form"].errors["text"]
        assert said in error
        assert error.startswith("Line ")
        (form,) = [one for one in shown_forms(answer.text) if "opened_on" in one.fields]
        assert (form.fields["description"].strip(), form.fields["text"].strip()) == ("Mine.", text.strip())
    assert KeptTemplate.objects.get().text == before


def test_two_who_change_it_overwrite_nothing_of_each_other_unseen(signed_in, administrator, sales_lead):
    mine, theirs = signed_in(administrator), signed_in(sales_lead)
    key = copied(mine)
    first, second = opened(mine, key), opened(theirs, key)
    theirs.post(f"{URL}{key}/change/", second | {"description": "Theirs."})
    answer = mine.post(f"{URL}{key}/change/", first | {"name": "Mine"}, follow=True)
    assert answer.status_code == 200
    kept = KeptTemplate.objects.get()
    assert (kept.name, kept.description) == ("Mine", "Theirs.")
    answer = mine.post(f"{URL}{key}/change/", first | {"name": "Mine", "description": "Mine."})
    assert "somebody else has changed this" in answer.text
    assert KeptTemplate.objects.get().description == "Theirs."


def test_what_is_typed_comes_back_where_somebody_deletes_the_template_meanwhile(signed_in, administrator, sales_lead):
    mine, theirs = signed_in(administrator), signed_in(sales_lead)
    key = copied(mine)
    typed = opened(mine, key) | {"name": "Mine", "description": "Long thought about."}
    theirs.post(f"{URL}{key}/delete/")
    answer = mine.post(f"{URL}{key}/change/", typed)
    assert (answer.status_code, "has deleted this template" in answer.text) == (422, True)
    (form,) = [one for one in shown_forms(answer.text) if "opened_on" in one.fields]
    assert mine.post(f"{URL}{key}/change/", form.fields).status_code == 302
    kept = KeptTemplate.objects.get()
    told = kept.name, kept.description, kept.text.strip()
    assert told == ("Mine", "Long thought about.", typed["text"].strip())


def test_an_agreement_becomes_a_template_without_its_people_and_months(north, signed_in, sales_lead, stranger):
    cast.target(north, "2026-03", 31)
    version = north.versions.get()
    version.groups = {"contacts": [{"name": "Änne Private"}], "goals": [{"marketing": "Many."}]}
    type(version).objects.filter(pk=version.pk).update(groups=version.groups)
    assert signed_in(stranger).post("/agreements/north/template/").status_code == 404
    client = signed_in(sales_lead)
    assert "Make a template of it" in client.get("/agreements/north/").text
    client.post("/agreements/north/template/")
    made = KeptTemplate.objects.get()
    assert (made.name, made.by) == (north.name, sales_lead)
    for gone in ("Private", "Sales north", "2026-03", "effective_on", "slug"):
        assert gone not in made.text, gone
    assert "Many." in made.text
    page = client.get(f"{URL}{made.key}/")
    assert page.context["form"].initial["leads_a_month"] == 31


def test_people_from_outside_and_who_leads_nothing_come_to_none(signed_in, rep, sales_lead, administrator, north):
    key = copied(signed_in(administrator))
    Team.objects.filter(pk=north.sales_team_id).update(organisation="Nordwind")
    for who in (rep, sales_lead):
        client = signed_in(who)
        for address in (URL, f"{URL}{key}/", f"{URL}{key}/change/", f"{URL}{key}/delete/"):
            assert client.get(address).status_code == 403, (who, address)
        posts = [client.post(f"{URL}{key}/{what}/").status_code for what in ("copy", "delete")]
        assert [*posts, client.post("/agreements/north/template/").status_code] == [403, 403, 403]
    assert KeptTemplate.objects.count() == 1


def test_one_that_is_not_sound_any_more_is_told_and_can_be_put_right(signed_in, administrator):
    client = signed_in(administrator)
    key = copied(client)
    KeptTemplate.objects.update(text="[template]\n[old]\n")
    assert "Put it right" in client.get(URL).text
    assert client.get(f"{URL}{key}/").status_code == 404
    typed = opened(client, key)
    assert client.post(f"{URL}{key}/change/", typed | {"text": "[template]\n"}).status_code == 302
    assert client.get(f"{URL}{key}/").status_code == 200
