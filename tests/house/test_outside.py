"""People of an outside organisation see the agreement they share, and not even that there is anything else."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, FrictionReport
from leads.doors.files.runs import digest_of
from leads.enums import RowKind
from leads.models import Handoff, ImportRun, RepName
from leads.work.excusing import ask
from smarketing.accounts.models import Membership, Role, Side, User
from tests import cast
from tests.house.addresses import ours

OUTSIDE = "Nordwind Customer"
FOREIGN_PK = 987_654_001
PAGES = 160  # that one person looks at
LINK = re.compile(r"""(?:href|action|hx-get)=["']([^"'#]+)""")
SIDES = [(side, Role.LEAD) for side in Side]  # who leads sees all that the others of the team see


@pytest.fixture
def foreign(north: Agreement) -> Agreement:
    """Another agreement of the same marketing team, with everything that one can have; each thing has a mark."""
    south = cast.agreement("zephyrus")
    Agreement.objects.filter(pk=south.pk).update(marketing_team=north.marketing_team, name="Zephyrus deal")
    south.refresh_from_db()
    rep = cast.person("rep@eurus.example", south.sales_team, role=Role.LEAD, name="Eurus Rep", pk=FOREIGN_PK)
    lead = {"name": "Boreas Lead", "source": "notus fair", "tier": "Kaikias tier", "company": "Boreas Ltd"}
    handoff = cast.handed(south, rep=rep, email="lead@boreas.example", pk=FOREIGN_PK, **lead)
    late = cast.MONDAY + timedelta(hours=3)
    cast.attempted(handoff, late, rep=rep, rep_name="Eurus Rep", note="Apeliotes note")
    ask(handoff.clocks.get(kind="response"), reason="Lips excuse", side=Side.SALES, by=rep, at=late)
    RepName.objects.create(agreement=south, name="Eurus Name", user=rep, by=rep, at=cast.MONDAY)
    file = ContentFile(b"lead_id\n1\n", name="skiron.csv")
    kept = {"file": file, "size": file.size, "digest": digest_of(file), "file_name": "skiron.csv"}
    ImportRun.objects.create(pk=FOREIGN_PK, agreement=south, kind=RowKind.LEADS, by=rep, **kept)
    cast.target(south, "2026-03", 98_761)
    FrictionReport.objects.create(
        pk=FOREIGN_PK,
        agreement=south,
        version=south.versions.get(),
        month="2026-02-01",
        due_on="2026-03-06",
        opened_at=cast.MONDAY,
    )
    return south


@pytest.fixture
def shared(north: Agreement, foreign: Agreement) -> Agreement:
    """With a service team, records on every side, and colleagues of the house who have nothing to do with it."""
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    rep = cast.person("rob@house.example", north.sales_team, name="Rob Rep")
    handoff = cast.handed(north, rep=rep)
    cast.attempted(handoff, cast.MONDAY, rep=rep, rep_name="Rob Rep", recorded_by=rep, note="Note of the sales house")
    unknown = cast.handed(north, name="", company="Waiting Ltd", email="")
    Handoff.objects.filter(pk=unknown.pk).update(rep_name="Somebody of a file")
    for side in Side:
        team = getattr(north, f"{side}_team")
        cast.person(f"quiet-{side}@house.example", team, name=f"Quiet Colleague of {side}")
    FrictionReport.objects.create(
        agreement=north, version=north.versions.get(), month="2026-02-01", due_on="2026-03-06", opened_at=cast.MONDAY
    )
    return north


@pytest.fixture(params=SIDES, ids="-".join)
def outsider(request: pytest.FixtureRequest, shared: Agreement) -> tuple[User, Side]:
    """The agreement's team of one side is of another house."""
    side, role = request.param
    team = getattr(shared, f"{side}_team")
    Membership.objects.filter(team=team).delete()
    if side == Side.MARKETING:  # of the two agreements of this team one is not the outsider's
        team = cast.team("Marketing of Nordwind", Side.MARKETING)
        Agreement.objects.filter(pk=shared.pk).update(marketing_team=team)
    type(team).objects.filter(pk=team.pk).update(organisation=OUTSIDE)
    cast.person("colleague@nordwind.example", team, name="Nora Nordwind")
    return cast.person("outsider@nordwind.example", team, name="Otto Outsider", role=role), side


def marks(side: Side, shared: Agreement) -> list[str]:
    """What must be nowhere: the foreign agreement, and who else works in the other houses of the shared one."""
    own_house = [f"Quiet Colleague of {other}" for other in Side if other != side]
    notes = [] if side == Side.SALES else ["Note of the sales house"]
    words = ("zephyrus", "eurus", "boreas", "notus", "kaikias", "apeliotes", "lips excuse", "skiron")
    numbers = (str(FOREIGN_PK), f"{FOREIGN_PK:,}", "98761", "98,761")
    return [*words, *numbers, "@house.example", *own_house, *notes]


def text_of(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, f"{answer.headers.get('Location', '')} {body.decode('utf-8', 'replace')}"


def addresses(deal: Agreement, pk: int) -> Iterator[str]:
    """Every address of the portal, of the agreement and with the key given."""
    for name, leaf in ours().items():
        values = {"slug": deal.slug, "pk": pk, "other": pk, "form": "json", "key": "plain", "day": "2026-03-02"}
        wanted = leaf.pattern.converters or (["slug", "page", "form"] if name == "reports:data" else [])
        pages = ("volume", "speed", "depth", "scorecard", "records") if "page" in wanted else ("volume",)
        for page in pages:
            query = "?what=handed_over&period=2026-03" if page == "records" or name == "reports:records" else ""
            yield reverse(name, kwargs={key: (values | {"page": page}).get(key, "x") for key in wanted}) + query


def asked_for(deal: Agreement, other: Agreement) -> Iterator[str]:
    """Lists that are asked for what is foreign."""
    yield from ("/leads/?q=Boreas", "/leads/?source=notus+fair", f"/leads/?agreement={other.slug}")
    yield from (f"/leads/new/?agreement={other.pk}", f"/leads/queue/?whose=team&agreement={other.slug}")
    yield from (f"/leads/imports/reps/?agreement={other.slug}", "/reports/scorecard/?period=2026-03")
    yield from ("/people/?who=all", f"/people/?who=all&team={other.sales_team_id}", "/people/?q=e&who=all")
    yield f"/reports/{deal.slug}/records/?what=handed_over&period=2026-03&source=notus+fair"


def test_nothing_but_the_shared_agreement_is_seen_anywhere(outsider, shared, foreign, signed_in):
    person, side = outsider
    client, seen = signed_in(person), dict[str, str]()
    client.raise_request_exception = False
    handoff = shared.handoffs.first()
    left = ["/", *addresses(shared, handoff.pk), f"/leads/{handoff.lead_id}/", *asked_for(shared, foreign)]
    while left and len(seen) < PAGES:
        address = left.pop(0)
        if address in seen or address.startswith(("/accounts/logout", "/static")):
            continue
        status, seen[address] = text_of(client, address)
        assert status < 500, address
        left += [link.replace("&amp;", "&") for link in LINK.findall(seen[address]) if link.startswith("/")]
    leaks = {(mark, at) for mark in marks(side, shared) for at, text in seen.items() if is_told(mark, at, text)}
    assert leaks == set()
    assert str(shared) in seen["/agreements/"]


def is_told(mark: str, address: str, text: str) -> bool:
    """What was asked for in the address may stand in the form again."""
    return mark.lower() in text.lower() and mark.lower() not in address.lower()


@pytest.mark.parametrize("outsider", SIDES, indirect=True, ids=["marketing", "sales", "service"])
def test_what_is_foreign_is_not_found_whatever_is_asked_of_it(outsider, foreign, signed_in):
    """As if it was not there: the same answer as for a key and a name that nothing has."""
    client = signed_in(outsider[0])
    client.raise_request_exception = False
    there = [(client.get(a).status_code, client.post(a).status_code) for a in addresses(foreign, FOREIGN_PK)]
    foreign.slug = "nothing-of-that-name"
    nowhere = [(client.get(a).status_code, client.post(a).status_code) for a in addresses(foreign, FOREIGN_PK + 7)]
    assert there == nowhere
