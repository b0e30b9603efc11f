"""`setup/keeper.py`: what dies is started again; with the starter everything ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from pathlib import Path
from keeper import Keeper, end_those_left
folder = Path(sys.argv[1])
end_those_left(folder / "processes")
keeper = Keeper(folder / "Procfile", folder / "processes")
keeper.start()
keeper.run()
"""
PATIENCE = 20


@pytest.fixture
def starter(tmp_path):
    """Of one that stays and one that ends at once; each writes its number into a file."""
    (tmp_path / "Procfile").write_text("stays: echo $$ >> stays; exec sleep 600\nends: echo $$ >> ends; exit 7\n")
    running = []

    def start():
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "setup")}
        command = [sys.executable, "-c", RUN, str(tmp_path)]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.stdout.close()
        process.wait()
    for pid in numbers(tmp_path, "stays"):
        if is_there(pid):
            os.kill(pid, signal.SIGKILL)


def numbers(folder, name):
    path = folder / name
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait(until):
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_dies_is_started_again_after_a_pause_and_that_is_said(starter, tmp_path):
    process = starter()
    wait(lambda: len(numbers(tmp_path, "ends")) == 3)
    assert len(numbers(tmp_path, "stays")) == 1
    process.kill()
    told = process.communicate()[0].splitlines()
    assert [line for line in told if line.startswith("ends")][:2] == [
        "ends   | ended (7); it is started again in 1 s",
        "ends   | ended (7); it is started again in 2 s",
    ]


def test_of_a_starter_that_is_killed_nothing_is_left(starter, tmp_path):
    process = starter()
    wait(lambda: numbers(tmp_path, "stays"))
    (pid,) = numbers(tmp_path, "stays")
    assert is_there(pid)
    process.kill()
    wait(lambda: not is_there(pid))


def test_what_is_left_all_the_same_is_ended_by_the_next_start(starter, tmp_path):
    procfile = tmp_path / "Procfile"
    procfile.write_text("stays: echo $$ >> stays; trap '' TERM; while true; do sleep 0.1; done\n")
    process = starter()
    wait(lambda: numbers(tmp_path, "stays"))
    process.kill()
    (first,) = numbers(tmp_path, "stays")
    time.sleep(0.5)
    assert is_there(first)  # it does not listen to what the kernel sends
    procfile.write_text("stays: echo $$ >> stays; exec sleep 600\n")
    starter()
    wait(lambda: len(numbers(tmp_path, "stays")) == 2)
    wait(lambda: not is_there(first))


def test_a_process_that_has_the_number_of_one_that_is_over_is_left_alone(starter, tmp_path):
    other = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        (tmp_path / "processes").write_text(f'[[{other.pid}, "12345"]]')
        starter()
        wait(lambda: numbers(tmp_path, "stays"))
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
