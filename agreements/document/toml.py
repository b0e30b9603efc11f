"""PURE. What every table of the text has in common: it knows its keys, and a list its doubles."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agreements.promises.kinds import Fault, refuse, refused


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


class TomlTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def refuse_twice(key: str, values: Sequence[object]) -> None:
    """`values` are those of the rows of a list, each told by its `key`."""
    first: dict[object, int] = {}
    faults: list[Fault] = []
    for index, value in enumerate(values):
        if value in first:
            reason = _("is already there (line {line})")
            faults.append(((index, key), refused(reason, repeats=(first[value], key))))
        first.setdefault(value, index)
    refuse(faults)
