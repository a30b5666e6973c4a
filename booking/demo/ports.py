"""Ports for what is about to listen. Between the choice and the listening pass seconds: the system must not give it to a connection."""

import socket
from random import SystemRandom
from typing import Final

# Below what systems give to connections by themselves: Linux begins at 32768, the others at 49152.
OURS: Final = range(20_000, 32_000)
TRIES: Final = 100


class NoPort(OSError):
    """All that were tried are in use."""


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens. Raises NoPort."""
    for port in SystemRandom().sample(OURS, TRIES):
        if is_free(port):
            return port
    raise NoPort("No port is free on 127.0.0.1.")


def is_free(port: int) -> bool:
    """Whether one could listen there; closed connections of the last who did do not count. Raises PermissionError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise
        except OSError:
            return False
        return True
