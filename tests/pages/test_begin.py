"""A new agreement from a template."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from agreements.document.beginnings import OWN, Template, beginnings, read_template
from agreements.document.groups.wordings import GOALS, TEXTS
from agreements.document.stored import document_of
from agreements.document.text import DocumentError, read, write
from agreements.document.versions import apply
from agreements.models import Agreement
from smarketing.accounts.models import Team
from tests import cast

URL = "/agreements/begin/"
TEAMS = {"marketing_team": "Marketing Süd", "sales_team": "<b>Vertrieb</b> {leads}"}
KEYS = ["plain", "metrics", "stages", "formal", "service", "customer", "empty"]


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def sent(client, key: str, **typed) -> dict:
    form = client.get(f"{URL}{key}/").context["form"]
    with translation.override(client.defaults.get("HTTP_ACCEPT_LANGUAGE", "en")):
        shown = {bound.html_name: bound.field.widget.format_value(bound.value()) for bound in form}
    flat = {name: value[0] if isinstance(value, list) else value for name, value in shown.items()}
    return {name: value for name, value in flat.items() if value is not None} | typed


def test_a_lead_and_an_administrator_begin_one(signed_in, rep, sales_lead, administrator):
    answers = [signed_in(who).get(URL).status_code for who in (rep, sales_lead, administrator)]
    assert answers == [403, 200, 200]
    assert [signed_in(who).post(f"{URL}plain/", TEAMS).status_code for who in (rep, sales_lead)] == [403, 422]


@pytest.mark.parametrize("language", ["en", "de", "da"])
def test_each_template_is_there_in_each_language_and_every_word_in_braces_is_put_in(language, signed_in, administrator):
    found, broken = beginnings([OWN], language)
    assert ([one.key for one in found], {one.language for one in found}, broken) == (KEYS, {language}, [])
    client = signed_in(administrator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for key in KEYS:
        page = client.get(f"{URL}{key}/")
        assert page.status_code == 200, key
        article = page.text.partition("<article")[2].partition("</article>")[0]
        assert not re.search(r"\{[a-z]+\}", article), key
        service = {"service_team": "Service X"} if key == "service" else {}
        answer = client.post(f"{URL}{key}/", sent(client, key, name=f"{language} {key}", **TEAMS, **service))
        assert answer.status_code == 302, answer.context["form"].errors
    assert Agreement.objects.filter(name__startswith=f"{language} ").count() == 7


def test_fifty_leads_contacted_within_48_hours(signed_in, administrator):
    client = signed_in(administrator)
    page = client.post(f"{URL}plain/", sent(client, "plain", **TEAMS), follow=True)
    document = document_of(Agreement.objects.get(slug="marketing-sud-bvertriebb-leads"))
    assert (document.name, document.sales_team) == (
        "Marketing Süd – <b>Vertrieb</b> {leads}",
        "<b>Vertrieb</b> {leads}",
    )
    assert document.effective_on == date(2026, 4, 1)
    assert document.targets == {date(2026 + n // 12, n % 12 + 1, 1): 50 for n in range(3, 15)}
    (promise,) = document.promises
    assert (promise.measure, promise.within_minutes, promise.share) == ("speed", 2880, 1)
    assert GOALS.one(document).marketing == "50 qualified leads every month."
    assert TEXTS.one(document).summary.startswith(
        "Marketing Süd hands over 50 qualified leads a month. <b>Vertrieb</b> {l"
    )
    assert "<b>Vertrieb</b>" not in page.text


def test_the_steps_of_the_arithmetic_carry_the_numbers_that_were_typed(signed_in, administrator):
    client = signed_in(administrator)
    client.post(f"{URL}metrics/", sent(client, "metrics", quota_a_month="5,000", **TEAMS))
    document = document_of(Agreement.objects.get())
    summary = TEXTS.one(document).summary
    assert "40% of it is to come from marketing's leads: €2,000." in summary
    assert "0.4 customers are needed" in summary
    assert "4 leads are needed" in summary
    assert set(document.quotas.values()) == {Decimal(5000)}


def test_what_is_missing_is_told_beside_its_field_and_what_was_typed_stays(signed_in, administrator):
    client = signed_in(administrator)
    answer = client.post(
        f"{URL}plain/", sent(client, "plain", marketing_team="Only", sales_team="", leads_a_month="many")
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"sales_team", "leads_a_month"}
    assert 'value="Only"' in answer.text
    assert "Only hands over 50 qualified leads" in answer.text
    assert not Agreement.objects.exists()


def test_a_team_that_is_there_is_found_however_it_is_spelt(signed_in, administrator, north):
    there = set(Team.objects.values_list("name", flat=True))
    client, typed = signed_in(administrator), {"marketing_team": "MARKETING  north", "sales_team": " sales North"}
    client.post(f"{URL}plain/", sent(client, "plain", name="Alps", leads_a_month="7", **typed))
    made = Agreement.objects.get(slug="alps")
    assert (made.sales_team, made.marketing_team) == (north.sales_team, north.marketing_team)
    assert set(Team.objects.values_list("name", flat=True)) == there
    assert document_of(made).sales_team == "Sales north"


def test_the_same_name_twice_gives_two_agreements_with_an_address_each(signed_in, administrator):
    client = signed_in(administrator)
    for leads in ("7", "8"):
        client.post(f"{URL}plain/", sent(client, "plain", name="New", leads_a_month=leads, **TEAMS))
    assert sorted(Agreement.objects.values_list("slug", flat=True)) == ["new-2", "new-3"]  # "new" is a page


def test_templates_of_an_organisation_stand_beside_ours_and_a_broken_one_is_told_with_its_line(
    signed_in, administrator, tmp_path, settings
):
    plain = (OWN / "plain.en.toml").read_text()
    (tmp_path / "ours.toml").write_text(plain.replace("Short and plain", "Ours <i>"))
    (tmp_path / "plain.en.toml").write_text(plain.replace("Short and plain", "Plain, changed"))
    (tmp_path / "broken.toml").write_text(plain.replace("2880", "-1"))
    (tmp_path / "no head.toml").write_text(plain)
    (tmp_path / "headless.toml").write_text(plain.replace("[template]", "[templat]"))
    (tmp_path / "odd.de.toml").write_bytes(b"\xff")
    (tmp_path / "wrong.toml").write_text(plain.replace("position = 10", "place = 10"))
    (tmp_path / "a-folder.toml").mkdir()
    settings.AGREEMENT_TEMPLATES = str(tmp_path)
    page = signed_in(administrator).get(URL)
    assert [one.template.name for one, _language in page.context["templates"]][:2] == ["Ours <i>", "Plain, changed"]
    assert "Ours &lt;i&gt;" in page.text
    assert page.context["broken"] == [
        "a-folder.toml: this file cannot be read",
        "broken.toml: Line 23: promises.within_minutes: must be above 0 and at most 100000 minutes",
        "headless.toml: name: is missing",
        "no head.toml: a template's file is named like plain.toml or plain.de.toml",
        "odd.de.toml: Line 1: this is not UTF-8 text: save the file as UTF-8",
        f"wrong.toml: Line 8: template.place: is unknown here: known are {', '.join(Template.model_fields)}",
    ]


def test_a_folder_that_is_not_there_is_told_and_breaks_nothing(signed_in, administrator, settings):
    settings.AGREEMENT_TEMPLATES = "/nowhere/at-all"
    page = signed_in(administrator).get(URL)
    assert page.context["broken"] == ["at-all: this folder cannot be read"]
    assert len(page.context["templates"]) == 7


def test_an_agreement_that_was_dumped_is_a_template_once_it_has_a_head(north, tmp_path):
    path = tmp_path / "copied.toml"
    path.write_text(write(document_of(north)))
    with pytest.raises(DocumentError):
        read_template(path)
    path.write_text(write(document_of(north)) + '\n[template]\nname = "Copied"\n')
    one = read_template(path)
    assert (one.template.name, one.language, "slug" in one.data) == ("Copied", "", False)


def test_an_unknown_template_is_not_found(signed_in, administrator):
    assert signed_in(administrator).get(f"{URL}nothing/").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("effective_on", "0001-01-01"),
        ("effective_on", "2199-12-31"),
        ("effective_on", "9999-12-31"),
        ("currency", "XX"),
        ("currency", "\uff25\uff35\uff32"),
        ("sales_team", "marketing süd"),
    ],
)
def test_what_no_agreement_can_say_is_refused_beside_its_field(field, typed, signed_in, administrator):
    client = signed_in(administrator)
    answer = client.post(f"{URL}customer/", sent(client, "customer", **TEAMS | {field: typed}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Agreement.objects.exists()


def test_a_quota_that_can_be_read_in_two_ways_is_asked_about(signed_in, administrator):
    client = signed_in(administrator)
    answer = client.post(f"{URL}metrics/", sent(client, "metrics", **TEAMS, quota_a_month="500.000"))
    assert answer.context["form"].errors == {
        "quota_a_month": ["“500.000” can be read in two ways: write 500000 or 500.00."]
    }


def test_zone_and_holidays_are_those_of_the_teams_other_agreement_unless_a_zone_is_chosen(
    signed_in, administrator, time_machine
):
    client = signed_in(administrator)
    for name, zone in (("One", "Asia/Tokyo"), ("Far", "America/Lima")):
        teams = TEAMS if name == "One" else {"marketing_team": "Far away", "sales_team": "Farther"}
        client.post(f"{URL}plain/", sent(client, "plain", name=name, time_zone=zone, **teams))
    one = Agreement.objects.get(slug="one")
    text = write(document_of(one)).replace('country = "GB"', 'country = "DE"\nsubdivision = "BY"')
    apply(read(text), by=None, at=cast.MONDAY)
    chosen = {"Two": {}, "Three": {"time_zone": "Europe/Rome"}, "Four": {"sales_team": "Newcomers"}}
    chosen["Five"] = {"marketing_team": "Nobody yet", "sales_team": "Nor they"}
    found = {}
    for name, typed in chosen.items():
        asked = sent(client, "plain", **(TEAMS | {"name": name} | typed))
        shown = client.get(f"{URL}plain/", asked, headers={"HX-Request": "true"}).context["reading"].document
        answer = client.post(f"{URL}plain/", asked, follow=True)
        document = document_of(Agreement.objects.get(name=name))
        assert (shown.time_zone, shown.calendar) == (document.time_zone, document.calendar)
        told = "is between the same teams" in answer.text
        found[name] = (document.time_zone, document.calendar.country, document.calendar.subdivision, told)
    assert found == {
        "Two": ("Asia/Tokyo", "DE", "BY", True),
        "Three": ("Europe/Rome", "DE", "BY", True),
        "Four": ("Europe/Rome", "DE", "BY", False),
        "Five": ("Europe/London", "GB", "", False),
    }
    page = client.get("/agreements/two/")
    assert (page.context["year"].label, page.context["this_month"].on, page.context["leads_promised"]) == (
        "2026",
        date(2026, 4, 1),
        50,
    )
    assert "Leads in April 2026" in page.text
    time_machine.move_to(date(2025, 11, 3))
    assert client.get("/agreements/two/").context["year"].start_on.year == 2026
    assert client.get("/agreements/two/year/").context["chosen"].year == 2026


def test_how_it_will_read_and_another_agreement_of_the_two_are_shown_while_one_types(signed_in, administrator, north):
    client = signed_in(administrator)
    teams = {"marketing_team": str(north.marketing_team), "sales_team": str(north.sales_team)}
    answer = client.get(f"{URL}plain/", sent(client, "plain", leads_a_month="73", **teams), HTTP_HX_REQUEST="true")
    assert (answer.status_code, "<html" in answer.text) == (200, False)
    assert "Marketing north hands over 73 qualified leads" in answer.text
    assert f'<a href="{north.get_absolute_url()}">{north}</a>' in answer.text
    others = {**teams, "sales_team": "Nobody yet", "leads_a_month": "many"}
    answer = client.get(f"{URL}plain/", sent(client, "plain", **others), HTTP_HX_REQUEST="true")
    assert "Marketing north hands over 50 qualified leads" in answer.text
    assert "There is an agreement of" not in answer.text
    assert client.post(f"{URL}plain/", sent(client, "plain", **teams)).status_code == 302, "they may go on"
