"""Action: puts the demonstration into the database, or brings it up to the day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max

from agreements.document.clauses import AgreementDocument
from agreements.document.stored import document_of
from agreements.document.text import read
from agreements.document.versions import apply
from agreements.models import Agreement, Version
from agreements.signing.parties import ever_signed
from agreements.signing.proposals import propose
from agreements.signing.signatures import remind, sign
from agreements.terms import Timeline, timeline, today_of
from leads.clock.consequences import refresh
from leads.clock.sweep import note_clocks
from leads.demonstration.assignment import write_rules
from leads.demonstration.company import MARKETS, SIGNED, Market, agreement_toml
from leads.demonstration.exceptional import agree_exceptions, excuse_one
from leads.demonstration.friction_months import write_friction
from leads.demonstration.ledger import keep_ledger
from leads.demonstration.sign_ins import (
    ADMINISTRATOR,
    INVITED_TO,
    ORIGIN,
    OUTSIDE,
    PASSWORD,
    PEOPLE,
    WHO_COMES,
    WHO_LEFT,
    Person,
)
from leads.demonstration.stated_months import state_months
from leads.demonstration.story import Pass, Scene, Story, stories_of, stories_of_now
from leads.doors.dictionary import settle
from leads.enums import OutsideReason, Result
from leads.models import LONG_TABLES, Attempt, Deal, Handoff, Lead
from leads.work.qualification import freeze
from smarketing.accounts.invitations import invite
from smarketing.accounts.models import Invitation, Membership, Role, Side, Team, User
from smarketing.accounts.people import leave, set_role
from smarketing.lib import bulk
from smarketing.lib.periods import Period
from smarketing.lib.places import country_of_zone

BAD_MONTH = 8  # after the first
LONGEST_STORY = timedelta(days=150)
BATCH = 500


@dataclass(frozen=True)
class Stage:
    """One agreement of the demonstration and what its stories are written down with."""

    market: Market
    agreement: Agreement
    terms: Timeline
    people: dict[str, User]
    at: datetime

    def has_come(self, at: datetime | None) -> bool:
        return at is not None and at <= self.at


def load(*, at: datetime) -> int:
    """Answers how many leads came in. A second time on the same day none; on a later day what was missing."""
    with transaction.atomic():
        team, house = OUTSIDE
        Team.objects.get_or_create(name=team, side=Side.MARKETING, defaults={"organisation": house})
        for market in MARKETS:
            _write_agreement(market, at)
        people = _people()
        _see_to_people(people, at)
        _sign(people, at)
        _agree_and_excuse(agree_exceptions, people, at)
        count = sum(_tell(market, people, at) for market in MARKETS)
        _agree_and_excuse(excuse_one, people, at)
        _agree_and_excuse(state_months, people, at)
        write_friction(people, at=at)
        write_rules(Agreement.objects.get(slug=SIGNED.market.slug), by=people[SIGNED.sales], at=at)
        note_clocks(at=at)
        for agreement in Agreement.objects.filter(slug__in=[market.slug for market in MARKETS]).with_teams():
            keep_ledger(agreement, at=at)
        return count


def _write_agreement(market: Market, at: datetime) -> None:
    """Written when it began; later on only months come to it."""
    document = read(agreement_toml(market, _months(market, at.date())))
    is_there = Agreement.objects.filter(slug=market.slug).exists()
    began_at = datetime.combine(document.effective_on, time(9), ZoneInfo(document.time_zone))
    apply(document, by=None, at=at if is_there else min(began_at, at), in_force=is_there)


def _agree_and_excuse(action: Callable[..., None], people: dict[str, User], at: datetime) -> None:
    agreement = Agreement.objects.get(slug=SIGNED.market.slug)
    action(agreement, marketing=people[SIGNED.marketing], sales=people[SIGNED.sales], at=at)


def _sign(people: dict[str, User], at: datetime) -> None:
    """One amendment that both sides have signed, and one that waits for marketing's signature."""
    agreement = Agreement.objects.get(slug=SIGNED.market.slug)
    if ever_signed(agreement):
        return
    marketing, sales = people[SIGNED.marketing], people[SIGNED.sales]
    month = Period.of(today_of(agreement, at))
    for _n in range(SIGNED.months_ago):
        month = month.previous()
    asked_at = datetime.combine(month.start_on, time(10), ZoneInfo(agreement.time_zone)) - timedelta(days=12)
    amended = replace(document_of(agreement), effective_on=month.start_on, **SIGNED.amended)
    version = _proposed(amended, by=marketing, at=asked_at)
    sign(version, by=sales, at=asked_at + timedelta(days=1, hours=3), seen=version.digest)
    document = document_of(agreement)
    promises = tuple(SIGNED.proposed.get((made.measure, made.tier), made) for made in document.promises)
    coming = Period.of(today_of(agreement, at)).next().start_on
    waiting = _proposed(replace(document, effective_on=coming, promises=promises), by=sales, at=at - timedelta(days=2))
    remind(waiting, by=sales, at=at - timedelta(hours=3))


def _proposed(document: AgreementDocument, *, by: User, at: datetime) -> Version:
    draft = apply(document, by=by, at=at).draft
    assert draft is not None
    return propose(draft, by=by, at=at)


def _months(market: Market, today: date) -> list[date]:
    """The first days of the months told, and of the next one, so that there is something to plan."""
    month = Period.of(today)
    for _n in range(market.months_told - 1):
        month = month.previous()
    first = Version.objects.filter(agreement__slug=market.slug).order_by("effective_on").first()
    month = Period.of(first.effective_on) if first else month
    found = [month.start_on]
    while month.start_on <= today:
        month = month.next()
        found.append(month.start_on)
    return found


def _people() -> dict[str, User]:
    known = {user.email: user for user in User.objects.filter(email__in=[person.email for person in PEOPLE])}
    password = make_password(PASSWORD)  # once: hashing is slow on purpose
    for person in PEOPLE:
        if person.email not in known:
            known[person.email] = User.objects.create(
                email=person.email,
                password=password,
                name=person.name,
                language=person.language,
                is_superuser=person.is_administrator,
            )
            _join(known[person.email], person)
    return {user.name: user for user in known.values()}


def _join(user: User, person: Person) -> None:
    agreements = Agreement.objects.filter(slug__in=[market.slug for market in MARKETS])
    parties = agreements.values_list("marketing_team", "sales_team", "service_team")
    teams = Team.objects.filter(pk__in=[pk for three in parties for pk in three])
    own = teams.filter(organisation="") if person.team == "*" else teams.filter(name=person.team)
    Membership.objects.bulk_create(Membership(user=user, team=team, role=Role(person.role)) for team in own)


def _see_to_people(people: dict[str, User], at: datetime) -> None:
    """Somebody who left last month, and somebody who is invited and has not come yet."""
    nils, team = people[ADMINISTRATOR], Team.objects.get(name=INVITED_TO)
    if not User.objects.filter(email=WHO_LEFT.email).exists():
        left = User.objects.create(email=WHO_LEFT.email, name=WHO_LEFT.name, password=make_password(None))
        for change, ago in ((partial(set_role, left, team, Role.MEMBER), 200), (partial(leave, left), 30)):
            change(by=nils, at=at - timedelta(days=ago))
    if not Invitation.objects.valid(at).exists():
        who, address = WHO_COMES.name, WHO_COMES.email
        invite(email=address, name=who, team=team, role=Role.MEMBER, language="de", origin=ORIGIN, by=nils, at=at)


def _tell(market: Market, people: dict[str, User], at: datetime) -> int:
    agreement = Agreement.objects.get(slug=market.slug)
    stage = Stage(market, agreement, timeline(agreement), people, at)
    today = stage.terms.day_of(at)
    ours = Lead.objects.filter(agreement=agreement, external_id__startswith=f"{market.slug}-")
    told_until = ours.aggregate(last=Max("recorded_at"))["last"]
    if told_until and stage.terms.day_of(told_until) == today:
        return 0
    first = stage.terms.versions[0].effective_on
    begin = max(first, stage.terms.day_of(told_until) - LONGEST_STORY) if told_until else first
    before = ours.count()
    _call_those_left(stage)
    stories = _stories(begin, today, _scene(market, stage))
    while batch := list(islice(stories, BATCH)):
        _write(batch, stage)
    bulk.counted(*LONG_TABLES)
    return ours.count() - before


def _call_those_left(stage: Stage) -> None:
    """Those who waited when the demonstration was last brought up to the day were called in the end."""
    left = Handoff.objects.overdue(stage.at).filter(agreement=stage.agreement, lead__external_id__contains="-now-")
    calls = [
        Attempt(
            lead_id=handoff.lead_id,
            attempted_at=handoff.due_at,
            result=Result.NO_ANSWER,
            rep_id=handoff.rep_id,
            rep_name=handoff.rep_name,
            external_id=f"{handoff.external_id}-late",
            recorded_at=handoff.due_at,
        )
        for handoff in left
        if handoff.due_at is not None
    ]
    Attempt.objects.bulk_create(calls, ignore_conflicts=True)
    refresh([call.lead_id for call in calls], stage.terms)


def _scene(market: Market, stage: Stage) -> Scene:
    terms = stage.terms.versions[-1]
    bad_month = Period(stage.terms.versions[0].effective_on)
    for _n in range(BAD_MONTH):
        bad_month = bad_month.next()
    return Scene(market, terms.calendar, stage.terms.zone, terms.depth[""].attempts, bad_month.start_on, stage.at)


def _stories(begin: date, today: date, scene: Scene) -> Iterator[Story]:
    day = begin
    while day <= today:
        yield from stories_of(day, scene)
        day += timedelta(days=1)
    yield from stories_of_now(scene)


def _write(stories: list[Story], stage: Stage) -> None:
    """Writes what has come to pass of these stories; what stands already stays as it is."""
    begun = {story.external_id: story for story in stories if stage.has_come(story.created_at)}
    Lead.objects.bulk_create([_lead(story, stage) for story in begun.values()], ignore_conflicts=True)
    leads = dict(Lead.objects.filter(agreement=stage.agreement, external_id__in=begun).values_list("external_id", "pk"))
    told = [(leads[name], story) for name, story in begun.items()]
    settle(stage.agreement.pk, [{"source": story.source, "tier": story.tier} for story in begun.values()])
    passes = [
        (pk, f"{story.external_id}-{number}", story, one)
        for pk, story in told
        for number, one in enumerate(story.passes, 1)
        if stage.has_come(one.at)
    ]
    _go_on(passes, stage)
    Handoff.objects.bulk_create([_handoff(*row, stage) for row in passes], ignore_conflicts=True)
    handoffs = dict(Handoff.objects.filter(lead__in=leads.values()).values_list("external_id", "pk"))
    attempts = [a for pk, name, _story, one in passes for a in _attempts(pk, handoffs[name], name, one, stage)]
    Attempt.objects.bulk_create(attempts, ignore_conflicts=True)
    deals = [_deal(pk, story, stage) for pk, story in told if stage.has_come(story.closed_at)]
    Deal.objects.bulk_create(deals, ignore_conflicts=True)
    refresh(list(leads.values()), stage.terms)


def _go_on(passes: list[tuple[int, str, Story, Pass]], stage: Stage) -> None:
    """Acceptances and returns that came since the handoffs were written down."""
    told = {name: one for _pk, name, _story, one in passes}
    standing = Handoff.objects.open().filter(lead__in=[pk for pk, _name, _story, _one in passes])
    changed = [handoff for handoff in standing if (one := told.get(handoff.external_id)) and _came(handoff, one, stage)]
    Handoff.objects.bulk_update(changed, ["accepted_at", "returned_at", "return_reason"], batch_size=200)


def _came(handoff: Handoff, one: Pass, stage: Stage) -> bool:
    before = handoff.accepted_at, handoff.returned_at
    if handoff.accepted_at is None and stage.has_come(one.accepted_at):
        handoff.accepted_at = one.accepted_at
    if stage.has_come(one.returned_at):
        handoff.returned_at, handoff.return_reason = one.returned_at, one.return_reason
    return before != (handoff.accepted_at, handoff.returned_at)


def _lead(story: Story, stage: Stage) -> Lead:
    lead = Lead(
        agreement=stage.agreement,
        external_id=story.external_id,
        created_at=story.created_at,
        source=story.source,
        tier=story.tier,
        name=story.name,
        company=story.company,
        email=story.email,
        phone=story.phone,
        value=story.value,
        recorded_at=stage.at,
        **_qualities(story, stage.market),
    )
    lead.set_keys(country_of_zone(stage.agreement.time_zone))
    return lead


def _qualities(story: Story, market: Market) -> dict[str, Any]:
    """Most leads are as the agreement asks; some are too small or from abroad, and some tell less than a rep needs."""
    dice = Random(f"qualities-{story.external_id}")  # noqa: S311, a story is no secret
    size = dice.randrange(3, 20) if dice.random() < 0.06 else dice.choice((25, 40, 90, 250, 1_200))
    country = market.abroad if dice.random() < 0.03 else market.places[story.company.rpartition(" ")[2]]
    return {
        "company_size": size if dice.random() < 0.95 else None,
        "country": country if dice.random() < 0.94 else "",
        "language": "en" if dice.random() < 0.08 else dice.choice(market.languages.get(country, ("de",))),
        "campaign": dice.choice(market.campaigns),
        "consent": True if dice.random() < 0.9 else None,
        "question": dice.choice(market.questions) if dice.random() < 0.93 else "",
    }


def _handoff(lead_id: int, name: str, story: Story, one: Pass, stage: Stage) -> Handoff:
    rep, on = stage.people.get(one.rep), stage.terms.day_of(one.at)
    handoff = Handoff(
        lead_id=lead_id,
        external_id=name,
        agreement=stage.agreement,
        handed_at=one.at,
        handed_on=on,
        version_id=stage.terms.on(on).version_id,
        source=story.source,
        tier=story.tier,
        rep=rep,
        rep_name=one.rep,
        assigned_at=one.at if rep else None,
        recorded_at=one.at,
    )
    _came(handoff, one, stage)
    reasons = (OutsideReason.ASKED_FOR_CONTACT, OutsideReason.KEY_ACCOUNT, OutsideReason.MET_IN_PERSON)
    freeze(handoff, _lead(story, stage), stage.terms.on(on), reason=reasons[lead_id % len(reasons)])
    return handoff


def _attempts(lead_id: int, handoff_id: int, name: str, one: Pass, stage: Stage) -> Iterator[Attempt]:
    rep = stage.people.get(one.rep)
    for number, attempt in enumerate(one.tries, 1):
        if stage.has_come(attempt.at):
            yield Attempt(
                lead_id=lead_id,
                handoff_id=handoff_id,
                external_id=f"{name}-{number}",
                attempted_at=attempt.at,
                channel=attempt.channel,
                result=attempt.result,
                rep=rep,
                rep_name=one.rep,
                note=attempt.note,
                recorded_at=attempt.at,
                recorded_by=rep,
            )


def _deal(lead_id: int, story: Story, stage: Stage) -> Deal:
    assert story.closed_at is not None
    return Deal(
        lead_id=lead_id,
        external_id=f"{story.external_id}-deal",
        outcome=story.verdict,
        closed_at=story.closed_at,
        revenue=story.revenue,
        currency=stage.agreement.currency,
        reason=story.loss_reason,
        recorded_at=stage.at,
    )
