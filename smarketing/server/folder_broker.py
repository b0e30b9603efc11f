"""The broker in a folder. It comes back by itself when the folder was removed or the disk was full."""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps, loads


def made(folder: str) -> Path:
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path


class FolderChannel(filesystem.Channel):
    @property
    def data_folder_in(self) -> Path:
        return made(self.transport_options["data_folder_in"])

    data_folder_out = data_folder_in

    @property
    def control_folder(self) -> Path:
        return made(self.transport_options["control_folder"])

    def get_table(self, exchange: str) -> list[Any]:
        """Half a table, from a full disk, is none: whoever binds next writes it anew."""
        try:
            return list(super().get_table(exchange))
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        binding = (routing_key, pattern, queue)
        try:
            try:
                super()._queue_bind(exchange, *binding)
            except ValueError:
                (self.control_folder / f"{exchange}.exchange").unlink(missing_ok=True)
                super()._queue_bind(exchange, *binding)
        except ChannelError as error:
            raise ChannelError(f"The broker's folder takes no message: {error}") from error

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Whole or not at all: half a message, from a full disk, would stop the worker that reads it."""
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        try:
            draft = self.data_folder_out / f".{name}"
            try:
                draft.write_text(dumps(payload))
                draft.rename(draft.with_name(name))
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise ChannelError(f"The broker's folder takes no message: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Renamed where it lies: that needs no room, and of two workers one gets it."""
        waiting = (path for path in self.data_folder_in.iterdir() if path.name.partition(".")[2] == f"{queue}.msg")
        for path in sorted(waiting):
            taken = path.with_name(f".{path.name}.taken")
            try:
                path.rename(taken)
                text = taken.read_bytes()
                taken.unlink()
                return loads(bytes_to_str(text))
            except (OSError, ValueError):
                continue
        raise Empty


class FolderTransport(filesystem.Transport):
    Channel = FolderChannel
    connection_errors = (*filesystem.Transport.connection_errors, OSError)
    recoverable_connection_errors = connection_errors
    recoverable_channel_errors = filesystem.Transport.channel_errors
