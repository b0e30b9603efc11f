"""Ten tabs of one reader ask for a year's records at once: what the others get meanwhile, and what it costs."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.web import Answer, Web

TABS, YEAR = 10, 2025


@dataclass
class Told:
    """`greedy` are the answers to the tabs, `others` those to another reader, `health` the portal's own."""

    greedy: list[Answer] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    health: list[Answer] = field(default_factory=list)
    made: Answer | None = None
    seconds: float = 0


def ten_tabs(web: Web, slug: str, *, turns: int = 10) -> Told:
    """The tabs ask again as long as the other reader has not had his pages."""
    told, is_over = Told(), threading.Event()
    greedy, other = web.session(), web.session("bob@example.org")
    address = f"/reports/{slug}/records.csv?what=handoffs&period={YEAR}"
    for cookie in (greedy, other):
        web.get("/agreements/", cookie)

    def tab() -> None:
        while not is_over.is_set():
            told.greedy.append(web.get(address, greedy, timeout=300))
            is_over.wait(0.2)

    tabs = [threading.Thread(target=tab) for _n in range(TABS)]
    begun = time.monotonic()
    for thread in tabs:
        thread.start()
    time.sleep(0.5)
    for _turn in range(turns):
        for page in ("/agreements/", "/leads/", f"/agreements/{slug}/", f"/reports/{slug}/volume/"):
            told.others.append(web.get(page, other, timeout=300))
        told.health.append(web.get("/health", timeout=300))
    is_over.set()
    for thread in tabs:
        thread.join()
    told.made, told.seconds = fetched(web, address, greedy, told.greedy), time.monotonic() - begun
    return told


def fetched(web: Web, address: str, cookie: str, answers: list[Answer]) -> Answer:
    """The file, streamed or as the worker has made it."""
    streamed = [answer for answer in answers if answer.status == 200]
    if streamed:
        return streamed[0]
    page = next(answer.headers["Location"] for answer in answers if answer.status == 302)
    deadline = time.monotonic() + 600
    while True:
        answer = web.get(page, cookie)
        link = re.search(r'href="([^"]+made=\d+)"', answer.text)
        if link:
            return web.get(link[1].replace("&amp;", "&"), cookie, timeout=300)
        assert time.monotonic() < deadline, answer.text
        assert "could not be made" not in answer.text
        time.sleep(0.5)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def peak_mb(pid: int) -> int:
    """The most memory that a process or one of its children has had resident."""
    family, most = {pid}, 0
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)):
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        found = {name: int(number) for name, number in re.findall(r"^(Pid|PPid|VmHWM):\s+(\d+)", status, re.M)}
        if found["Pid"] in family or found["PPid"] in family:
            family.add(found["Pid"])
            most = max(most, found.get("VmHWM", 0) // 1024)
    return most
