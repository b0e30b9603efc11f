"""Long texts of which an expression, or a function behind it, could make more work than they have characters."""

import gc
import sys
import time
from collections.abc import Callable, Iterator

LENGTH = 60_000
BOUND = 0.15  # seconds of processor time
TURNS = 4
TRACED = 5  # times as long where each line that runs is noted

# One sign of each class. Marks above and below a letter are two: to bring them in order can be quadratic.
CLASSES = ("1", " ", "a", "ä", "\u0301", "\u0323", ".", ",", "-", "(", "@", "\n", ":", "<", '"', "=")
# What comes last, so that everything before it was read in vain.
LASTS = ("x", "\t", "\u00a0", "\u200b", "'", "\uff11", ")", "7")


def shapes() -> Iterator[tuple[str, str]]:
    """480: each pair of signs by turns, and one before a long run of the other."""
    for number, one in enumerate(CLASSES):
        for other in CLASSES:
            if one != other:
                last = LASTS[number % len(LASTS)]
                yield f"{one!r} and {other!r} by turns", (one + other) * (LENGTH // 2)
                yield f"{one!r}, many {other!r}, {last!r}", one + other * (LENGTH - 2) + last


SHAPES = tuple(shapes())


def slow(action: Callable[[str], object]) -> list[str]:
    """The shapes over which it is busy for longer than BOUND.

    The further turns, where the first was slow, are for a machine that has much else to do.
    """
    bound = BOUND * TRACED if sys.gettrace() else BOUND
    return [name for name, text in SHAPES if all(seconds(action, text) > bound for _turn in range(TURNS))]


def seconds(action: Callable[[str], object], text: str) -> float:
    gc.disable()  # it would look through all that other tests have left
    begun = time.thread_time()
    try:
        action(text)
        return time.thread_time() - begun
    finally:
        gc.enable()
