"""The outside world of the tests: Stripe's simulator over HTTP, real SMTP, a folder for files, and a clock that is told the time."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from booking.demo.ports import free_port

SECRET = "a secret that only tests have, long enough to be one"
STRIPE_KEY = "sk_test_example"
WEBHOOK_SECRET = "whsec_example"
# Reading the machine's certificates takes longer than many a test, and nothing here is encrypted.
PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Clock:
    """Our clock, and Stripe's: they show `at`, and what a test adds to it."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


def free_socket() -> socket.socket:
    """A listening socket on a port of its own."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", free_port()))
    return listening


def address_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def served(app: ASGIApp, listening: socket.socket, **options: Any) -> Iterator[str]:
    """The application under uvicorn in a thread, for as long as the block lasts; its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield address_of(listening)
    finally:
        server.should_exit = True
        thread.join(5)
        listening.close()
