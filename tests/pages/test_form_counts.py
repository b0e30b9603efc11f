"""A form of many rows says itself how many it has: what it says is bounded."""

import re

import pytest
from django.urls import reverse

from smarketing.accounts.models import Team

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(30)]
COUNTS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
MOST = 6_000_000  # every list of the form with as many rows as it may have


def counts_of(html: str) -> dict[str, str]:
    """The hidden fields in which the sets of rows say how many they are."""
    return dict.fromkeys(re.findall(r'name="([^"]+-(?:{}))"'.format("|".join(COUNTS)), html), "0")


@pytest.mark.parametrize("count", ["20000000", "-20000000", "1e400", "9" * 5000, ""])
@pytest.mark.parametrize("name", COUNTS)
def test_a_count_of_rows_that_nobody_can_mean_is_refused(name, count, north, administrator, signed_in):
    client = signed_in(administrator)
    team = Team.objects.get(pk=north.sales_team_id)
    for address in (reverse("agreements:edit", args=["north"]), reverse("admin:accounts_team_change", args=[team.pk])):
        counts = counts_of(client.get(address).content.decode())
        assert counts
        sent = counts | {each: count for each in counts if each.endswith(name)}
        answer = client.post(address, {"name": "Renamed", "side": "sales", **sent})
        assert answer.status_code in (200, 302, 422)
        assert len(answer.content) < MOST
