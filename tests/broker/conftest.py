import pytest

from tests.broker.site import kept


@pytest.fixture(scope="module")
def template():
    """A migrated database, of which each test gets a copy."""
    return kept("agreement")
