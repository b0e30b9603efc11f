from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leads.assignment import rotation
from leads.clock import span


class State(TextChoices):
    WAITING = "waiting", pgettext_lazy("handoff", "Waiting")
    ACCEPTED = "accepted", _("Accepted")
    WORKING = "working", _("Working")
    CONNECTED = "connected", _("Connected")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    RETURNED = "returned", _("Returned")


class Channel(TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")
    MESSAGE = "message", _("Message")
    AUTOMATED = "automated", _("Automated message")
    OTHER = "other", _("Other")


class Result(TextChoices):
    NO_ANSWER = "no_answer", _("No answer")
    VOICEMAIL = "voicemail", _("Left a message")
    SENT = "sent", _("Sent")
    CONNECTED = "connected", _("Connected")
    WRONG_CONTACT = "wrong_contact", _("Wrong contact data")


class Direction(TextChoices):
    OUTBOUND = "outbound", _("We tried to reach the lead")
    INBOUND = "inbound", _("The lead contacted us")


class Door(TextChoices):
    """The way a record came in."""

    FORM = "form", _("Form")
    FILE = "file", _("File")
    API = "api", _("API")
    HOOK = "hook", _("Web hook")


class HookKind(TextChoices):
    """What an integration that calls us sends: one kind of record of the API, or what it sends by itself."""

    LEADS = "leads", _("Leads")
    INQUIRIES = "inquiries", _("Inquiries")
    HANDOFFS = "handoffs", _("Handoffs")
    ATTEMPTS = "attempts", _("Attempts")
    DEALS = "deals", _("Deals")
    GOOGLE = "google", _("Google lead forms")
    CALLS = "calls", _("Calls of a telephone system")


class News(TextChoices):
    """What other systems are told of; the names are those that stand in the messages."""

    LEAD = "lead.created", _("A lead came in")
    HANDOFF = "handoff.created", _("A lead was handed over")
    ACCEPTED = "handoff.accepted", _("A handoff was accepted")
    RETURNED = "handoff.returned", _("A handoff was returned")
    ATTEMPT = "attempt.created", _("An attempt was recorded")
    DEAL = "deal.created", _("A deal was recorded")
    INQUIRY = "inquiry.created", _("A lead asked")
    TEST = "test", _("A test")


class Precision(IntegerChoices):
    """To how many seconds an instant is known; a day is known to the end of it."""

    EXACT = span.EXACT, _("to the second")
    MINUTE = span.MINUTE, _("to the minute")
    DAY = span.DAY, _("to the day")


class ClockKind(TextChoices):
    """Every promise with a due time has a clock of its own kind."""

    HANDOVER = "handover", _("Handed over by marketing")
    RESPONSE = "response", _("First attempt")
    ACCEPTANCE = "acceptance", _("Accepted or returned")
    INQUIRY = "inquiry", _("Answer to an inquiry")
    DEPTH = "depth", _("Promised attempts")
    ATTEMPT = "attempt", _("Attempt")


class Verdict(TextChoices):
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class LossReason(TextChoices):
    NOT_REACHED = "not_reached", _("Could not be reached")
    NO_NEED = "no_need", _("No need")
    NO_BUDGET = "no_budget", _("No budget")
    COMPETITOR = "competitor", _("Chose a competitor")
    BAD_TIMING = "bad_timing", _("Not the right time")
    OTHER = "other", _("Another reason")


class EscalationStep(TextChoices):
    DUE_SOON = "due_soon", _("Due soon")
    OVERDUE = "overdue", _("Overdue")


class RowKind(TextChoices):
    """The kinds of rows that files bring."""

    LEADS = "leads", _("Leads")
    HANDOFFS = "handoffs", _("Handoffs")
    ATTEMPTS = "attempts", _("Attempts")
    OUTCOMES = "outcomes", _("Outcomes")
    INQUIRIES = "inquiries", _("Inquiries")


class RunStatus(TextChoices):
    DRAFT = "draft", _("Not started")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", pgettext_lazy("import", "Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


OUTSIDE, OUTSIDE_WORDS = "outside", _("Outside the criteria")  # in filters


class OutsideReason(TextChoices):
    """Why a lead that does not meet the criteria is handed over all the same."""

    ASKED_BY_SALES = "asked_by_sales", _("Sales asked for this lead")
    ASKED_FOR_CONTACT = "asked_contact", _("The lead asked to be contacted")
    KEY_ACCOUNT = "key_account", _("Important company")
    MET_IN_PERSON = "met_in_person", _("Met in person")
    OTHER = "other", _("Another reason")
    FROM_FILE = "from_file", _("As the file says")
    NOT_GIVEN = "not_given", _("No reason given in the file")


class Brief(TextChoices):
    """What the brief of a handoff was as it was handed over."""

    COMPLETE = "complete", pgettext_lazy("brief", "Complete")
    INCOMPLETE = "incomplete", pgettext_lazy("brief", "Incomplete")


class AssignmentWay(TextChoices):
    """How a rule finds the rep. The keys are those of `leads.assignment.rotation`."""

    TURN = rotation.IN_TURN, _("In turn, by weight")
    LOAD = rotation.BY_LOAD, _("To the rep with the fewest open leads")
    POOL = rotation.POOL, _("Left in the pool: reps take it themselves")


class EventKind(TextChoices):
    LOGGED = "logged", _("Lead logged")
    ASKED = "asked", _("Inquiry")
    EDITED = "edited", _("Lead edited")
    MERGED = "merged", _("Merged with another lead")
    UNMERGED = "unmerged", _("Merge undone")
    HANDED_OVER = "handed_over", _("Handed over")
    TAKEN_BACK = "taken_back", _("Handoff taken back")
    ASSIGNED = "assigned", _("Assigned")
    GIVEN = "given", _("Assigned by a rule")
    TIER_PUT_RIGHT = "tier_put_right", _("Tier corrected")
    ACCEPTED = "accepted", _("Accepted")
    UNACCEPTED = "unaccepted", _("Acceptance undone")
    ATTEMPTED = "attempted", _("Attempt recorded")
    WITHDRAWN = "withdrawn", _("Attempt withdrawn")
    COMMENTED = "commented", _("Comment")
    COMMENT_WITHDRAWN = "uncommented", _("Comment withdrawn")
    SENT_BACK = "sent_back", _("Returned to marketing")
    RETURN_UNDONE = "return_undone", _("Return undone")
    RECYCLED = "recycled", _("Handed over again")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")
    CORRECTED = "corrected", _("Updated from a file")
    IMPORT_UNDONE = "import_undone", _("Import undone")
    EXCUSE_ASKED = "excuse_asked", _("Excuse asked for")
    EXCUSED = "excused", _("Excuse approved")
    EXCUSE_DROPPED = "excuse_dropped", _("Excuse taken back or declined")
    DUE_SOON = "due_soon", _("Due soon")
    OVERDUE = "overdue", _("Overdue")
