"""What everybody who works here would try first is no secret."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from agreements.models import Agreement
from smarketing.accounts.models import Team

LONG_ENOUGH = 8
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


class CompanyWordsValidator:
    """Names of the portal, the company, its teams and agreements count for nothing in the length of a password."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = password.lower()
        rest = list(plain)
        for word in company_words(user):
            for found in re.finditer(re.escape(word), plain.translate(LOOKALIKES)):
                rest[found.start() : found.end()] = [""] * len(word)
        own = re.sub(r"\d+", "0", "".join(rest))  # a year is one sign
        if len("".join(rest)) < len(plain) and len(own) < LONG_ENOUGH:
            raise ValidationError(
                gettext("Without the names of company, teams and agreements too little of this password is left."),
                code="password_of_company_words",
            )

    def get_help_text(self) -> str:
        return str(gettext_lazy("Names of your company, its teams and agreements do not count."))


def company_words(user: Any) -> list[str]:
    """The longest first, so that none hides in another; as they look with letters for digits."""
    texts = ["smarketing", str(getattr(user, "email", "")).partition("@")[2]]
    texts += Team.objects.values_list("name", flat=True)
    for names in Agreement.objects.values_list("name", "slug"):
        texts += names
    words = {word.lower().translate(LOOKALIKES) for text in texts for word in re.findall(r"[^\W_]{4,}", text)}
    return sorted(words, key=len, reverse=True)
