"""How the leads of one team of the invented company are given to its reps."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from agreements.document.groups.qualification import Criterion
from agreements.models import Agreement
from leads.assignment.absences import away
from leads.assignment.deciding import RuleText, keep_seat, make_rule, switch_rule
from leads.enums import AssignmentWay
from smarketing.accounts.models import Membership, Role, User


def write_rules(agreement: Agreement, *, by: User, at: datetime) -> None:
    """Large companies to one rep, all others in turn; one rep has caps, one is away for a week, one rule is off."""
    if agreement.assignment_rules.exists():
        return
    members = Membership.objects.working().filter(team=agreement.sales_team_id, role=Role.MEMBER)
    reps = list(User.objects.filter(memberships__in=members).order_by("name"))
    large = Criterion(fact="company_size", rule="at_least", value=("250",))
    rules = [
        make_rule(agreement, RuleText("Large companies", AssignmentWay.LOAD, False, reps[:2], [large]), by=by, at=at),
        make_rule(agreement, RuleText("Everything else", AssignmentWay.TURN), by=by, at=at),
    ]
    for rule in rules:
        switch_rule(rule, on=True, by=by, at=at)
    make_rule(agreement, RuleText("In the summer: by load", AssignmentWay.LOAD), by=by, at=at)
    keep_seat(agreement, reps[0], {"weight": 2, "most_today": 15})
    if len(reps) > 2:
        zone = ZoneInfo(agreement.time_zone)
        monday = datetime.combine(at.date() + timedelta(days=14 - at.weekday()), time(), zone)
        away(reps[-1], monday, monday + timedelta(days=7), by=reps[-1], at=at)
