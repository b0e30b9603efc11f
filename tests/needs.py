"""Marks for tests that need more than Python: a server, a browser, or the real data.

`make test` provides what it can and sets the variables below. Where one is missing its tests are left out and say why;
with CI=true or REQUIRE_ALL=1 they run all the same and fail on the missing variable.
"""

import os
import shutil
from typing import NoReturn

import pytest

REQUIRE_ALL = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_ALL") == "1"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
IS_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


def needs(variable: str, what: str) -> pytest.MarkDecorator:
    missing = not os.environ.get(variable)
    return pytest.mark.skipif(missing and not REQUIRE_ALL, reason=f"left out: {what} ({variable} is not set)")


def leave_out(reason: str) -> NoReturn:
    """For what only the test itself can find missing."""
    (pytest.fail if REQUIRE_ALL else pytest.skip)(f"left out: {reason}")


needs_postgres = needs("TEST_POSTGRES_URL", "there is no PostgreSQL server")
needs_redis = needs("TEST_REDIS_URL", "there is no Redis server")
needs_rabbitmq = needs("TEST_RABBITMQ_URL", "there is no RabbitMQ server")
needs_chromium = needs("TEST_CHROMIUM", "there is no chromium")
needs_nginx = pytest.mark.skipif(
    NGINX is None and not REQUIRE_ALL, reason="left out: nginx is not installed (Debian: apt-get install nginx-light)"
)
needs_real_data = needs("REAL_DATA", "the real data are not here")
