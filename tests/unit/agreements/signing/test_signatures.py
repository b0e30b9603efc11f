"""What was signed stays as it was signed, whatever is done afterwards; every day has one version in force, or none."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import AmendmentRefused, apply
from agreements.models import Agreement, Objective, Signature, Version, VersionIsFixed
from agreements.promises.promise import SpeedPromise
from agreements.signing.cancelling import propose_end
from agreements.signing.parties import ever_signed, parties
from agreements.signing.proposals import NotYourDraft, discard, propose
from agreements.signing.signatures import NotYoursToSign, decline, remind, sign, withdraw
from agreements.terms import timeline
from leads.clock.recompute import recompute
from smarketing.accounts.models import Role
from tests import cast

APRIL = date(2026, 4, 1)


@pytest.fixture
def leads(north, sales_lead):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD), sales_lead


def drafted(north: Agreement, by, minutes: int = 30, on: date = APRIL) -> Version:
    document = document_of(Agreement.objects.get(pk=north.pk))
    promises = (SpeedPromise(within_minutes=minutes), *document.promises[1:])
    return apply(replace(document, effective_on=on, promises=promises), by=by, at=cast.MONDAY).draft


def signed(north: Agreement, leads, **more) -> Version:
    other, author = leads
    version = propose(drafted(north, author, **more), by=author, at=cast.MONDAY)
    return sign(version, by=other, at=cast.MONDAY, seen=version.digest)


CHANGES = {
    "saved": lambda version: version.save(),
    "text": lambda version: Version.objects.filter(pk=version.pk).update(text="else"),
    "calendar": lambda version: version.agreement.versions.update(calendar={}),
    "a promise": lambda version: version.objectives.get(measure="speed").save(),
    "promises": lambda version: version.objectives.update(promise={}),
    "promises away": lambda version: version.objectives.all().delete(),
    "one more": lambda version: Objective.of(version, SpeedPromise(within_minutes=1, tier="A")).save(),
    "signature": lambda version: version.signatures.first().save(),
    "signatures": lambda version: version.signatures.update(digest=""),
    "signatures away": lambda version: version.signatures.all().delete(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_signed_is_not_changed(what, north, leads):
    version = signed(north, leads)
    with pytest.raises(VersionIsFixed):
        CHANGES[what](Version.objects.get(pk=version.pk))
    version.refresh_from_db()
    assert (version.is_unchanged, version.objectives.count(), version.signatures.count()) == (True, 2, 2)


@pytest.mark.parametrize("who", ["version", "agreement"])
def test_what_was_signed_is_not_deleted(who, north, leads):
    version = signed(north, leads)
    gone = {"version": version, "agreement": north}[who]
    with pytest.raises(ProtectedError):
        gone.delete()


def test_the_database_itself_refuses_a_second_proposal_and_a_second_signature_of_a_side(north, leads):
    other, author = leads
    version = propose(drafted(north, author), by=author, at=cast.MONDAY)
    given = {"version": version, "side": "sales", "signed_by": other, "signed_at": cast.MONDAY, "capacity": "lead"}
    for second in (
        lambda: Version.objects.create(agreement=north, state="proposed", effective_on=APRIL, calendar={}),
        lambda: Signature.objects.create(**given),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            second()


def test_who_leads_both_teams_signs_for_both(north, sales_lead):
    sales_lead.memberships.create(team=north.marketing_team, role=Role.LEAD)
    version = propose(drafted(north, sales_lead), by=sales_lead, at=cast.MONDAY)
    version.refresh_from_db()
    assert (version.state, version.signatures.count()) == ("in_force", 2)


def test_who_was_named_and_is_not_here_is_told_by_the_address_and_nobody_signs_instead(north, leads):
    named = read(write(document_of(north)) + '\n[[signers]]\nside = "marketing"\nemail = "Ceo@example.org"\n')
    apply(named, by=None, at=cast.MONDAY)
    other, author = leads
    version = propose(drafted(north, author), by=author, at=cast.MONDAY)
    with pytest.raises(NotYoursToSign) as refusal:
        sign(version, by=other, at=cast.MONDAY, seen=version.digest)
    assert str(refusal.value) == "You cannot sign this. Still to sign: Marketing north: Ceo@example.org (as lead)."
    late = cast.person("ceo@example.org", north.marketing_team, role=Role.LEADERSHIP)
    assert sign(version, by=late, at=cast.MONDAY, seen=version.digest).signatures.count() == 2


def test_who_is_no_longer_active_does_not_sign(north, leads):
    other, author = leads
    version = propose(drafted(north, author), by=author, at=cast.MONDAY)
    other.is_active = False
    other.save()
    assert [party.who for party in parties(north, cast.MONDAY.date())] == ["–", "Lea Lead (as lead)"]
    with pytest.raises(NotYoursToSign):
        sign(version, by=other, at=cast.MONDAY, seen=version.digest)


def test_a_proposal_whose_day_has_passed_is_not_signed(north, leads):
    other, author = leads
    version = propose(drafted(north, author), by=author, at=cast.MONDAY)
    with pytest.raises(AmendmentRefused, match="This day is over"):
        sign(version, by=other, at=cast.MONDAY + timedelta(days=31), seen=version.digest)
    assert version.signatures.count() == 1


def test_a_file_makes_a_draft_once_somebody_has_signed(north, leads, tmp_path, capsys):
    other, _author = leads
    file = tmp_path / "north.toml"
    document = document_of(north)
    file.write_text(write(replace(document, pacing="calendar")))
    call_command("load_agreement", str(file))
    assert capsys.readouterr().out == "north: changed\n  pacing working -> calendar\n"
    signed(north, leads)
    later = replace(document_of(north), pacing="working", effective_on=date.today() + timedelta(days=400))
    file.write_text(write(later))
    call_command("load_agreement", str(file))
    assert capsys.readouterr().out.startswith("north: a draft, nothing is in force yet\n")
    assert document_of(north).pacing == "calendar"
    draft = north.versions.drafts().get()
    assert propose(draft, by=other, at=cast.MONDAY).proposed_by == other


def test_a_file_is_put_in_force_past_the_parties_and_the_history_says_so(north, leads, tmp_path):
    version = signed(north, leads)
    file = tmp_path / "north.toml"
    file.write_text(write(replace(document_of(north), pacing="calendar")))
    call_command("load_agreement", str(file), "--in-force")
    version.refresh_from_db()
    assert (version.state, version.number, document_of(north).pacing) == ("superseded", 2, "calendar")
    assert north.changes.first().lines[0] == [["put_in_force"], None, "load_agreement --in-force"]
    north.changes.all().delete()
    call_command("load_agreement", str(file), "--in-force")
    assert not north.changes.exists()


def test_months_of_a_file_are_proposed_once_somebody_has_signed(north, leads):
    signed(north, leads)
    june = date(2026, 6, 1)
    apply(replace(document_of(north), targets={june: 50}), by=None, at=cast.MONDAY)
    assert (document_of(north).targets, north.targets.waiting().get().leads) == ({}, 50)
    apply(replace(document_of(north), targets={june: 50}), by=None, at=cast.MONDAY, in_force=True)
    assert document_of(north).targets == {june: 50}


STEPS = ("draft", "propose", "sign", "decline", "withdraw", "remind", "discard", "end", "load", "past", "recompute")
DAYS = st.integers(-3, 60)


def step(north: Agreement, leads, kind: str, who: int, days: int, minutes: int) -> None:
    """One of the things that people do; a refusal is an answer like any other."""
    by, at, on = leads[who], cast.MONDAY, cast.MONDAY.date() + timedelta(days=days)
    document = replace(document_of(Agreement.objects.get(pk=north.pk)), effective_on=on)
    other = replace(document, promises=(SpeedPromise(within_minutes=minutes), *document.promises[1:]))
    proposal, draft = north.versions.proposed().first(), north.versions.drafts().filter(made_by=by).first()
    acts = {
        "draft": lambda: apply(other, by=by, at=at),
        "load": lambda: apply(other, by=None, at=at),
        "past": lambda: apply(other, by=None, at=at, in_force=True),
        "end": lambda: propose_end(north, on, by=by, at=at),
        "recompute": lambda: recompute(north, by_terms_in_force=True, by=by, at=at),
    }
    if draft:
        acts |= {"propose": lambda: propose(draft, by=by, at=at), "discard": lambda: discard(draft, by=by, at=at)}
    if proposal:
        acts |= {
            "sign": lambda: sign(proposal, by=by, at=at, seen=proposal.digest),
            "decline": lambda: decline(proposal, by=by, at=at, reason="No"),
            "withdraw": lambda: withdraw(proposal, by=by, at=at),
            "remind": lambda: remind(proposal, by=by, at=at),
        }
    if kind in acts:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    acts[kind]()
            except AmendmentRefused:
                pass


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1), DAYS, st.integers(1, 99)), max_size=14))
def test_whatever_is_done_a_signed_digest_stays_and_every_day_has_one_version_or_none(steps, north, leads):
    with transaction.atomic():
        kept: dict[int, tuple[str, str]] = {}
        for given_step in [("draft", 0, 30, 5), ("propose", 0, 0, 1), ("sign", 1, 0, 1), *steps]:
            step(north, leads, *given_step)
            for version in Version.objects.filter(signatures__isnull=False).distinct():
                assert kept.setdefault(version.pk, (version.digest, version.text)) == (version.digest, version.text)
                assert sha256(version.text.encode()).hexdigest() == version.digest
                assert set(version.signatures.values_list("digest", flat=True)) == {version.digest}
            dated = list(north.versions.dated().order_by("effective_on"))
            assert len({version.effective_on for version in dated}) == len(dated)
            terms = timeline(Agreement.objects.get(pk=north.pk))
            for version, following in zip(dated, [*dated[1:], None], strict=True):
                last = following.effective_on - timedelta(days=1) if following else version.effective_on
                expected = None if version.is_cancellation else version.pk
                assert {terms.on(day).version_id for day in (version.effective_on, last)} == {expected}
        assert ever_signed(north)
        transaction.set_rollback(True)


def test_a_draft_is_proposed_by_its_author_only(north, leads, administrator, rep):
    other, author = leads
    draft = drafted(north, author)
    for who in (other, administrator, rep):
        with pytest.raises(NotYourDraft):
            propose(draft, by=who, at=cast.MONDAY)
        with pytest.raises(NotYourDraft):
            discard(draft, by=who, at=cast.MONDAY)
    assert north.versions.drafts().get() == draft
