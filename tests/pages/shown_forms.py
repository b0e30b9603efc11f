"""The forms of a page as a browser sends them back."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

WRITTEN_IN = {"text", "email", "tel", "number", "url", "date", "datetime-local"}
Attributes = list[tuple[str, str | None]]


@dataclass
class ShownForm:
    """`filled` are the fields to write in that were shown with something in them."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self.inside: ShownForm | None = None
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = ShownForm(given.get("method", "get"), given.get("action", ""))
            self.forms.append(self.inside)
        elif self.inside is None:
            return
        elif tag == "input" and given.get("name") and "disabled" not in given:
            self._input(self.inside, given, given.get("type", "text"))
        elif tag == "textarea" and given.get("name"):
            self.area = given["name"]
            self.inside.fields[self.area] = ""
        elif tag == "select":
            self.select = given.get("name", "")
        elif tag == "option" and self.select and ("selected" in given or self.select not in self.inside.fields):
            self.inside.fields[self.select] = given.get("value", "")

    def _input(self, form: ShownForm, given: dict[str, str], kind: str) -> None:
        if kind not in ("checkbox", "radio", "submit") or "checked" in given:
            form.fields[given["name"]] = given.get("value", "on" if "checked" in given else "")
        if kind in WRITTEN_IN and given.get("value"):
            form.filled.add(given["name"])

    def handle_data(self, data: str) -> None:
        if self.inside is not None and self.area:
            self.inside.fields[self.area] += data
            if data.strip():
                self.inside.filled.add(self.area)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def shown_forms(html: str) -> list[ShownForm]:
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if form.method.lower() == "post"]
