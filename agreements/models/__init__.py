from agreements.models.draft_notes import DraftNote
from agreements.models.exceptions import AgreedException
from agreements.models.ledger import LedgerEntry, LedgerProposal
from agreements.models.months import Assumptions, Quota, Target
from agreements.models.signatures import Signature
from agreements.models.terms import Agreement, Change, Objective, ReturnReason, Tier, Version
from agreements.querysets import VersionIsFixed

__all__ = [
    "AgreedException",
    "Agreement",
    "Assumptions",
    "Change",
    "DraftNote",
    "LedgerEntry",
    "LedgerProposal",
    "Objective",
    "Quota",
    "ReturnReason",
    "Signature",
    "Target",
    "Tier",
    "Version",
    "VersionIsFixed",
]
