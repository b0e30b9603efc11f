"""The one table of rights: for each verb the sides of an agreement and the roles in them that may.

An administrator may everything. Guards, `Access.may` and the querysets' filters are all derived from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from smarketing.accounts.models import WORKING, Role, Side


class Verb(StrEnum):
    READ = "read"  # agreements and their figures
    SEE = "see"  # leads and what happened to them
    MARKET = "market"  # log, edit, hand over and take back leads; bring files in
    FOLLOW_UP = "follow_up"  # accept, record attempts, return, close
    ASSIGN = "assign"  # give a handoff to any rep; look at escalations
    ANSWER = "answer"  # the friction reports that sales sends
    EXCUSE = "excuse"  # ask that a missed promise be excused
    APPROVE = "approve"  # excuse what the other side asks for
    INTEGRATE = "integrate"  # make and revoke tokens with which programs come in
    MATCH = "match"  # say who is meant by a name in a file
    AMEND = "amend"  # change the terms of an agreement
    PLAN = "plan"  # agree quotas and targets, complete the ledger
    STAFF = "staff"  # invite people into a team and say what they are in it
    ADMINISTER = "administer"  # people, teams, new agreements


@dataclass(frozen=True)
class Right:
    sides: tuple[Side, ...] = ()
    roles: tuple[Role, ...] = ()


PARTIES, LEADS = (Side.MARKETING, Side.SALES), (Role.LEAD,)
RIGHTS = {
    Verb.READ: Right(tuple(Side), tuple(Role)),
    Verb.SEE: Right(PARTIES, WORKING),
    Verb.MARKET: Right((Side.MARKETING,), WORKING),
    Verb.FOLLOW_UP: Right((Side.SALES,), WORKING),
    Verb.ASSIGN: Right((Side.SALES,), LEADS),
    Verb.ANSWER: Right((Side.SERVICE,), WORKING),
    Verb.EXCUSE: Right(PARTIES, WORKING),
    Verb.APPROVE: Right(PARTIES, LEADS),
    Verb.INTEGRATE: Right(PARTIES, LEADS),
    Verb.MATCH: Right(PARTIES, LEADS),
    Verb.AMEND: Right(tuple(Side), LEADS),
    Verb.PLAN: Right(PARTIES, LEADS),
    Verb.STAFF: Right(tuple(Side), LEADS),
    Verb.ADMINISTER: Right(),
}
