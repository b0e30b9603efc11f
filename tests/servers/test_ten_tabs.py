"""The short form of benchmarks/ten_tabs.py: one greedy reader takes the portal from nobody."""

import pytest

from smarketing.server.capacity import SHARE
from tests.servers.ten_tabs import statuses, ten_tabs
from tests.servers.web import prepared, web_of

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(("handoffs", "is_made"), [(1_500, False), (10_500, True)], ids=["streamed", "made"])
def test_beside_ten_tabs_of_one_reader_the_others_are_answered(tmp_path, handoffs, is_made):
    with prepared(tmp_path) as site:
        site.python(f"from tests.servers.year import fill; fill({handoffs})")
        with web_of(site) as web, site.worker():
            told = ten_tabs(web, "bank", turns=3)
    assert statuses(told.others) == {200: 12}
    assert {answer.text for answer in told.health} == {"ok"}
    assert set(statuses(told.greedy)) <= ({302, 429} if is_made else {200, 429})
    assert told.made is not None
    assert told.made.text.count("\n") == handoffs + 1
    assert SHARE < 10
