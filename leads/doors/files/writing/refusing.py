"""Reads: rows that are well written and cannot be taken as the portal stands, each with the field and the reason.

The id of a record is one record of the agreement: under another lead it is refused, wherever that row comes from.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.doors.files.reading.rows import CheckedRow
from leads.doors.files.writing.claims import FACTS, Contradicts, Hand
from leads.doors.files.writing.identity import OWN_ID
from leads.doors.won_first import is_too_early
from leads.models import ImportRun, Lead, WaitingRow
from smarketing.lib.file_problems import FileProblem

ELSEWHERE, TOO_EARLY = FileProblem("id_elsewhere"), FileProblem("handed_before_created")

Whose = int | str  # the key of a lead, or the name under which a row waits for it


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    field: str
    problem: FileProblem


def refusals(kind: str, rows: Sequence[CheckedRow], found: Mapping[str, int], hand: Hand) -> list[Refusal]:
    """`found`: the leads that are here, by the name that the rows give them."""
    own_id, answer = OWN_ID[kind], []
    owners = owners_of(kind, {row.values[own_id] for row in rows if row.values.get(own_id)}, hand)
    won_at = _won_at(kind, found.values())
    for row in rows:
        values, name = row.values, row.values["external_id"]
        whose: Whose = found.get(name, name)
        if (own := values.get(own_id)) and whose not in owners.setdefault(own, {whose}):
            answer.append(Refusal(row.line, own_id, ELSEWHERE))
        elif (created_at := won_at.get(whose)) and is_too_early(
            values["handed_at"], values.get("precision", 0), created_at, hand.day_of
        ):
            answer.append(Refusal(row.line, "handed_at", TOO_EARLY))
    return answer


def owners_of(kind: str, ids: Collection[str], hand: Hand) -> dict[str, set[Whose]]:
    """By id the lead that has the record, or for which it waits."""
    found: dict[str, set[Whose]] = defaultdict(set)
    if not ids:
        return {}
    kept = FACTS[kind].model._default_manager.filter(lead__agreement=hand.agreement_id, external_id__in=ids)
    for own, lead_id in kept.exclude(external_id="").values_list("external_id", "lead_id"):
        found[own].add(lead_id)
    waiting = WaitingRow.objects.filter(agreement=hand.agreement_id, kind=kind, own_id__in=ids).exclude(own_id="")
    for own, name in waiting.values_list("own_id", "external_id"):
        found[own].add(name)
    return dict(found)


def _won_at(kind: str, lead_ids: Collection[int]) -> dict[Whose, datetime]:
    if kind != "handoffs":
        return {}
    return dict(Lead.objects.filter(pk__in=lead_ids).values_list("pk", "created_at"))


def taken_of(rows: Sequence[CheckedRow], refused: Sequence[Refusal], run: ImportRun | None) -> list[CheckedRow]:
    """The others. Raises Contradicts where there is no list of rejected rows: without a run, as from the API."""
    if refused and run is None:
        raise Contradicts({refusal.field: refusal.problem for refusal in refused})
    lines = {refusal.line for refusal in refused}
    return [row for row in rows if row.line not in lines]
