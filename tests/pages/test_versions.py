"""A version on its way: drafted, proposed, signed by both sides, or answered; and the end of an agreement."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from agreements.document.groups.signers import SIGNERS
from agreements.models import Agreement, Version
from agreements.terms import timeline
from smarketing.accounts.models import Role, Side
from tests import cast
from tests.pages.test_agreement_edit import filled, now

URL = "/agreements/north/"
APRIL = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


def page_of(version: Version) -> str:
    return f"{URL}versions/{version.pk}/"


def decide(client: Client, version: Version, decision: str, **more: str):
    sent = {"decision": decision, "seen": version.digest} | more
    return client.post(f"{page_of(version)}settle/", sent, follow=True)


def drafted(client: Client, north: Agreement, minutes: str = "240", at: str = f"{URL}edit/") -> Version:
    answer = client.post(at, filled(client, at) | {"speed-0-within_minutes": minutes}, follow=True)
    draft = north.versions.drafts().latest("pk")
    assert answer.redirect_chain == [(page_of(draft), 302)], answer.text
    return draft


def proposed(client: Client, north: Agreement, **more: str) -> Version:
    draft = drafted(client, north, **more)
    decide(client, draft, "propose")
    return north.versions.get(pk=draft.pk)


def waiting(client: Client) -> str:
    return client.get("/agreements/waiting/").text.partition("<")[0].strip()


def plain(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_what_one_side_proposes_is_in_force_from_next_month_once_the_other_has_signed(
    signed_in, sales_lead, marketing_lead, rep, north
):
    before, author, other = now(north), signed_in(sales_lead), signed_in(marketing_lead)
    draft = drafted(author, north)
    assert (now(north), waiting(other), other.get(page_of(draft)).status_code) == (before, "", 404)
    Version.objects.filter(pk=draft.pk).update(made_at=draft.made_at - timedelta(minutes=13))
    assert "Still to sign: Marketing north." in plain(decide(author, draft, "propose"))
    assert (now(north), waiting(author), waiting(other)) == (before, "", "1")
    version = north.versions.get(pk=draft.pk)
    told = "Version 2, in force from April 1, 2026, is proposed by Lea Lead."
    told_left = "Still to sign: Marketing north: Max Lead (as lead)."
    assert all(f"{told} {told_left}" in plain(signed_in(who).get(URL)) for who in (rep, marketing_lead, sales_lead))
    page = plain(other.get(page_of(version)))
    assert "Follow-up speed · within working minutes 60 240" in page
    assert version.digest in page
    assert "proposed by Lea Lead, today " + f"{version.proposed_at.astimezone(timeline(north).zone):%H:%M}" in plain(
        other.get(page_of(version))
    )
    assert "Every party has signed: in force from April 1, 2026." in plain(decide(other, version, "sign"))
    assert (now(north).promises[0].within_minutes, now(north).effective_on) == (240, APRIL)
    assert waiting(other) == ""
    assert "Version 2 is agreed and takes effect on April 1, 2026. Read it" in plain(signed_in(rep).get(URL))
    assert "version 2 from April 1, 2026" in plain(signed_in(rep).get("/agreements/"))
    terms = timeline(Agreement.objects.get(pk=north.pk))
    days = (date(2026, 3, 31), APRIL)
    assert [terms.on(day).speed_for("").within_minutes for day in days] == [60, 240]
    kept = [(s.side, s.signed_by, s.capacity, s.digest) for s in version.signatures.all()]
    assert kept == [
        ("sales", sales_lead, "lead", version.digest),
        ("marketing", marketing_lead, "lead", version.digest),
    ]


def test_a_digest_that_was_not_shown_is_not_signed(signed_in, sales_lead, marketing_lead, north):
    version, client = proposed(signed_in(sales_lead), north), signed_in(marketing_lead)
    answer = decide(client, version, "sign", seen="0" * 64)
    assert answer.status_code == 422
    assert "This is not the text that you have read" in plain(answer)
    assert version.signatures.count() == 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "You cannot sign this. Still to sign: Marketing north: Max Lead (as lead)."),
        ("de", "Sie können das nicht unterschreiben. Es fehlt: Marketing north: Max Lead (als Leitung)."),
        ("da", "Du kan ikke underskrive dette. Der mangler: Marketing north: Max Lead (som leder)."),
    ],
)
def test_who_may_not_sign_is_told_who_may(language, told, signed_in, sales_lead, marketing_lead, rep, north):
    version = proposed(signed_in(sales_lead), north)
    rep.language = language
    rep.save()
    answer = decide(signed_in(rep), version, "sign")
    assert (answer.status_code, told in plain(answer)) == (422, True), plain(answer)
    assert "Sign this text" not in answer.text
    assert version.signatures.count() == 1


def test_the_other_side_declines_with_a_reason_that_everybody_reads(signed_in, sales_lead, marketing_lead, rep, north):
    before, version, client = now(north), proposed(signed_in(sales_lead), north), signed_in(marketing_lead)
    refused = decide(client, version, "decline", reason=" ")
    assert (refused.status_code, "Say why: the others read it." in refused.text) == (422, True)
    decide(client, version, "decline", reason="Too slow for fairs")
    assert now(north) == before
    page = plain(signed_in(rep).get(page_of(version)))
    assert "Declined" in page
    assert "Max Lead: “Too slow for fairs”" in page
    assert "Version 2 was declined. The reason:" in plain(signed_in(sales_lead).get(URL))
    begin_from = f"{URL}edit/?of={version.pk}"  # who has declined it goes on from what was discussed, not from before
    assert [begin_from in signed_in(who).get(page_of(version)).text for who in (marketing_lead, rep)] == [True, False]
    edit = client.get(begin_from)
    assert "Max Lead has declined: “Too slow for fairs”" in plain(edit)
    assert filled(client, begin_from)["speed-0-within_minutes"] == "240"
    assert told_in_north(signed_in(sales_lead)) == [("Max Lead has declined version 2: “Too slow for fairs”", True)]
    assert told_in_north(signed_in(rep)) == [("Max Lead has declined version 2: “Too slow for fairs”", False)]
    assert decide(signed_in(rep), version, "leave").status_code == 422
    rep.language = "de"
    rep.save()
    assert "Max Lead: „Too slow for fairs“" in plain(signed_in(rep).get(f"{URL}versions/"))


def told_in_north(client) -> list[tuple[str, bool]]:
    """Of the agreement: each line, and whether it waits for the person who asks."""
    groups = client.get("/waiting/north/").context["groups"]
    return [(line.text, line.is_own) for _whose, lines in groups for line in lines]


@pytest.mark.parametrize("kind", ["version", "end"])
def test_what_was_declined_waits_for_who_proposed_it_until_they_act(kind, signed_in, sales_lead, marketing_lead, north):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    if kind == "version":
        version = proposed(author, north)
    else:
        author.post(f"{URL}end/", {"last_on": "2026-06-30"})
        version = north.versions.proposed().get()
    decide(other, version, "decline", reason="Not so")
    ((text, is_own),) = told_in_north(author)
    assert (text.startswith("Max Lead has declined"), text.endswith("“Not so”"), is_own) == (True, True, True)
    assert told_in_north(other)[0][1] is False
    decide(author, version, "leave")
    assert (told_in_north(author), north.versions.get(pk=version.pk).state) == ([], "declined")
    version = proposed(author, north)
    decide(other, version, "decline", reason="Nor so")
    assert len(told_in_north(author)) == 1
    proposed(author, north)
    assert [text for text, _own in told_in_north(author) if "declined" in text] == []


def test_a_reason_that_is_too_long_is_refused_and_not_cut(signed_in, sales_lead, marketing_lead, north):
    version = proposed(signed_in(sales_lead), north)
    answer = signed_in(marketing_lead).post(f"{page_of(version)}settle/", {"decision": "decline", "reason": "x" * 301})
    assert "Use at most 300 characters: these are 301." in answer.text
    assert north.versions.get(pk=version.pk).state == "proposed"


def test_who_proposed_it_withdraws_it_and_the_next_answer_is_told(signed_in, sales_lead, marketing_lead, rep, north):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    version = proposed(author, north)
    assert [decide(signed_in(who), version, "withdraw").status_code for who in (rep, marketing_lead)] == [422, 422]
    assert "Withdrawn" in plain(decide(author, version, "withdraw"))
    assert "Nothing was done: version 2 is withdrawn by now." in plain(decide(other, version, "sign"))
    assert (now(north).effective_on, version.signatures.count()) == (date(2020, 1, 1), 1)


def test_an_answer_begins_from_the_proposal_and_takes_its_place(signed_in, sales_lead, marketing_lead, north):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    version = proposed(author, north)
    address = f"{URL}edit/?of={version.pk}"
    assert filled(other, address)["speed-0-within_minutes"] == "240"
    edit = other.get(address)  # it opens where the proposal says something new, and says what
    assert edit.context["draft"].unfolded == {"sales": True}
    assert "Version 2 changes something here" in edit.text.partition('id="sales" open')[2].partition("</details>")[0]
    assert "Follow-up speed · within working minutes 60 240" in plain(edit)
    counter = proposed(other, north, minutes="90", at=address)
    version.refresh_from_db()
    assert (version.state, counter.state, counter.answers, counter.number) == ("countered", "proposed", version, 3)
    page = plain(author.get(page_of(counter)))
    assert "Against version 2, which Lea Lead has proposed." in page
    assert "Version 2 Version 3 Follow-up speed · within working minutes 240 90" in page
    assert "Follow-up speed · within working minutes 60 90" in page
    decide(author, counter, "sign")
    assert now(north).promises[0].within_minutes == 90


def test_a_second_proposal_waits_and_the_draft_stays(signed_in, sales_lead, marketing_lead, north):
    first = proposed(signed_in(sales_lead), north)
    client = signed_in(marketing_lead)
    draft = drafted(client, north, minutes="30")
    answer = decide(client, draft, "propose")
    assert (answer.status_code, "Version 2 is proposed already" in plain(answer)) == (422, True)
    decide(client, first, "sign")
    assert "The terms have changed since this was written." in plain(decide(client, draft, "propose"))
    again = proposed(client, north, minutes="30", at=f"{URL}edit/?of={draft.pk}")
    assert (again.state, again.number) == ("proposed", 3)


def test_a_reminder_is_seen_by_those_who_have_not_signed_once_a_day(
    signed_in, sales_lead, marketing_lead, north, time_machine
):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    version = proposed(author, north)
    assert "reminds you" not in other.get("/waiting/").text
    decide(author, version, "remind")
    assert "Version 2, to be in force from April 1, 2026, waits for your signature. Lea Lead reminds you." in plain(
        other.get("/waiting/")
    )
    assert "waits for your signature" not in author.get("/waiting/").text
    assert "Marketing north was reminded of version 2." in plain(author.get(URL))
    assert decide(author, version, "remind").status_code == 422
    time_machine.move_to(cast.MONDAY + timedelta(days=1))
    assert decide(author, version, "remind").status_code == 200


def test_the_day_of_a_reminder_is_that_of_the_agreement(signed_in, sales_lead, marketing_lead, north, time_machine):
    version = proposed(signed_in(sales_lead), north)
    time_machine.move_to(datetime(2026, 3, 2, 23, 30, tzinfo=UTC))  # half past midnight in Berlin
    author = signed_in(sales_lead)
    decide(author, version, "remind")
    assert "They have been reminded on March 3, 2026 already" in plain(decide(author, version, "remind"))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "This day is over: choose today or a later day."),
        ("de", "Dieser Tag ist vorbei: Wählen Sie heute oder einen späteren Tag."),
        ("da", "Denne dag er forbi: vælg i dag eller en senere dag."),
    ],
)
def test_a_day_in_the_past_is_refused_beside_its_field(language, told, signed_in, sales_lead, north):
    sales_lead.language = language
    sales_lead.save()
    client = signed_in(sales_lead)
    typed = {"speed-0-within_minutes": "240", "effective_on": "2026-03-01"}
    answer = client.post(f"{URL}edit/", filled(client, f"{URL}edit/") | typed)
    assert (answer.status_code, answer.context["draft"].terms.errors["effective_on"]) == (422, [told])
    answer = client.post(f"{URL}edit/", filled(client, f"{URL}edit/") | typed | {"effective_on": "2036-03-03"})
    assert answer.status_code == 422
    assert "10" in answer.context["draft"].terms.errors["effective_on"][0]
    assert not north.versions.drafts().exists()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "A version is in force from this day on already: a new one begins later."),
        ("de", "Ab diesem Tag gilt schon eine Fassung: Eine neue beginnt später."),
        ("da", "En version gælder allerede fra denne dag: en ny begynder senere."),
    ],
)
def test_two_versions_of_one_day_are_refused_beside_the_field(
    language, told, signed_in, sales_lead, marketing_lead, north
):
    author = signed_in(sales_lead)
    today = f"{URL}edit/"
    draft_entries = {"speed-0-within_minutes": "240", "effective_on": "2026-03-02"}
    author.post(today, filled(author, today) | draft_entries)
    draft = north.versions.drafts().get()
    decide(author, draft, "propose")
    decide(signed_in(marketing_lead), draft, "sign")
    sales_lead.language = language
    sales_lead.save()
    typed = {"speed-0-within_minutes": "30", "effective_on": "2026-03-02"}
    answer = author.post(today, filled(author, today) | typed)
    assert (answer.status_code, answer.context["draft"].terms.errors["effective_on"]) == (422, [told])


def test_what_has_not_begun_is_replaced_and_stays_to_be_read(signed_in, sales_lead, marketing_lead, rep, north):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    first = proposed(author, north)
    decide(other, first, "sign")
    second = proposed(other, north, minutes="90")
    decide(author, second, "sign")
    first.refresh_from_db()
    assert (first.state, first.number, now(north).promises[0].within_minutes) == ("superseded", 2, 90)
    page = plain(signed_in(rep).get(f"{URL}versions/"))
    assert (
        "Version 3 agreed, in force from April 1, 2026 Version 2 superseded · April 1, 2026 Version 1 in force since"
        in page
    )
    address = f"{URL}versions/?one={first.pk}&other={second.pk}"
    lines = signed_in(rep).get(address).context["lines"]
    assert [(line.name, line.before, line.after) for line in lines] == [
        ("Follow-up speed · within working minutes", "240", "90")
    ]


def test_who_signs_is_said_in_the_form_and_then_nobody_else_does(
    signed_in, administrator, sales_lead, marketing_lead, leader, north
):
    client = signed_in(administrator)
    sent = filled(client, f"{URL}edit/") | {"signers-0-email": "CLEO@example.org", "signers-0-signs_as": "deputy"}
    client.post(f"{URL}edit/", sent)
    (named,) = SIGNERS.of(now(north))
    assert (named.side, named.email, named.signs_as) == ("marketing", "CLEO@example.org", "deputy")
    version = proposed(signed_in(sales_lead), north)
    assert decide(signed_in(marketing_lead), version, "sign").status_code == 422
    assert (waiting(signed_in(marketing_lead)), waiting(signed_in(leader))) == ("", "1")
    decide(signed_in(leader), version, "sign")
    assert version.signatures.get(side=Side.MARKETING).capacity == "deputy"
    assert now(north).promises[0].within_minutes == 240


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"signers-0-email": "x"}, "email", "'x' is not an e-mail address."),
        ({"signers-0-side": "sales"}, "email", "Is missing."),
        ({"signers-0-email": "a@b.org", "signers-0-side": "service"}, "side", "Is no party: there is no service team."),
    ],
)
def test_who_cannot_sign_is_refused_beside_the_field(typed, field, told, signed_in, administrator, north):
    client = signed_in(administrator)
    answer = client.post(f"{URL}edit/", filled(client, f"{URL}edit/") | typed)
    assert (answer.status_code, answer.context["draft"].groups["signers"][0].errors.get(field)) == (422, [told])


def test_the_service_team_is_a_party_too(signed_in, sales_lead, marketing_lead, north):
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    served = cast.person("sue@example.org", north.service_team, role=Role.LEAD)
    version = proposed(signed_in(sales_lead), north)
    decide(signed_in(marketing_lead), version, "sign")
    assert now(north).promises[0].within_minutes == 60
    decide(signed_in(served), version, "sign")
    assert now(north).promises[0].within_minutes == 240


def test_the_end_is_proposed_and_signed_and_after_it_nothing_is_promised(
    signed_in, sales_lead, marketing_lead, rep, north, time_machine
):
    cast.target(north, "2026-03", 10)
    cast.target(north, "2026-04", 10)
    author = signed_in(sales_lead)
    answer = author.post(f"{URL}end/", {"last_on": "2026-03-20"}, follow=True)
    assert "Still to sign: Marketing north." in plain(answer)
    (end,) = north.versions.proposed()
    assert "Version 2 proposed · ends after March 20, 2026" in plain(author.get(f"{URL}versions/"))
    assert "It was proposed that the agreement ends after March 20, 2026." in plain(author.get(URL))
    terms = timeline(north)
    assert terms.on(date(2026, 3, 21)).version_id
    decide(signed_in(marketing_lead), end, "sign")
    terms = timeline(north)
    assert (bool(terms.on(date(2026, 3, 20)).version_id), terms.on(date(2026, 3, 21)).version_id) == (True, None)
    page = plain(author.get(URL))
    assert "This agreement ends on March 20, 2026." in page
    assert "Every party has signed: the agreement ends after March 20, 2026." in page
    page = plain(author.get(f"{URL}versions/"))
    assert ("Version 2 ends after March 20, 2026" in page, "March 21" in page) == (True, False)
    time_machine.move_to(cast.MONDAY + timedelta(days=21))
    handoff = cast.handed(north, cast.MONDAY + timedelta(days=21))
    assert (handoff.version, handoff.due_at) == (None, None)
    author = signed_in(sales_lead)
    page = plain(signed_in(rep).get(URL))
    assert "This agreement ended on March 20, 2026: nothing is in force." in page
    assert "ended on March 20, 2026" in plain(author.get("/agreements/"))
    for report in ("scorecard", "volume", "speed", "depth"):
        assert author.get(f"/reports/north/{report}/?month=2026-04").status_code == 200, report


def test_an_agreement_that_has_ended_begins_again_with_a_new_version(signed_in, sales_lead, marketing_lead, north):
    author, other = signed_in(sales_lead), signed_in(marketing_lead)
    author.post(f"{URL}end/", {"last_on": "2026-03-20"})
    decide(other, north.versions.proposed().get(), "sign")
    again = proposed(author, north)
    decide(other, again, "sign")
    terms = timeline(north)
    found = [terms.on(date(2026, *day)).version_id for day in ((3, 20), (3, 21), (3, 31), (4, 1))]
    assert found == [north.versions.get(number=1).pk, None, None, again.pk]


@pytest.mark.parametrize("language", ["en", "de", "da"])
@pytest.mark.parametrize("day", ["2026-03-01", "", "2026-02-30", "2198-01-01", "9999-12-31"])
def test_a_wrong_last_day_is_told_beside_it(language, day, signed_in, sales_lead, north):
    sales_lead.language = language
    sales_lead.save()
    answer = signed_in(sales_lead).post(f"{URL}end/", {"last_on": day})
    (told,) = answer.context["form"].errors["last_on"]
    assert answer.status_code == 422
    with translation.override("en"):
        texts = {"2026-03-01": "This day is over: choose today or a later day."}
        texts["2198-01-01"] = "Choose a day that is at most 10 years away."
        assert (told == texts.get(day, told)) == (language == "en" or day not in texts)
    assert not north.versions.proposed().exists()


def test_no_page_shows_a_draft_to_another(signed_in, sales_lead, marketing_lead, administrator, rep, north):
    draft = drafted(signed_in(sales_lead), north)
    for who in (marketing_lead, administrator, rep):
        client = signed_in(who)
        assert client.get(page_of(draft)).status_code == 404
        assert client.post(f"{page_of(draft)}settle/", {"decision": "propose"}).status_code == 404
        assert f"versions/{draft.pk}/" not in client.get(URL).text + client.get(f"{URL}versions/").text
        assert client.get(f"{URL}edit/?of={draft.pk}").status_code in (200, 403)


def test_a_version_reads_as_the_agreement_does_and_says_only_what_stands_in_its_own_text(
    signed_in, sales_lead, marketing_lead, north
):
    version, client = proposed(signed_in(sales_lead), north), signed_in(marketing_lead)
    page, running = client.get(page_of(version)), client.get(URL)
    parts = [re.findall(r'<details class="section part"\s+id="(\w+)"', each.text) for each in (page, running)]
    own = {"months", "capacity", "versions"}
    assert parts[0] == ["heading", *(key for key in parts[1] if key not in own)]
    assert all(f'<a href="#{key}">' in page.text for key in parts[0])
    assert ("within 4 h" in plain(page), "within 1 h" in plain(running)) == (True, True)
    assert "Leads agreed month by month" in plain(page)
    assert version.digest in plain(page)
    assert "within_minutes = 240" in page.text


def test_one_version_alone_is_compared_with_nothing(signed_in, sales_lead, marketing_lead, north):
    author = signed_in(sales_lead)
    assert "Side by side" not in author.get(f"{URL}versions/").text
    proposed(author, north)
    page = plain(author.get(f"{URL}versions/"))
    assert "Side by side" in page
    assert "Follow-up speed · within working minutes 60 240" in page


def test_who_signs_is_not_missed_where_nobody_is_named(signed_in, sales_lead, north):
    missed = signed_in(sales_lead).get(URL).context["reading"].not_written
    assert ("Who signs" in missed, "Points of contact" in missed) == (False, True)
