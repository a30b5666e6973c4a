"""Structured logs: one JSON object a line, an event's name and its codes. Never health or personal data.

A log line takes only named facts, and only codes, counts, durations and class names belong in
them; there is no way to pass a formatted sentence.
"""

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from booking.kit.json_text import json_of

request_id: ContextVar[str] = ContextVar("request_id", default="")

_configured = False

Fact = str | int | float | bool | None


class Log:
    """`log.info("payment.settled", booking=code)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **facts: Fact) -> None:
        self._say(logging.INFO, event, facts)

    def warning(self, event: str, **facts: Fact) -> None:
        self._say(logging.WARNING, event, facts)

    def error(self, event: str, *, fault: BaseException | None = None, **facts: Fact) -> None:
        """With a fault: its type and where it happened, never its text, which may quote data."""
        self._say(logging.ERROR, event, facts, fault)

    def _say(self, level: int, event: str, facts: Mapping[str, Fact], fault: BaseException | None = None) -> None:
        """A process that tells its lines itself is spared the library's record: every request leaves a line."""
        if not self._logger.isEnabledFor(level):
            return
        if _configured:
            line = {"at": datetime.now(UTC), "level": logging.getLevelName(level).lower(), "event": event}
            # A full disk, a closed pipe, or nobody who listens: no request fails for that.
            with suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(_told({**line, "from": self._logger.name}, facts, fault) + "\n")
        else:
            self._logger.log(level, event, extra={"facts": facts, "fault": fault})


def logger(name: str) -> Log:
    return Log(name)


class JsonLines(logging.Formatter):
    """A library's record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": datetime.fromtimestamp(record.created, UTC), "level": record.levelname.lower()}
        fault = record.exc_info[1] if record.exc_info else None
        return _told({**line, "event": record.getMessage(), "from": record.name}, {}, fault)


def _told(line: dict[str, Any], facts: Mapping[str, Fact], fault: BaseException | None) -> str:
    request = request_id.get()
    if request:
        line["request"] = request
    line.update(facts)
    if fault is not None:
        line["fault"] = type(fault).__name__
        line["where"] = _where(fault)
    try:
        return json_of(line)
    except (TypeError, ValueError):  # a library's own line may hold anything
        return json.dumps(line, default=str)


def _where(fault: BaseException) -> str:
    at = fault.__traceback__
    if at is None:
        return ""
    places = []
    while at is not None:
        places.append(f"{at.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{at.tb_lineno}")
        at = at.tb_next
    return " > ".join(places[-4:])


def configure(level: str = "INFO") -> None:
    """Send everything, libraries included, to standard error as JSON lines."""
    global _configured  # noqa: PLW0603 - a process is set up once
    _configured = True
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    # What no line of ours tells need not be found out for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - the documented way to not look for the caller
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "stripe", "tortoise", "asyncpg", "apscheduler", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
