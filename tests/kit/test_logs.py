"""What a process says of itself: a line of JSON each, told by itself or by a library, and never what a fault quotes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SAYING = """
import logging
from booking.kit import logs
logs.configure("INFO")
{said}
"""


def said(*lines: str) -> list[dict[str, Any]]:
    """What a process that does this writes to its standard error."""
    source = SAYING.format(said="\n".join(lines))
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_has_its_moment_its_event_and_its_facts() -> None:
    [line] = said(
        "logs.request_id.set('a1')",
        "logs.logger('booking.x').info('payment.settled', booking='LW-1', ms=1.5)",
    )

    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "event": "payment.settled",
        "from": "booking.x",
        "request": "a1",
        "booking": "LW-1",
        "ms": 1.5,
    }


def test_a_library_is_told_in_the_same_way() -> None:
    [line] = said("logging.getLogger('lib').warning('hello %s', {1: object})")

    assert (line["level"], line["event"], line["from"]) == ("warning", "hello {1: <class 'object'>}", "lib")


def test_what_is_below_the_level_is_not_said() -> None:
    assert said("logging.getLogger('lib').debug('x')", "logging.getLogger('httpx').info('GET /a/private/page')") == []


def test_a_fault_is_told_by_its_type_and_place_not_by_its_words() -> None:
    ours, theirs = said(
        "try: int('secret')",
        "except ValueError as fault:",
        "    logs.logger('booking.x').error('fault', fault=fault)",
        "    logging.getLogger('lib').exception('oh')",
    )

    for line in (ours, theirs):
        assert line["fault"] == "ValueError"
        assert line["where"].startswith("<string>:")
        assert "secret" not in json.dumps(line)


def test_what_cannot_be_told_stops_nobody() -> None:
    source = SAYING.format(said="logs.logger('booking.x').info('payment.settled')\nprint('went on')")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", source], stderr=full, stdout=subprocess.PIPE, text=True, check=True
        )

    assert done.stdout == "went on\n"
