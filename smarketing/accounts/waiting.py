"""What waits for somebody, as every app tells it to the page that shows all of it."""

from dataclasses import dataclass
from datetime import date, datetime

from smarketing.accounts.access import Access
from smarketing.accounts.models import User


@dataclass(frozen=True)
class Asker:
    """Who asks what waits, and when; `slug` of the one agreement that is looked at, empty where it is about all."""

    person: User
    access: Access
    at: datetime
    slug: str = ""

    @property
    def own(self) -> Access:
        """By the own teams only: nothing waits for an administrator as such."""
        return Access(roles=self.access.roles)

    def about(self, agreement: str = "") -> dict[str, str]:
        """For a filter; `agreement` is the path to it, as in "agreement__"."""
        return {f"{agreement}slug": self.slug} if self.slug else {}


@dataclass(frozen=True)
class WaitingLine:
    """`day` is when it is due, or since when it waits; `is_own` unless somebody else has to do it; `agreement` is the
    name of the one that it is about. `is_answer`: somebody has answered what one asked, which is read first."""

    text: str
    url: str
    day: date
    is_due: bool = False
    is_late: bool = False
    is_own: bool = True
    is_answer: bool = False
    agreement: str = ""

    @property
    def urgency(self) -> tuple[bool, bool, date]:
        return not self.is_answer, not self.is_late, self.day
