from agreements.models.ledger import LedgerEntry, LedgerProposal
from agreements.models.months import Assumptions, Quota, Target
from agreements.models.terms import Agreement, Change, Objective, ReturnReason, Tier, Version, VersionIsFixed

__all__ = [
    "Agreement",
    "Assumptions",
    "Change",
    "LedgerEntry",
    "LedgerProposal",
    "Objective",
    "Quota",
    "ReturnReason",
    "Target",
    "Tier",
    "Version",
    "VersionIsFixed",
]
