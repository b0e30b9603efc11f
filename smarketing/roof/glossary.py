"""The words of the portal and what each stands for, kept apart: the agreement, its promises, the measured values."""

from django.utils.translation import gettext_lazy as _

GLOSSARY = (
    (
        _("Agreement (SLA)"),
        _(
            "What two teams, or a provider and its customer, have signed: the service level agreement with "
            "its text, its hours and its promises."
        ),
    ),
    (
        _("Promise (SLO)"),
        _(
            "One measurable promise of the agreement, its service level objective: a measure, perhaps a "
            "tier, and a target, like a first attempt within one working hour in nine of ten handoffs."
        ),
    ),
    (
        _("Delivered (SLI)"),
        _(
            "What was really reached in a period, the service level indicator: the measured value that is "
            "held against the promise."
        ),
    ),
    (
        _("Measured from handoffs"),
        _(
            "The value follows from what is recorded in the portal: leads, handoffs, attempts. Nobody enters "
            "it, and every figure opens its records."
        ),
    ),
    (
        _("Stated monthly"),
        _(
            "The portal has no records of it: the side that promised it enters what a month came to, and the "
            "other side may object. Not stated yet is unknown, not nothing."
        ),
    ),
    (_("Target"), _("The leads, or points, that marketing owes in a month. It follows from the quota, or is agreed.")),
    (_("Quota"), _("The revenue that sales must close in a month.")),
    (_("Clock"), _("Working time that runs from an event until a promise about it is met.")),
    (
        _("Excuse"),
        _(
            "A single missed promise that one side asks to excuse and a second person of the other side has "
            "excused. It is not judged."
        ),
    ),
    (
        _("Exception"),
        _(
            "A time in which clocks pause or targets change: in the terms of the agreement, or agreed by "
            "both sides beyond them."
        ),
    ),
)
