"""Two people at the same proposal in the same moment: one version in force, nothing lost, the loser is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.models import Agreement, Signature, Version
from agreements.promises.promise import SpeedPromise
from agreements.signing.cancelling import propose_end
from agreements.signing.proposals import VersionWaiting, propose
from agreements.signing.signatures import Settled, decline, sign, withdraw
from smarketing.accounts.models import Role
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = date(2026, 4, 1)


@pytest.fixture
def leads(north, sales_lead):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD), sales_lead


def draft(north: Agreement, by, minutes: int) -> Version:
    document = document_of(north)
    promises = (SpeedPromise(within_minutes=minutes), document.promises[1])
    return apply(replace(document, effective_on=APRIL, promises=promises), by=by, at=cast.MONDAY).draft


def kinds(answers) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def test_of_two_who_propose_at_once_one_does_and_the_other_keeps_the_draft(north, leads):
    drafts = [draft(north, by, 30 + n) for n, by in enumerate(leads)]
    actions = [
        lambda one=one, by=by: propose(one, by=by, at=cast.MONDAY) for one, by in zip(drafts, leads, strict=True)
    ]
    answers = at_once(*actions)
    assert kinds(answers) == ["Version", "VersionWaiting"], answers
    loser = drafts[[isinstance(answer, VersionWaiting) for answer in answers].index(True)]
    assert (north.versions.proposed().count(), north.versions.drafts().get()) == (1, loser)
    assert Signature.objects.count() == 1


def test_of_two_who_write_drafts_at_once_both_keep_theirs(north, leads):
    answers = at_once(*[lambda by=by, n=n: draft(north, by, 30 + n) for n, by in enumerate(leads)])
    assert kinds(answers) == ["Version", "Version"], answers
    kept = {row.made_by: document_of(north, row) and row.text for row in north.versions.drafts()}
    assert [f"within_minutes = {30 + n}" in kept[by] for n, by in enumerate(leads)] == [True, True]


def test_a_signature_given_twice_at_once_is_given_once(north, leads):
    other, author = leads
    version = propose(draft(north, author, 30), by=author, at=cast.MONDAY)
    answers = at_once(*[lambda: sign(version, by=other, at=cast.MONDAY, seen=version.digest)] * 3)
    assert kinds(answers) == ["Settled", "Settled", "Version"], answers
    assert Signature.objects.count() == 2
    assert list(north.versions.current().values_list("number", flat=True).order_by("number")) == [1, 2]
    assert north.changes.filter(lines__0__0__0="all_signed").count() == 1


@pytest.mark.parametrize("ends", ["withdrawn", "declined"])
def test_signed_and_taken_back_at_once_is_one_of_both(ends, north, leads):
    other, author = leads
    third = cast.person("mo@example.org", north.marketing_team, role=Role.LEAD)
    version = propose(draft(north, author, 30), by=author, at=cast.MONDAY)
    against = {
        "withdrawn": lambda: withdraw(version, by=author, at=cast.MONDAY),
        "declined": lambda: decline(version, by=third, at=cast.MONDAY, reason="Too slow"),
    }
    answers = at_once(lambda: sign(version, by=other, at=cast.MONDAY, seen=version.digest), against[ends])
    assert kinds(answers) == ["Settled", "Version"], answers
    version.refresh_from_db()
    is_signed = isinstance(answers[1], Settled)
    assert (version.state, version.signatures.count()) == (("in_force", 2) if is_signed else (ends, 1))
    told = next(str(answer) for answer in answers if isinstance(answer, Settled))
    signed = version.state == "in_force"
    how = "has been signed by every party" if signed else f"is {version.get_state_display()} by now"
    assert told == f"Nothing was done: version 2 {how}."


def test_signed_and_amended_at_once_leaves_one_version_in_force_for_every_day(north, leads, administrator):
    """The one who amends had begun before anybody signed: the second of the two is told, or kept as a draft."""
    other, author = leads
    version = propose(draft(north, author, 30), by=author, at=cast.MONDAY)
    past_parties = replace(document_of(north), effective_on=APRIL, pacing="calendar")
    answers = at_once(
        lambda: sign(version, by=other, at=cast.MONDAY, seen=version.digest),
        lambda: apply(past_parties, by=None, at=cast.MONDAY, in_force=True),
        lambda: apply(replace(document_of(north), pacing="calendar", effective_on=APRIL), by=author, at=cast.MONDAY),
    )
    assert kinds(answers) in (
        ["Amendment", "Amendment", "Version"],
        ["Amendment", "Amendment", "BuiltOnFormerTerms"],
    ), answers
    (april,) = north.versions.current().filter(effective_on=APRIL)
    assert north.versions.current().count() == 2
    if isinstance(answers[0], Version):  # what the file replaced afterwards can still be read
        version.refresh_from_db()
        assert (version.state, april.pacing) == ("superseded", "calendar")
        assert version.signatures.count() == 2


def test_the_end_and_another_version_proposed_at_once_are_one_proposal(north, leads):
    other, author = leads
    own = draft(north, author, 30)
    last_on = cast.MONDAY.date() + timedelta(days=20)
    answers = at_once(
        lambda: propose(own, by=author, at=cast.MONDAY), lambda: propose_end(north, last_on, by=other, at=cast.MONDAY)
    )
    assert kinds(answers) == ["Version", "VersionWaiting"], answers
    assert north.versions.proposed().count() == 1
