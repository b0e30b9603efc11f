"""What is wrong at the start is said in one sentence, by whatever is started; two starts at once do no harm."""

import subprocess
import sys

import pytest

from smarketing.checks import OVER_THE_NETWORK, file_system
from tests.broker.site import ROOT, new_database
from tests.house.test_settings import SECRET, manage, own_environment

pytestmark = pytest.mark.timeout(240)
NOBODY = "postgresql://u:pass-word@127.0.0.1:9/x"
CELERY = ("-m", "celery", "--quiet", "--app", "smarketing")
GUNICORN = ("-m", "gunicorn", "--config", "python:smarketing.webserver", "smarketing.wsgi")
STARTS = {
    "check": ("manage.py", "check"),
    "migrate": ("manage.py", "migrate"),
    "web": GUNICORN,
    "worker": (*CELERY, "worker", "--pool", "threads"),
    "beat": (*CELERY, "beat"),
}
HOSTS = {"ALLOWED_HOSTS": "sla.example"}


def start(command, tmp_path, **environment):
    given = {"SECRET_KEY": SECRET, **HOSTS, "PORT": "8149", **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=own_environment(tmp_path, **given),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def is_refused(answer, said):
    told = answer.stdout + answer.stderr
    assert answer.returncode != 0
    assert told.count(said) == 1
    assert "Traceback" not in told
    assert "pass-word" not in told


@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DATABASE_URL": NOBODY}, "The database does not answer: connection failed"),
        ({"DATABASE_URL": "postgresql://u:pass-word@db:port/x"}, "DATABASE_URL cannot be used"),
    ],
    ids=["away", "address"],
)
def test_whatever_is_started_says_what_is_wrong_with_the_database(command, environment, said, tmp_path):
    is_refused(start(command, tmp_path, **environment), said)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be used: it does not begin with postgresql://"),
        ({"DATABASE_URL": "mysql://u:pass-word@db/x"}, "DATABASE_URL cannot be used: it does not begin with"),
        ({"DATABASE_URL": "sqlite:////no/such/folder/x"}, "The database does not answer: unable to open"),
        ({"BROKER_URL": "nonsense"}, "BROKER_URL cannot be used: it does not begin with redis://"),
        ({"BROKER_URL": "redis://u:pass-word@host:port/0"}, "BROKER_URL cannot be used: Port could not be cast"),
        ({"BROKER_URL": "amqp://"}, "BROKER_URL cannot be used: it names no host"),
        ({"SECRET_KEY": "x"}, "SECRET_KEY is so short"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is so short"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is *"),
        ({"EMAIL_BACKEND": "smtp"}, "EMAIL_BACKEND 'smtp' is not there"),
        ({"EMAIL_BACKEND": "pathlib.Path"}, "EMAIL_BACKEND 'pathlib.Path' is not there"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL cannot be used: 'LOUD' is not known"),
        ({"HTTPS": "perhaps"}, "HTTPS cannot be used: 'perhaps' is neither yes nor no"),
        ({"SEVERAL_MACHINES": "1", "BROKER_URL": "redis://127.0.0.1:9/0"}, "the database is a file of this machine"),
        ({"VAR_DIR": "/dev/null/x", "SECRET_KEY": ""}, "VAR_DIR cannot be written to"),
    ],
)
def test_each_wrong_setting_has_its_sentence(environment, said, tmp_path):
    is_refused(start(STARTS["check"], tmp_path, **environment), said)


@pytest.mark.parametrize("command", [STARTS["check"], STARTS["migrate"]], ids=["check", "migrate"])
def test_a_broker_that_is_away_is_said_and_keeps_nobody_from_starting(command, tmp_path):
    answer = start(command, tmp_path, BROKER_URL="redis://:pass-word@127.0.0.1:9/0")
    assert (answer.returncode, answer.stderr.count("The broker does not answer: Error 111")) == (0, 1)
    assert "Traceback" not in answer.stderr
    assert "pass-word" not in answer.stderr


def test_two_that_migrate_at_once_wait_for_each_other(tmp_path):
    with new_database(tmp_path) as database:
        command = [sys.executable, "manage.py", "migrate"]
        env = own_environment(tmp_path, DATABASE_URL=database, SECRET_KEY=SECRET, **HOSTS)
        both = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for _n in range(2)
        ]
        told = [process.communicate(timeout=200)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], told
        assert sorted("No migrations to apply" in text for text in told) == [False, True]
        after = manage("migrate", "--check", tmp_path=tmp_path, DATABASE_URL=database, SECRET_KEY=SECRET)
        assert after.returncode == 0


def test_a_file_that_lies_on_another_machine_is_noticed(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nnas:/data {tmp_path}/data nfs4 rw 0 0\n")
    assert file_system(tmp_path / "data" / "x.sqlite3", mounts) & OVER_THE_NETWORK == {"nfs4"}
    assert file_system(tmp_path / "x.sqlite3", mounts) == {"ext4"}
    assert file_system(tmp_path, tmp_path / "missing") == set()


def test_the_first_start_of_all_makes_its_folder(tmp_path):
    answer = start(("manage.py", "check"), tmp_path / "never" / "made", DEMO="1", SECRET_KEY="")
    assert (answer.returncode, answer.stderr) == (0, "")
