"""Who may do what: the roles of a signed-in person, read once a request, and the guards made from them."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from smarketing.accounts.models import Role, Side, User
from smarketing.lib.guards import Guard


@dataclass(frozen=True)
class Access:
    """Team ids by side, and the roles of the whole portal. An administrator may do all that a team lead may."""

    is_leadership: bool = False
    is_administrator: bool = False
    marketing: frozenset[int] = frozenset()
    sales: frozenset[int] = frozenset()
    service: frozenset[int] = frozenset()
    led: frozenset[int] = frozenset()

    @property
    def teams(self) -> frozenset[int]:
        return self.marketing | self.sales | self.service

    @property
    def may_log_leads(self) -> bool:
        return bool(self.marketing) or self.is_administrator

    @property
    def may_follow_up(self) -> bool:
        return bool(self.sales) or self.is_administrator

    @property
    def may_see_leads(self) -> bool:
        return bool(self.marketing or self.sales) or self.is_administrator

    @property
    def may_lead(self) -> bool:
        return bool(self.led) or self.is_administrator

    @property
    def leads_sales(self) -> bool:
        return bool(self.led & self.sales) or self.is_administrator

    @property
    def may_read_figures(self) -> bool:
        return bool(self.teams) or self.is_leadership or self.is_administrator


def access_of(user: User | AnonymousUser) -> Access:
    if not isinstance(user, User) or not user.is_active:
        return Access()
    rows = list(user.memberships.values_list("team_id", "team__side", "role"))
    return Access(
        is_leadership=user.is_leadership,
        is_administrator=user.is_administrator,
        led=frozenset(team for team, _side, role in rows if role == Role.LEAD),
        **{side.value: frozenset(team for team, own, _role in rows if own == side) for side in Side},
    )


anyone = Guard("anyone")
signed_in = Guard("signed in", lambda request: True)
marketers = Guard("marketers", lambda request: request.access.may_log_leads)
reps = Guard("reps", lambda request: request.access.may_follow_up)
practitioners = Guard("practitioners", lambda request: request.access.may_see_leads)
team_leads = Guard("team leads", lambda request: request.access.may_lead)
readers = Guard("readers of figures", lambda request: request.access.may_read_figures)
administrators = Guard("administrators", lambda request: request.access.is_administrator)
