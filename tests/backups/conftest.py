import os
from contextlib import contextmanager

import pytest

from tests.broker.site import Site, kept, new_database

UPLOAD = "imports/2026/11/leads.csv"


@pytest.fixture(scope="module")
def template():
    """The demonstration: rows in every table that matters."""
    return kept("demonstration")


@pytest.fixture
def place(tmp_path):
    """Makes installations, each with a folder and a database of its own."""

    @contextmanager
    def make(name: str, template: Site | None = None):
        folder = tmp_path / name
        folder.mkdir()
        with new_database(folder, template) as database:
            yield Site(folder, "filesystem://localhost", database)

    return make


@pytest.fixture
def full(place, template):
    with place("full", template) as site:
        upload = site.folder / "uploads" / UPLOAD
        upload.parent.mkdir(parents=True)
        upload.write_bytes(os.urandom(3_000_000))
        site.query(SIGNED_IN)
        yield site


@pytest.fixture
def empty(place):
    with place("empty") as site:
        yield site


SIGNED_IN = (
    "INSERT INTO django_session (session_key, session_data, expire_date)"
    " VALUES ('the-key-of-one-who-is-signed-in', '', '2027-01-01 00:00:00')"
)
