"""PURE. On which line of a TOML text each key and each item stands, which tomllib does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<skip>  [ \t\r\n]+(?=\n) | [ \t\r]+ | \#[^\n]* )
  | (?P<text>  \"{3} (?:\\.|[^\\])*? \"{3,5} | '{3} .*? '{3,5} | \" (?:\\.|[^"\\])* \" | '[^']*' )
  | (?P<mark>  [\[\]{},=.\n] )
  | (?P<bare>  [^\s\[\]{},=."'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every key, table and array item of a text that tomllib has accepted.

    A path is made of keys and of indices from 0: ("promises", 1, "share").
    """
    return _Scanner(text).scanned()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of a path, else of what would hold it: a missing key is the fault of its table."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            yield match[0], line
        line += match[0].count("\n")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.position = 0
        self.lines: dict[Path, int] = {(): 1}
        self.last: dict[Path, int] = {}  # the index of the newest table of each array of tables

    def scanned(self) -> dict[Path, int]:
        table: Path = ()
        while self.token:
            if self.took("["):
                table = self.header()
            elif not self.took("\n"):
                self.pair(table)
        return self.lines

    @property
    def token(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    @property
    def line(self) -> int:
        return self.tokens[self.position][1]

    def took(self, *marks: str) -> bool:
        is_there = self.token in marks
        self.position += is_there
        return is_there

    def header(self) -> Path:
        is_array, line = self.took("["), self.line
        *parents, name = self.keys()
        path: Path = ()
        for key in parents:
            path = (*path, key)
            if path in self.last:
                path = (*path, self.last[path])
        path = (*path, name)
        if is_array:
            self.lines.setdefault(path, line)
            self.last[path] = self.last.get(path, -1) + 1
            path = (*path, self.last[path])
        self.lines[path] = line
        while self.took("]"):
            pass
        return path

    def keys(self) -> list[str]:
        keys = [self.key()]
        while self.took("."):
            keys.append(self.key())
        return keys

    def key(self) -> str:
        token = self.token
        self.position += 1
        return next(iter(tomllib.loads(f"{token} = 0"))) if token[0] in "\"'" else token

    def pair(self, path: Path) -> None:
        line = self.line
        for key in self.keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.took("=")
        self.value(path)

    def value(self, path: Path) -> None:
        if self.took("["):
            self.items(path)
        elif self.took("{"):
            while not self.took("}"):
                self.pair(path)
                self.took(",")
        else:
            while self.token not in ("", "\n", ",", "]", "}"):
                self.position += 1

    def items(self, path: Path) -> None:
        index = 0
        while True:
            while self.took("\n"):
                pass
            if self.took("]"):
                return
            if self.took(","):
                index += 1
                continue
            self.lines[*path, index] = self.line
            self.value((*path, index))
