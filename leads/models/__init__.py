from leads.models.clocks import Clock, Escalation
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

LONG_TABLES = (Lead, Handoff, Attempt, Deal, Inquiry, Clock)  # what an import fills

__all__ = [
    "LONG_TABLES",
    "Addition",
    "ApiCall",
    "ApiToken",
    "Attempt",
    "Clock",
    "Deal",
    "DifferingRow",
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
    "RejectedRow",
    "RememberedReading",
    "RepName",
    "WaitingRow",
    "Word",
]
