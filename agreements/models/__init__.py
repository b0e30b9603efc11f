from agreements.models.draft_notes import DraftNote
from agreements.models.exceptions import AgreedException, ExceptionConsent
from agreements.models.friction import FrictionPoint, FrictionReport
from agreements.models.kept_templates import KeptTemplate
from agreements.models.ledger import LedgerEntry, LedgerProposal
from agreements.models.months import Assumptions, Quota, Target
from agreements.models.signatures import Signature
from agreements.models.stated import Objection, StatedFigure
from agreements.models.terms import Agreement, Change, Objective, ReturnReason, Tier, Version
from agreements.querysets import VersionIsFixed

__all__ = [
    "AgreedException",
    "Agreement",
    "Assumptions",
    "Change",
    "DraftNote",
    "ExceptionConsent",
    "FrictionPoint",
    "FrictionReport",
    "KeptTemplate",
    "LedgerEntry",
    "LedgerProposal",
    "Objection",
    "Objective",
    "Quota",
    "ReturnReason",
    "Signature",
    "StatedFigure",
    "Target",
    "Tier",
    "Version",
    "VersionIsFixed",
]
