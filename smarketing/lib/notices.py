"""What the portal says after an action: one short line, with a button that takes it back where that is possible."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

UNDO = "undo:"


def say(request: HttpRequest, text: str, *, undo: str = "", level: int = messages.SUCCESS) -> None:
    """`undo` is the URL of a view that takes the action back when it is posted to."""
    messages.add_message(request, level, text, extra_tags=UNDO + undo if undo else "")
    vars(request).setdefault("said", []).append((level, text, undo))


def undo_url(message: Message) -> str:
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
