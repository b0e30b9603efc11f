"""While the disk is full the portal says so and loses nothing; afterwards it goes on."""

import http.client
import re
import subprocess
import uuid
from urllib.parse import urlencode

import pytest

from tests.needs import IS_POSTGRES, leave_out
from tests.servers.web import prepared, web_of

pytestmark = pytest.mark.timeout(300)
AGREEMENT = re.compile(r'name="agreement"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="agreement"')


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        leave_out("nothing can be mounted here (it takes root)")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Clerk:
    def __init__(self, web):
        self.web, self.session = web, web.session()
        web.get("/leads/new/", self.session)  # with the first page the session's own cookie is sent again
        page = web.get("/leads/new/", self.session)
        self.csrf = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])[1]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        self.agreement = next(filter(None, AGREEMENT.search(page.text).groups()))

    def post(self, path, body, kind):
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=60)
        cookie = f"smarketing_session={self.session}; csrftoken={self.csrf}"
        connection.request("POST", path, body, {"Cookie": cookie, "Content-Type": kind, "X-CSRFToken": self.token})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Retry-After"), text

    def log(self, number, key):
        form = {"agreement": self.agreement, "form_key": key, "name": f"Lead {number}", "notes": ""}
        form["email"] = f"lead{number}@example.org"
        return self.post("/leads/new/", urlencode(form), "application/x-www-form-urlencoded")

    def upload(self, size):
        parts = {"agreement": self.agreement, "kind": "leads", "form_key": str(uuid.uuid4())}
        lines = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in parts.items()]
        rows = "lead_id,created_at\n" + "1,2026-03-02 09:00\n" * (size // 19)
        lines.append(f'--x\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\n\r\n{rows}')
        return self.post("/leads/imports/new/", "\r\n".join([*lines, "--x--\r\n"]), "multipart/form-data; boundary=x")


@pytest.mark.skipif(IS_POSTGRES, reason="left out: PostgreSQL on a full disk is of tests/intake")
def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(disk):
    with prepared(disk) as site, web_of(site) as web:
        clerk, keys = Clerk(web), {number: str(uuid.uuid4()) for number in range(40)}
        acknowledged = {number for number in range(5) if clerk.log(number, keys[number])[0] == 302}
        assert len(acknowledged) == 5

        filler = fill(disk)
        answers = {number: clerk.log(number, keys[number]) for number in range(5, 40)}
        acknowledged |= {number for number, answer in answers.items() if answer[0] == 302}
        refused = [answer for answer in answers.values() if answer[0] != 302]
        assert {(status, again) for status, again, _text in refused} == {(503, "5")}
        assert "The portal cannot answer just now" in refused[0][2]
        assert clerk.upload(200_000)[0] == 503

        filler.unlink()
        for number in range(40):  # who was refused sends the same form again; so do the others, for they may
            assert clerk.log(number, keys[number])[0] == 302
        names = site.query("SELECT name FROM leads_lead ORDER BY id")
        assert sorted(names) == sorted(f"Lead {number}" for number in range(40))
        assert clerk.upload(200_000)[0] == 302
        assert site.query("PRAGMA integrity_check") == ["ok"]
    assert "Traceback" not in (disk / "web.log").read_text()


@pytest.mark.skipif(not IS_POSTGRES, reason="left out: here the database is on another disk")
def test_a_file_for_which_there_is_no_room_is_refused_in_words(disk):
    with prepared(disk) as site, web_of(site) as web:
        clerk, filler = Clerk(web), fill(disk)
        status, again, text = clerk.upload(200_000)
        assert (status, again) == (503, "5")
        assert "its disk is full" in text
        assert clerk.log(1, str(uuid.uuid4()))[0] == 302
        filler.unlink()
        assert clerk.upload(200_000)[0] == 302


def fill(disk):
    """To the last byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with pytest.raises(OSError, match="No space left"):
                write_on(file, size)
    return filler


def write_on(file, size):
    while True:
        file.write(b"\0" * size)
