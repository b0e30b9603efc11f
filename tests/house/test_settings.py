"""The portal as another process sees it, by environment only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = {
    *("DEMO", "DEBUG", "SECRET_KEY", "DATABASE_URL", "BROKER_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"),
    "DJANGO_ALLOW_ASYNC_UNSAFE",
}
SECRET = "a-secret-of-ones-own-that-is-long-enough-and-has-many-different-characters-0123456789"


def own_environment(var_dir: Path, **given: str) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if name not in CONFIGURATION}
    return {**clean, "VAR_DIR": str(var_dir), **given}


def manage(*arguments: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=own_environment(tmp_path, **environment),
        capture_output=True,
        text=True,
        check=False,
    )


def test_outside_the_demonstration_its_secret_is_refused(tmp_path):
    shown = manage(
        "shell", "-c", "from django.conf import settings; print(settings.SECRET_KEY)", tmp_path=tmp_path, DEMO="1"
    )
    secret = shown.stdout.strip().splitlines()[-1]
    refused = manage("check", tmp_path=tmp_path, SECRET_KEY=secret)
    assert refused.returncode != 0
    assert "demonstration's secret" in refused.stderr


def test_without_a_secret_one_is_made_and_kept_for_its_owner_only(tmp_path):
    ask = ("shell", "-v0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)")
    first, second = manage(*ask, tmp_path=tmp_path), manage(*ask, tmp_path=tmp_path)
    assert first.stdout == second.stdout != ""
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_ready_for_production_without_a_warning(tmp_path):
    answer = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        tmp_path=tmp_path,
        SECRET_KEY=SECRET,
        ALLOWED_HOSTS="sla.example",
    )
    assert "no issues" in answer.stdout + answer.stderr


def test_the_demonstration_is_loaded_only_where_it_was_asked_for(tmp_path):
    answer = manage("load_demo", tmp_path=tmp_path, SECRET_KEY=SECRET)
    assert answer.returncode != 0
    assert "known password" in answer.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"BEHIND_PROXY": "1"}, "TRUSTED_PROXIES names no proxy"),
        ({"TRUSTED_PROXIES": "proxy.example"}, "'proxy.example' does not appear to be an IPv4 or IPv6 network"),
        ({"BEHIND_PROXY": "1", "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}, "no issues"),
    ],
)
def test_proxies_are_named_or_the_portal_does_not_start(tmp_path, environment, said):
    answer = manage("check", tmp_path=tmp_path, DEMO="1", **environment)
    assert said in answer.stdout + answer.stderr
    assert (answer.returncode == 0) == (said == "no issues")
