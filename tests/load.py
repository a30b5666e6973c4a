"""Many clients at once on one machine, each on a connection of its own that it keeps. As little work a request as possible."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """How one request went."""

    status: int
    seconds: float
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Drive:
    """How all of them went."""

    samples: list[Sample]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.samples) / self.seconds

    def count(self, status: int) -> int:
        return sum(sample.status == status for sample in self.samples)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
    payload = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(payload)}", "", ""]).encode() + payload


async def drive(port: int, requests: Sequence[bytes], clients: int) -> Drive:
    """Send them all, each client the next of its own as soon as it has the answer to the last."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]
    began = time.perf_counter()
    answered = await asyncio.gather(*(_client(*line, requests[n::clients]) for n, line in enumerate(lines)))
    seconds = time.perf_counter() - began
    for _reader, writer in lines:
        writer.close()
    return Drive([sample for mine in answered for sample in mine], seconds)


async def _client(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes]
) -> list[Sample]:
    samples = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(size)
        samples.append(Sample(int(head.split(b" ", 2)[1]), time.perf_counter() - began, body))
    return samples
