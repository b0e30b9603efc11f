"""What happened to exceptions and friction reports, in the reader's language: a line of the history is a sentence."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.document.differences import Difference
from agreements.pages.reading.overview import dated_span
from smarketing.accounts.models import Side
from smarketing.lib.numbers import number
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name


def sentence(line: Difference) -> str:
    """Empty for what is told as a clause."""
    said = SAID.get(line.path[0])
    return said(line.path, line.after or "") if said else ""


def exception_named(reason: str, begins: str, ends: str, former: Sequence[str]) -> str:
    """What is proposed, with its time; `former` is the span of one that is to end earlier or to be called off."""
    what = {"reason": reason, "span": dated_span(begins, ends or begins)}
    if not former:
        return _("The exception “%(reason)s” (%(span)s)") % what
    if ends:
        what["former"] = dated_span(*former)
        return _("The earlier end of the exception “%(reason)s” (%(span)s instead of %(former)s)") % what
    what["span"] = dated_span(*former)
    return _("The calling off of the exception “%(reason)s” (%(span)s)") % what


def _exception(path: tuple[str, ...], why: str) -> str:
    word, reason, begins, ends, side, *former = path
    told = {"what": exception_named(reason, begins, ends, former), "side": Side(side).label, "why": why}
    said = {
        "exception_proposed": _("%(what)s was proposed for %(side)s."),
        "exception_accepted": _("%(what)s was accepted for %(side)s."),
        "exception_agreed": _("%(what)s counts: every side that it concerns has agreed."),
        "exception_declined": _("%(what)s was declined."),
        "exception_withdrawn": _("%(what)s was withdrawn."),
    }
    reasoned = _("%(said)s The reason: “%(why)s”") if why else "%(said)s"
    return reasoned % {"said": said[word] % told, "why": why}


def _sent(path: tuple[str, ...], points: str) -> str:
    told = {"month": period_name(Period.parse(path[1])), "n": number(int(points))}
    if not int(points):
        return _("The friction report for %(month)s was sent to service: there was nothing to report.") % told
    text = ngettext(
        "The friction report for %(month)s was sent to service with %(n)s point.",
        "The friction report for %(month)s was sent to service with %(n)s points.",
        int(points),
    )
    return text % told


def _answered(path: tuple[str, ...], _yes: str) -> str:
    return _("The friction report for %(month)s was answered by service.") % {
        "month": period_name(Period.parse(path[1]))
    }


def _moved(_path: tuple[str, ...], count: str) -> str:
    text = ngettext(
        "%(n)s friction report that was sent before counts as due on another day, with the exceptions agreed since.",
        "%(n)s friction reports that were sent before count as due on other days, with the exceptions agreed since.",
        int(count),
    )
    return text % {"n": number(int(count))}


SAID: dict[str, Callable[[tuple[str, ...], str], str]] = {
    **dict.fromkeys(
        [f"exception_{word}" for word in ("proposed", "accepted", "agreed", "declined", "withdrawn")], _exception
    ),
    "friction_sent": _sent,
    "friction_answered": _answered,
    "friction_moved": _moved,
}
