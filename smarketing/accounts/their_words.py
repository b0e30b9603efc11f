"""What allauth says on its pages and in its letters, said again: its German calls people by their first name."""


def _(text: str) -> str:
    """Marks words for translation; ours go before those of a package."""
    return text


SAID_BY_US = (
    _("Please type your current password."),
    _("Too many failed login attempts. Try again later."),
    _("You must type the same password each time."),
    _("Your password has been changed."),
    _("Your password is now changed."),
    _("Are you sure you want to sign out?"),
    _("Please contact us if you have any trouble resetting your password."),
    _("Thank you for using %(site_name)s!\n%(site_domain)s"),
    _("In case you forgot, your username is %(username)s."),
    _(
        "You're receiving this email because you or someone else has requested a password reset for your user "
        "account.\n"
        "It can be safely ignored if you did not request a password reset. Click the link below to reset your password."
    ),
    _("Forgotten your password? Enter your email address below, and we'll send you an email allowing you to reset it."),
    _(
        "We have sent you an email. If you have not received it please check your spam folder. "
        "Otherwise contact us if you do not receive it in a few minutes."
    ),
    _(
        "The password reset link was invalid, possibly because it has already been used.  "
        'Please request a <a href="%(passwd_reset_url)s">new password reset</a>.'
    ),
)
