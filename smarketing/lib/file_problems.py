"""PURE. What can be wrong with a file or a cell: a code and one detail; `leads.doors.files.wording` has the words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileProblem:
    """Kept as text "code: detail", so that each reader gets it in the own language."""

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code

    @classmethod
    def parse(cls, text: str) -> "FileProblem":
        code, _colon, detail = text.partition(": ")
        return cls(code, detail)


class Unreadable(ValueError):
    """A cell, an option or a column is not what it should be."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.problem = FileProblem(code, detail)
        super().__init__(str(self.problem))


class RefusedFile(ValueError):
    """Nothing of the file is taken. `columns` are those found in it, as far as it could be read."""

    def __init__(self, problem: FileProblem, columns: tuple[str, ...] = ()) -> None:
        self.problem = problem
        self.columns = columns
        super().__init__(str(problem))
