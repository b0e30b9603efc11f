from reports.models.reviews import CalendarAddress, ReviewDecision, ReviewMeeting, ReviewPoint

__all__ = ["CalendarAddress", "ReviewDecision", "ReviewMeeting", "ReviewPoint"]
