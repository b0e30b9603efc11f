from leads.models.assignment import Absence, AssignmentRule, DeskSettings, Draw, RuleShare, Seat
from leads.models.clocks import Clock, Escalation
from leads.models.comments import Comment
from leads.models.facts import Attempt, Deal, Event, Handoff, Lead
from leads.models.hooks import HookCall, InHook
from leads.models.imports import (
    Addition,
    DifferingRow,
    ImportRun,
    RejectedRow,
    RememberedReading,
    RepName,
    WaitingRow,
    Word,
)
from leads.models.inquiries import Inquiry, NotSame, OtherId
from leads.models.integrations import ApiCall, ApiToken
from leads.models.merges import Merge
from leads.models.outgoing import OutDelivery, OutHook, OutMark

LONG_TABLES = (Lead, Handoff, Attempt, Deal, Inquiry, Clock)  # what an import fills

__all__ = [
    "LONG_TABLES",
    "Absence",
    "Addition",
    "ApiCall",
    "ApiToken",
    "AssignmentRule",
    "Attempt",
    "Clock",
    "Comment",
    "Deal",
    "DeskSettings",
    "DifferingRow",
    "Draw",
    "Escalation",
    "Event",
    "Handoff",
    "HookCall",
    "ImportRun",
    "InHook",
    "Inquiry",
    "Lead",
    "Merge",
    "NotSame",
    "OtherId",
    "OutDelivery",
    "OutHook",
    "OutMark",
    "RejectedRow",
    "RememberedReading",
    "RepName",
    "RuleShare",
    "Seat",
    "WaitingRow",
    "Word",
]
