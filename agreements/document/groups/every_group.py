"""PURE. Every group of clauses that is declared by its table, in the order in which they are written."""

from agreements.document.groups.capacity_clause import CAPACITY
from agreements.document.groups.clause_group import AnyGroup
from agreements.document.groups.consequences import CONSEQUENCES, JUDGING
from agreements.document.groups.contacts import CONTACTS, LADDER, RESPONSIBILITIES
from agreements.document.groups.friction_clause import FRICTION
from agreements.document.groups.qualification import BRIEF, CRITERIA
from agreements.document.groups.review import REVIEW
from agreements.document.groups.scope import SCOPE
from agreements.document.groups.signers import SIGNERS
from agreements.document.groups.wordings import DEFINITIONS, GOALS, NEEDS, TEXTS

GROUPS: dict[str, AnyGroup] = {
    group.key: group
    for group in (
        SCOPE,
        TEXTS,
        GOALS,
        NEEDS,
        DEFINITIONS,
        CRITERIA,
        BRIEF,
        CAPACITY,
        JUDGING,
        CONSEQUENCES,
        CONTACTS,
        RESPONSIBILITIES,
        LADDER,
        FRICTION,
        REVIEW,
        SIGNERS,
    )
}
