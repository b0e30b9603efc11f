import os

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's chromium; no browser is ever downloaded."""
    return {"executable_path": os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium"), "args": ["--no-sandbox"]}
