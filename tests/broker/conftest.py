import pytest

from tests.broker.site import migrated


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A migrated database, of which each test gets a copy."""
    with migrated(tmp_path_factory.mktemp("template")) as database:
        yield database
