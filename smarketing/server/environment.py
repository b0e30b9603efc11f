"""Reads what the environment says. What cannot be read is kept as a fault, for the system checks to say."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

Read = TypeVar("Read")
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Fault:
    said: str
    hint: str


@dataclass
class Environment:
    variables: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def read(self, name: str, default: str, read: Callable[[str], Read], hint: str) -> Read:
        """Goes on with the default where `read` raises, for whoever is asked to check wants to hear of everything."""
        try:
            return read(self.variables.get(name) or default)
        except (ValueError, OSError) as error:
            self.faults.append(Fault(f"{name} cannot be used: {error}.", hint))
            return read(default)

    def flag(self, name: str, default: bool = False) -> bool:
        return self.read(name, str(int(default)), yes_or_no, f"{name}=1 switches it on, {name}=0 off.")

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.variables.get(name, default).split(",") if word.strip()]

    def one_of(self, name: str, default: str, known: Collection[str]) -> str:
        return self.read(name, default, lambda text: among(text.upper(), known), f"One of {', '.join(known)}.")

    def hours(self, name: str, default: int) -> int:
        return self.read(name, str(default), above_zero, f"A number of whole hours, as {name}={default}.")


def yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise ValueError(f"{text!r} is neither yes nor no")
    return word in YES


def among(word: str, known: Collection[str]) -> str:
    if word not in known:
        raise ValueError(f"{word!r} is not known")
    return word


def above_zero(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10_000):
        raise ValueError(f"{text!r} is no such number")
    return int(text)
