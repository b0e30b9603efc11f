from reports.models.judged import (
    AskedAgain,
    JudgedIsFixed,
    JudgedMonth,
    JudgedObjective,
    Owed,
    RootCause,
    StrikeNote,
)
from reports.models.reviews import CalendarAddress, ReviewDecision, ReviewMeeting, ReviewMove, ReviewPoint

__all__ = [
    "AskedAgain",
    "CalendarAddress",
    "JudgedIsFixed",
    "JudgedMonth",
    "JudgedObjective",
    "Owed",
    "ReviewDecision",
    "ReviewMeeting",
    "ReviewMove",
    "ReviewPoint",
    "RootCause",
    "StrikeNote",
]
