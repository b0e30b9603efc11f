"""Every form that changes something is sent with a key, so that a retry is not done twice."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
WITHOUT = {  # signing in and out, and the language: doing it again changes nothing; an invitation works once
    "people/join.html",
    "account/login.html",
    "parts/demo_sign_ins.html",
    "parts/languages.html",
    "parts/places.html",
}


def test_every_form_that_is_posted_carries_a_key_of_its_own():
    keyless = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        name, text = str(path.relative_to(TEMPLATES)), path.read_text()
        forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL)
        if name not in WITHOUT and not name.startswith("allauth/"):
            keyless += [name for form in forms if form.count("{% form_key %}") != 1]
    assert keyless == []
