"""A request that drips in is cut; one that is merely large or slow is not."""

import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from booking.app import MAX_BODY
from booking.web.deadlines import Deadlines, Impatient, TooSlow
from tests.outside import free_socket, served
from tests.web.conftest import Visit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class QuicklyImpatient(Impatient):
    head_within = 0.4


async def how_long(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def too_slow(_request: Request, _refusal: Exception) -> Response:
    return PlainTextResponse("too slow", 408)


APP = Starlette(
    routes=[Route("/", how_long, methods=["GET", "POST"])],
    middleware=[Middleware(Deadlines, grace=0.4, slowest=1_000)],
    exception_handlers={TooSlow: too_slow},
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = free_socket()
    with served(APP, listening, http=QuicklyImpatient) as address:
        yield int(address.rsplit(":", 1)[1])


def said(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What comes back until the connection is closed, and after how many seconds, if these pieces are sent with pauses between."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
        except ConnectionError:
            pass
        answer = b""
        try:
            while got := line.recv(65536):
                answer += got
        except ConnectionError:
            pass
    return answer, time.monotonic() - began


HEAD = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: here\r\n"], ids=["nothing", "half a head"])
def test_whoever_does_not_say_what_they_want_is_cut_off(port: int, first: bytes) -> None:
    answer, seconds = said(port, first)

    assert answer == b""
    assert 0.3 < seconds < 5


def test_a_head_that_drips_is_cut_off_although_something_always_comes(port: int) -> None:
    answer, seconds = said(port, b"GET / HTTP/1.1\r\nX-Long: ", *[b"g"] * 40, pause=0.05)

    assert answer == b""
    assert seconds < 5


def test_a_second_request_on_the_same_line_has_the_same_deadline(port: int) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"

    answer, seconds = said(port, whole, b"GET / HTTP", pause=0.1)

    assert answer.count(b"200 OK") == 1
    assert seconds < 4  # uvicorn itself would keep it for ever


def test_a_body_that_drips_is_refused_and_its_line_closed(port: int) -> None:
    answer, seconds = said(port, HEAD.replace(b"Connection: close\r\n", b""), *[b"x"] * 20, pause=0.05)

    assert answer.startswith(b"HTTP/1.1 408")
    assert answer.endswith(b"too slow")
    assert b"connection: close" in answer.lower()
    assert seconds < 5


def test_a_body_that_comes_slowly_but_well_has_the_time_that_it_needs(port: int) -> None:
    answer, seconds = said(port, HEAD, *[b"x" * 200] * 5, pause=0.15)

    assert answer.endswith(b"1000")
    assert seconds > 0.6


async def test_a_length_that_is_no_sensible_number_is_too_large(visit: Visit) -> None:
    answer = await visit.anonymous.post("/language", content=b"x", headers={**FORM, "Content-Length": "9" * 40})

    assert answer.status_code == 413


async def test_a_body_that_is_too_large_gets_a_page_that_says_so(visit: Visit) -> None:
    answer = await visit.anonymous.post("/language", content=b"x" * (MAX_BODY + 1), headers=FORM)

    assert answer.status_code == 413
    assert "larger than we can take" in answer.text
    assert "content-security-policy" in answer.headers


async def test_a_body_that_lies_about_its_length_is_counted(visit: Visit) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 50_000 + 2):
            yield b"x" * 50_000

    answer = await visit.anonymous.post("/language", content=pieces(), headers=FORM)

    assert answer.status_code == 413
