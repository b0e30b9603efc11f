"""What is said of strikes: rules, what is owed and why, what comes next, how long promises hold."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.groups.consequences import FOLLOWS, Consequence
from reports.models import JudgedObjective, Owed
from reports.pages.scorecard import against
from reports.strikes.record import NextStep
from reports.strikes.recovery import Recovery
from smarketing.lib.numbers import money, number
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name


def consequence(follows: str) -> str:
    return _(dict(FOLLOWS.pairs)[follows])


def counted(months: int, within: int | None, is_reward: bool) -> str:
    if within is not None:
        text = (
            ngettext("%(n)s kept month within %(within)s", "%(n)s kept months within %(within)s", months)
            if is_reward
            else ngettext("%(n)s missed month within %(within)s", "%(n)s missed months within %(within)s", months)
        )
    elif months == 1:
        return _("a kept month") if is_reward else _("a missed month")
    else:
        text = _("%(n)s kept months in a row") if is_reward else _("%(n)s missed months in a row")
    return text % {"n": number(months), "within": number(within)}


def rule_text(rule: Consequence) -> str:
    """'A warning follows a missed month'."""
    return capfirst(_followed(consequence(rule.follows), rule))


def owed_text(owed: Owed) -> str:
    """'a service credit of €500 follows 3 missed months in a row'."""
    what = consequence(owed.follows)
    if owed.amount is not None:
        what = _("%(what)s of %(sum)s") % {"what": what, "sum": money(owed.amount, owed.currency)}
    return _followed(what, owed)


def _followed(what: str, rule: Consequence | Owed) -> str:
    said = {"when": counted(rule.months, rule.within_months, rule.is_reward), "what": what}
    text = _("%(what)s follows %(when)s")
    if rule.months == 1 and rule.within_months is None:  # in a sentence the words of one month are others
        text = _("%(what)s follows a kept month") if rule.is_reward else _("%(what)s follows a missed month")
    return text % said


def next_text(step: NextStep) -> str:
    said = {"n": number(step.count.left), "what": consequence(step.rule.follows)}
    if step.rule.is_reward:
        return (
            ngettext(
                "One more kept month leads to: %(what)s", "%(n)s more kept months lead to: %(what)s", step.count.left
            )
            % said
        )
    return (
        ngettext(
            "One more missed month leads to: %(what)s", "%(n)s more missed months lead to: %(what)s", step.count.left
        )
        % said
    )


def months_text(mean: float | None) -> str:
    if mean is None:
        return "–"
    places = 0 if mean == round(mean) else 1
    return ngettext("%(n)s month", "%(n)s months", 1 if mean == 1 else 2) % {"n": number(mean, places)}


def since_text(found: Recovery) -> str:
    if found.since is None:
        return "–"
    text = _("missed since %(month)s") if found.is_missed else _("kept since %(month)s")
    return text % {"month": period_name(Period(found.since))}


def figures(own: JudgedObjective) -> str:
    return against(own.measure, own.delivered, own.promised)
