from leads.models.clocks import Clock, Escalation
from leads.models.facts import Attempt, Deal, Event, Handoff, Lead, phone_key
from leads.models.imports import DifferingRow, ImportRun, RejectedRow, RepName, WaitingRow, Word
from leads.models.integrations import ApiCall, ApiToken

__all__ = [
    "ApiCall",
    "ApiToken",
    "Attempt",
    "Clock",
    "Deal",
    "DifferingRow",
    "Escalation",
    "Event",
    "Handoff",
    "ImportRun",
    "Lead",
    "RejectedRow",
    "RepName",
    "WaitingRow",
    "Word",
    "phone_key",
]
