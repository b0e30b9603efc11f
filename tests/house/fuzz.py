"""Requests as nobody's browser sends them: the forms of the portal's own pages, tampered with at random, but seeded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, quote_from_bytes, urlsplit

from django.urls import URLPattern, URLResolver

NUL, SURROGATE = "\0", "\ud800"
NUMBERS = (
    *("-1", "0", "20000000", "-20000000", str(2**31), str(2**63 - 1), str(2**63), "9" * 18, "9" * 19, "9" * 40),
    *(
        "9" * 5000,
        "1e400",
        "-1e400",
        "1e308",
        "1e-400",
        "NaN",
        "sNaN",
        "Infinity",
        "9999999999999999.99",
        "0x10",
        "1_000",
    ),
    *("1,234.5", "+1", " 1 ", "1.5", "٣", "²", "１２", "½"),
)
DAYS = (
    *("0001-01-01", "9999-12-31", "0001-01", "9999-12", "0000-00", "9999", "9999-Q4", "2026-W01", "1899", "2200-01"),
    *("0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00"),
    *("2026-02-30", "2026-03-29T02:30", "2026-03-02T09:00+25:00", "1990-01-01T00:00", "2099-12-31T23:59"),
)
CURSORS = (
    *("[]", "{}", "[" * 3000, "null", "[null,null]", "[true,true]", "[1e400,1e400]", '["a","b"]', "[[1],[2]]"),
    *(f'["{at}",{pk}]' for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00") for pk in (1, "1e400")),
    *('["2026-03-02T08:00:00Z",99999999999999999999]', '["2026-03-02T08:00:00",1]', "[1,99999999999999999999]"),
    *('["\\u0000",1]', '["2026-03-02T08:00:00+00:00","\\ud800"]', '[-1e400,"NaN"]', "[9007199254740993,1.5]"),
)
PLACES = (
    *("abc", "home", "next", "leads:queue", "//evil.example", "http://[", "https://evil.example/", "javascript:x", "/"),
    *("/leads/", "/\\evil.example", "http:///evil.example", "?page=1", "#x", "/" + "a" * 5000, "http://testserver:x/"),
    *("http://testserver/leads/\r\nX-Evil: 1", "/leads/?after=[1e400]", "http://testserver[/", "/%00", "."),
)
TEXTS = (
    *("", "abc", NUL, f"a{NUL}b", SURROGATE, f"a{SURROGATE}b", "\ufffe", "💥" * 300, "x" * 70_000, "%", "_", "%00"),
    *("=1+1", "<script>alert(1)</script>", "'\";--", "{{ 7|add:1 }}", "../../../etc/passwd", "\r\nSet-Cookie: a=b"),
    *("\u2028", "\u202e", "on", "true", "None", "__all__", "a" * 260, "all", "=", "~", "=~speed", "~speed"),
)
POISONS = NUMBERS + DAYS + CURSORS + PLACES + TEXTS
METHODS = (
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "X",
)
FITTING = {
    **dict.fromkeys(("after", "before"), CURSORS),
    **dict.fromkeys(("at", "on", "year", "period", "first_on", "last_on", "since", "until", "month"), DAYS),
    **dict.fromkeys(("next", "then"), PLACES),
    **dict.fromkeys(
        ("over", "upto", "nth", "rep", "handoff", "lead", "quota", "marketing_share", "p", "o", "row"), NUMBERS
    ),
    **dict.fromkeys(("what", "verdict", "tier", "source", "agreement", "state", "q", "whose", "clock", "table"), TEXTS),
    **dict.fromkeys(("name", "chart", "e", "_popup", "_to_field", "_changelist_filters", "app_label", "term"), TEXTS),
    **dict.fromkeys(
        ("id__exact", "teams__id__exact", "memberships__role", "is_active__exact", "content_type"), NUMBERS
    ),
}
PARAMETERS = tuple(FITTING)
HEADERS = {
    "HX-Request": ("true", "1", ""),
    "HX-Boosted": ("true",),
    "HX-History-Restore-Request": ("true",),
    "HX-Current-URL": PLACES,
    "HX-Current-URL-URI-AutoEncoded": ("true",),
    "HX-Target": TEXTS,
    "HX-Trigger": TEXTS,
    "HX-Trigger-Name": TEXTS,
    "HX-Prompt": TEXTS,
    "Triggering-Event": ("{", "[" * 3000, "1e400"),
    "Referer": PLACES,
    "If-None-Match": ("*", '"', 'W/"', '"a", "b', "x" * 5000, "\xff"),
    "If-Modified-Since": ("Thu, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x", "9" * 40),
    "Accept-Language": ("de", "da;q=1e400", "x" * 600, "de;q=NaN", "*", ",,,", "zz-ZZ", NUL),
    "Accept": ("application/json", "*/*;q=x", "x" * 5000, ";;;"),
    "Accept-Encoding": ("gzip;q=1e400", "gzip, *", "x"),
    "Cookie": (
        *("smarketing_session=", 'smarketing_session="\\000"', 'smarketing_session="a\\000b"', "smarketing_session=x"),
        *(
            'django_language="\\000"',
            "django_language=zz",
            f"django_language={'d' * 900}",
            'messages="\\000"',
            "messages=a:b",
        ),
        *('csrftoken="\\000"', "csrftoken=", ";;;=", 'a="', "smarketing_session=" + "x" * 3000, "sessionid=\xff\xfe"),
    ),
    "Host": ("evil.example", "testserver:99999", "[", "a" * 300, "testserver:x"),
    "Range": ("bytes=0-", "bytes=-1-9", "x"),
    "Content-Length": ("", "abc", "-5", "0"),
    "X-Requested-With": ("XMLHttpRequest",),
    "X-Forwarded-For": ("x", "::1, 127.0.0.1", NUL, "9" * 5000),
    "X-CSRFToken": ("x", NUL),
}
TYPES = (
    *(
        "application/json",
        "text/plain",
        "application/xml",
        "",
        "x",
        "multipart/form-data",
        "multipart/mixed; boundary=b",
    ),
    *(
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 300,
        'multipart/form-data; boundary="\xff"',
    ),
    *("application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=base64"),
    *("multipart/form-data; boundary=b; charset=base64", "multipart/form-data; boundary=b; charset=raw_unicode_escape"),
    *(
        "text/plain; charset=base64",
        "x; charset*=none''x",
        "text/plain; charset=utf-7",
        "multipart/form-data; boundary=b; charset=idna",
    ),
)
FILES = (
    *(
        b"",
        NUL.encode(),
        b"\xff\xfe",
        b"\xff\xfea\x00",
        b"\xef\xbb\xbf",
        b"lead_id,created_at\n1,9999-12-31T23:59:59-12:00\n",
    ),
    *(
        b"lead_id,created_at\n1,0001-01-01\n2,0001-01-01T00:00:00+14:00\n",
        b"lead_id,created_at,value\n1,2026-03-02,1e400\n",
    ),
    *(
        b"lead_id,created_at\n" + b"1," * 2000,
        b'"' * 2000,
        b"a" * 70_000,
        b"lead_id,created_at\n\x00,\x00\n",
        b"\r" * 500,
    ),
    *(
        b"name = ",
        b"[[[[",
        b"quota = 1e400\n",
        b'slug = "\\u0000"\n',
        b'name = "' + b"x" * 9000 + b'"\n',
        b"a=" + b"[" * 3000,
    ),
)
FILE_NAMES = (
    *(
        '"a.csv"',
        '"\0.csv"',
        '"' + "a" * 400 + '.csv"',
        '"../../x.csv"',
        '""',
        '".."',
        '"💥.csv"',
        '"a\ud800.csv"',
        '"a',
    ),
    *(
        "\"x\"; filename*=utf-8''%00",
        "\"x\"; filename*=nonsense''a",
        "\"x\"; filename*=base64''a",
        '"CON"',
        '"a\r\nb.csv"',
    ),
)


@dataclass(frozen=True)
class Form:
    """A form of a page, as a browser would send it. `files` are the names of its file fields."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        address = f"{self.path}?{self.query}"[:600]
        return f"{self.method} {address} {self.content_type[:100]!r} {self.body[:1500]!r} {self.headers!r:.600}"


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.values = address, [], []  # type: ignore[var-annotated]
        self.select, self.text, self.method, self.action = "", "", "", ""
        self.files: list[str] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        tags = {name: value or "" for name, value in given}
        for attribute, method in (("hx-get", "GET"), ("hx-post", "POST")):
            if attribute in tags and tag != "form":
                self.found.append(Form(method, tags[attribute] or self.address))
        name = tags.get("name", "")
        if tag == "form":
            self.method, self.action = tags.get("method", "get").upper(), tags.get("action") or self.address
            self.values, self.files = [], []
        elif tag == "a" and tags.get("href", "").startswith(("/", "?")):
            href = tags["href"]
            link = urlsplit(href)
            asked = tuple(parse_qsl(link.query, keep_blank_values=True))
            self.found.append(Form("GET", link.path or self.address, asked))
        elif tag == "select":
            self.select = name
            self.values.append((name, ""))
        elif tag == "option" and self.select and "selected" in tags:
            self.values.append((self.select, tags.get("value", "")))
        elif tag == "textarea":
            self.text = name
            self.values.append((name, ""))
        elif name and tag in ("input", "button"):
            kind = tags.get("type", "text")
            if kind == "file":
                self.files.append(name)
            else:
                self.values.append((name, tags.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self.text:
            self.values[-1] = (self.text, self.values[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.text = ""
        if tag == "form":
            self.found.append(Form(self.method, self.action, tuple(self.values), tuple(self.files)))


def forms_of(address: str, html: str) -> list[Form]:
    """The forms and links of a page."""
    parser = _Forms(address)
    parser.feed(html)
    return [found for found in parser.found if found.action.startswith("/")]


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address of the resolver with `<name>` where a value belongs."""
    for pattern in patterns:
        route = before + re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", str(pattern.pattern)).strip("^$").replace("\\", "")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield "/" + re.sub(r"<\w+:(\w+)>", r"<\1>", route).replace("$", "")


@dataclass
class Tamperer:
    """`values` by the name of a part of an address; `forms` are those of the real pages."""

    random: Random
    routes: list[str]
    values: dict[str, list[str]]
    forms: list[Form]
    pages: list[str]

    def request(self, number: int) -> Sent:
        """In turn an address of the resolver, a form of a page and a filtered page, so that none is left out."""
        turn, kind = divmod(number, 3)
        if kind == 0:
            form = Form(self.random.choice(METHODS), self._address(self.routes[turn % len(self.routes)]))
        elif kind == 1:
            form = self.forms[turn % len(self.forms)]
        else:
            names = self.random.sample(PARAMETERS, 3)
            asked = tuple((name, self.random.choice(FITTING[name])) for name in names)
            return self._headed(self._encoded(Form("GET", self.pages[turn % len(self.pages)], asked)))
        return self._headed(self._encoded(self._tampered(form)))

    def _address(self, route: str) -> str:
        def value(match: re.Match[str]) -> str:
            known = self.values.get(match[1], ["1"])
            return self._quoted(self.random.choice(known if self.random.random() < 0.8 else POISONS))

        return re.sub(r"<(\w+)>", value, route)

    def _tampered(self, form: Form) -> Form:
        """Sometimes as it is; else some values poisoned, left out, doubled or put beside the known ones."""
        fields = list(form.fields)
        for _n in range(self.random.choice((0, 1, 1, 2, 4))):
            place = self.random.randrange(len(fields)) if fields else 0
            what = self.random.random()
            if not fields or what < 0.2:
                name = self.random.choice(PARAMETERS)
                fields.append((name, self._poison(name)))
            elif what < 0.8:
                fields[place] = (fields[place][0], self._poison(fields[place][0]))
            elif what < 0.9:
                fields.append(self.random.choice(fields))
            else:
                del fields[place]
        method = form.method if self.random.random() < 0.85 else self.random.choice(METHODS)
        return replace(form, fields=tuple(fields), method=method)

    def _poison(self, name: str) -> str:
        """Half of the time one that fits the name so far that it is read."""
        if name in FITTING and self.random.random() < 0.5:
            return self.random.choice(FITTING[name])
        return self.random.choice(self.random.choice((NUMBERS, DAYS, CURSORS, PLACES, TEXTS)))

    def _encoded(self, form: Form) -> Sent:
        address = urlsplit(form.action) if not form.action.startswith("//") else urlsplit("/")
        pairs = "&".join(f"{self._quoted(name)}={self._quoted(value)}" for name, value in form.fields)
        if form.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
            query = "&".join(filter(None, [address.query if not pairs or self.random.random() < 0.5 else "", pairs]))
            return Sent(form.method, address.path, query)
        sent = Sent(form.method, address.path, address.query, "application/x-www-form-urlencoded", pairs.encode())
        if form.files or self.random.random() < 0.1:
            sent = replace(sent, content_type="multipart/form-data; boundary=b", body=self._multipart(form))
        if self.random.random() < 0.1:
            sent = replace(sent, content_type=self.random.choice(TYPES))
        if self.random.random() < 0.03:
            sent = replace(sent, body=sent.body[: self.random.randrange(len(sent.body) + 1)])
        return sent

    def _multipart(self, form: Form) -> bytes:
        parts = [(f'name="{name}"', value.encode(errors="surrogatepass")) for name, value in form.fields]
        for name in form.files or ("file",):
            file_name = self.random.choice(FILE_NAMES) if self.random.random() < 0.3 else '"a.csv"'
            encoding = self.random.choice(
                ("", "", "\r\nContent-Transfer-Encoding: base64", "\r\nContent-Type: \xff/\0")
            )
            parts.append((f'name="{name}"; filename={file_name}{encoding}', self.random.choice(FILES)))
        head = "--b\r\nContent-Disposition: form-data; "
        whole = b"".join(
            (head + top + "\r\n\r\n").encode(errors="surrogatepass") + value + b"\r\n" for top, value in parts
        )
        return whole + self.random.choice((b"--b--\r\n", b"--b--\r\n", b"--b--\r\n", b"", b"--b"))

    def _headed(self, sent: Sent) -> Sent:
        headers = {}
        for name, choices in HEADERS.items():
            if self.random.random() < (0.25 if name.startswith("HX-Re") else 0.02):
                headers[name] = self.random.choice(choices)
        return replace(sent, headers=headers)

    def _quoted(self, text: str) -> str:
        if self.random.random() < 0.01:
            return quote_from_bytes(b"\xff\xfe")
        return quote(text.encode(errors="surrogatepass"))


def told(sent: Sent, who: str, seed: Any, number: int) -> str:
    return f"seed {seed}, request {number}, as {who}: {sent}"
