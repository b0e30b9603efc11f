"""The API behind a real server: held against its description, called a thousand times at once, used as the docs say."""

import http.client
import json
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leads.doors.api.resources import SCOPES
from tests.broker.site import ROOT
from tests.servers.web import prepared, web_of

pytestmark = [pytest.mark.timeout(300)]
LEAD = {"external_id": "one", "created_at": "2026-03-02T09:00:00Z"}
BUSY = (409, 429, 503)  # come again


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    with prepared(folder) as site:
        token = site.manage("make_token", "CRM", "--scope", *SCOPES).split()[-1]
        with web_of(site) as web:
            yield web, token


def posted(web, token, key):
    """Again until it is not too busy, as docs/api.md says."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
        try:
            connection.request("POST", "/api/leads/", json.dumps(LEAD), headers)
            answer = connection.getresponse()
            said = answer.status, answer.read()
        finally:
            connection.close()
        if said[0] not in BUSY:
            return said


def test_a_thousand_equal_calls_in_32_threads_are_one_row_and_one_answer(served):
    web, token = served
    with ThreadPoolExecutor(32) as pool:
        answers = Counter(pool.map(lambda _number: posted(web, token, "one"), range(1000)))
    assert [(status, count) for (status, _body), count in answers.items()] == [(201, 1000)]
    assert web.site.query("SELECT count(*) FROM leads_lead WHERE external_id = 'one'") == [1]


def test_the_calls_of_the_document_are_answered_as_it_says(served):
    web, token = served
    calls = re.findall(r"^    (curl .+)$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    own = {**web.site.environment, "PORTAL": f"http://127.0.0.1:{web.port}", "TOKEN": token}
    said = [subprocess.run(["sh", "-c", call], env=own, capture_output=True, check=True).stdout for call in calls]
    lead, attempts, read, listed, asked = map(json.loads, said)
    assert asked["status"] == "created"
    assert (lead["status"], attempts["rows"][0]["status"]) == ("created", 201)
    assert (read["email"], [row["attempt_id"] for row in listed["results"]]) == ("ada@example.org", ["c1"])


@pytest.mark.parametrize("is_inside", [True, False], ids=["with a token", "without"])
def test_every_answer_is_as_the_description_says(served, is_inside):
    web, token = served
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"http://127.0.0.1:{web.port}/api/schema/"]
    options = ["--checks", "all", "--max-time", "20" if is_inside else "8", "--seed", "1", "--request-timeout", "60"]
    own = ["--header", f"Authorization: Bearer {token}"] if is_inside else []
    run = subprocess.run([*command, *options, *own], cwd=web.site.folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-6000:]
