"""What gunicorn runs with: `gunicorn --config python:smarketing.webserver smarketing.wsgi`."""

import os
import socket
import struct
from typing import Any

from smarketing.server.capacity import PLACES, THREADS, WEB_PROCESSES

SILENT_SECONDS = 10  # who sends half a request and then nothing is hung up on; a proxy in front does better

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
preload_app = True
worker_class = "gthread"
workers = WEB_PROCESSES
threads = THREADS
worker_connections = 50 * PLACES
keepalive = 5
timeout = 60
graceful_timeout = 30
loglevel = "warning"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """gunicorn has no time-out for a request that stops half-way; on Linux a listener's time-out is its clients'."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", SILENT_SECONDS, 0))
