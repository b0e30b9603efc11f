"""What ten tabs of one reader cost the others: `python benchmarks/ten_tabs.py [handoffs]`, 220,000 without a number.

    python setup/with_services.py TEST_POSTGRES_URL -- \\
        sh -c 'DATABASE_URL=$TEST_POSTGRES_URL python benchmarks/ten_tabs.py'

A year of handoffs, a real gunicorn and a real worker, in a database of their own; without DATABASE_URL in SQLite. Ten
threads ask for the year's records as CSV as long as another reader has his pages. Exits 1 where anybody gets a 500.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.servers.ten_tabs import YEAR, peak_mb, statuses, ten_tabs
from tests.servers.web import Answer, Web, prepared, web_of

PAGES = (
    "/leads/",
    "/leads/queue/?whose=team",
    "/reports/bank/volume/?period={year}",
    "/reports/bank/speed/?period={year}",
    "/reports/bank/depth/?period={year}",
    "/reports/bank/scorecard/?period={year}",
    "/reports/bank/records/?what=handoffs&period={year}",
)


def line(name: str, answers: list[Answer]) -> str:
    seconds = sorted(answer.seconds for answer in answers)
    found = ", ".join(f"{count} x {status}" for status, count in sorted(statuses(answers).items()))
    return f"{name:20}{median(seconds):8.2f} s median{seconds[-1]:8.2f} s longest   {found}"


def pages(web: Web, often_tried: int) -> None:
    cookie = web.session()
    for page in (*PAGES, f"/leads/{often_tried}/"):
        address = page.format(year=YEAR)
        answers = [web.get(address, cookie, timeout=300) for _n in range(2)]
        size = len(answers[-1].text) // 1000
        print(f"{answers[-1].seconds:8.2f} s {size:6} kB {answers[-1].status}  {address}", flush=True)


def main(count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="smarketing-ten-tabs-") as name, prepared(Path(name)) as site:
        begun = time.monotonic()
        often_tried = int(site.python(f"from tests.servers.year import fill; print(fill({count}, attempts=3000))"))
        print(f"{count:,} handoffs in {YEAR}, filled in {time.monotonic() - begun:.0f} s", flush=True)
        with web_of(site) as web, site.worker() as worker:
            pages(web, often_tried)
            print(f"most memory after the pages: web {peak_mb(web.pid)} MB", flush=True)
            told = ten_tabs(web, "bank")
            assert told.made is not None
            groups = {"the ten tabs": told.greedy, "another reader": told.others, "health": told.health}
            for title, answers in groups.items():
                print(line(title, answers))
            rows = told.made.text.count("\n") - 1
            print(f"the file: {rows:,} rows, {len(told.made.text) // 1000} kB, there after {told.seconds:.0f} s")
            print(f"most memory: web {peak_mb(web.pid)} MB, worker {peak_mb(worker.pid)} MB")
            return int(any(answer.status >= 500 for answers in groups.values() for answer in answers))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 220_000))
