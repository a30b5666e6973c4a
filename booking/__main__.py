"""The commands: `python -m booking demo | web | worker | migrate | publish | appoint | seed | check`.

Bad input gets one line on standard error and exit code 2.
"""
# ruff: noqa: PLC0415 - a command imports what it needs, and the first of them must run on a Python that has no packages

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

VENV_PYTHON = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "python"
BAD_INPUT = 2
Made = TypeVar("Made")
NO_MAIL = 9  # the port that discards: what these commands plan, a running demo's worker sends


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    _need_packages()
    from booking.demo.lodging import NoPostgres
    from booking.demo.surroundings import CannotStart
    from booking.kit.errors import Invalid
    from booking.programmes.written import WrittenWrong
    from booking.settings import BadSetting

    chosen = _parser().parse_args(words)
    try:
        code: int = COMMANDS[chosen.command](chosen)
    except (BadSetting, NoPostgres, CannotStart, WrittenWrong) as refusal:
        return _say(str(refusal))
    except Invalid as refusal:
        return _say("; ".join(f"{what}: {why}" for what, why in refusal.errors.items()))
    return code


def _need_packages() -> None:
    """Go on in the project's own Python if this one lacks the packages, or say how to get them."""
    try:
        import booking.settings  # noqa: F401
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("booking"):
            raise
        if VENV_PYTHON.is_file() and Path(sys.prefix) != VENV_PYTHON.parents[1]:
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", "booking", *sys.argv[1:]])  # noqa: S606 - our own
        sys.exit(_say(f"{missing.name} is not installed for this Python: run `make demo`, which sets everything up."))


def _say(line: str) -> int:
    print(f"leeward: {line}", file=sys.stderr)  # noqa: T201 - how a command speaks
    return BAD_INPUT


class _Parser(argparse.ArgumentParser):
    """Refuses in one line."""

    def error(self, message: str) -> NoReturn:
        sys.exit(_say(f"{message} (`{self.prog} --help` says more)"))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="booking", description="Leeward: medical travel, from a family's first question on.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    demo = commands.add_parser("demo", help="everything on this machine, payments and mail simulated")
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--reload", action="store_true", help="start again whenever the code changes")
    demo.add_argument("--reset", action="store_true", help="forget everything that the demo has stored")

    web = commands.add_parser("web", help="the web server")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"))
    web.add_argument("--workers", type=_count, default=os.environ.get("WEB_CONCURRENCY", "1"))

    commands.add_parser("worker", help="sends what is due; several may run")
    commands.add_parser("migrate", help="bring the database's schema up to date")

    publish = commands.add_parser("publish", help="a clinic, its programme and its resources, as they are written down")
    publish.add_argument("path", type=Path, metavar="FOLDER", help="of TOML files, or one file with a table for each")

    appoint = commands.add_parser(
        "appoint",
        help="give someone a post at a clinic; the password is asked for, or the first line of standard input",
    )
    appoint.add_argument("email")
    appoint.add_argument("--name", required=True)
    appoint.add_argument("--clinic", required=True, metavar="SLUG")
    appoint.add_argument("--role", required=True, choices=("coordinator", "clinician", "admin"))

    seed = commands.add_parser("seed", help="the example clinic, and cases in it")
    seed.add_argument("--ready", type=_count, default=0, metavar="N", help="add N cases that are ready to choose dates")

    commands.add_parser("check", help="look for rows that break a promise; exits 1 and names them")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 - sixteen bits
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a whole number, 1 or more")
    return int(text)


def _demo(chosen: argparse.Namespace) -> int:
    from booking.demo import run

    if chosen.reset:
        run.reset()
    else:
        run.demo(chosen.port, reload=chosen.reload)
    return 0


def _web(chosen: argparse.Namespace) -> int:
    import uvicorn

    from booking.demo.children import wait_for_parent
    from booking.kit import logs
    from booking.settings import Settings

    wait_for_parent("booking.app")
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    uvicorn.run(
        "booking.app:demo_app" if settings.demo else "booking.app:live_app",
        factory=True,
        host=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        log_config=None,  # ours: JSON lines, without addresses of people or pages
        access_log=False,
        server_header=False,
        http="booking.web.deadlines:Impatient",
        timeout_graceful_shutdown=5 if settings.demo else 30,
    )
    return 0


def _worker(_chosen: argparse.Namespace) -> int:
    from booking.demo.children import wait_for_parent
    from booking.demo.clock import DemoClock
    from booking.kit import logs
    from booking.services import connect
    from booking.settings import Settings
    from booking.worker import work

    wait_for_parent("booking.worker")
    settings = Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    services = connect(settings)
    asyncio.run(work(replace(services, now=DemoClock.from_env(os.environ)) if settings.demo else services))
    return 0


def _migrate(_chosen: argparse.Namespace) -> int:
    from booking.database import migrate
    from booking.settings import database_from_env

    with _with_a_database() as environ:
        asyncio.run(migrate(database_from_env(environ).credentials()))
    return 0


def _publish(chosen: argparse.Namespace) -> int:
    from booking.journeys.publish_clinic import publish_clinic, read_publication

    publication = read_publication(chosen.path)
    with _with_a_database() as environ:
        changes = _in_the_database(environ, lambda now: publish_clinic(publication, now=now))
    for change in changes:
        print(change)  # noqa: T201 - what the command is for
    return 0


def _appoint(chosen: argparse.Namespace) -> int:
    import segno

    from booking.accounts.models import Role
    from booking.journeys.appoint_staff import appoint_staff
    from booking.kit.seals import derive_key
    from booking.settings import Settings

    role, password = Role(chosen.role), _password()
    with _with_a_database() as environ:
        key = derive_key(Settings.from_env(environ).secret_key, "totp")
        appointed = _in_the_database(
            environ,
            lambda now: appoint_staff(
                chosen.email, chosen.name, chosen.clinic, role, password=password, totp_key=key, now=now
            ),
        )
    print(f"{appointed.name}: {role} at {appointed.clinic}{'' if appointed.is_new else ', with new secrets'}.")  # noqa: T201
    print("Scan this with an authenticator app, such as a phone's; it is not shown again.")  # noqa: T201
    segno.make(appointed.otpauth).terminal(compact=True)
    print(appointed.otpauth)  # noqa: T201 - for apps that cannot scan; never in a log
    return 0


def _password() -> str:
    """Asked for twice at a terminal; else the first line of standard input. Never a word of the command: others can read those."""
    from getpass import getpass

    from booking.settings import BadSetting

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password (12 characters or more): ")
    if getpass("The same again: ") != password:
        raise BadSetting("password", "the two are not the same")
    return password


def _in_the_database(environ: Mapping[str, str], work: Callable[[datetime], Coroutine[Any, Any, Made]]) -> Made:
    """Do one thing in the database, at the demo's moment or the world's."""
    from tortoise.exceptions import OperationalError

    from booking.database import database
    from booking.demo.clock import DemoClock
    from booking.settings import BadSetting, database_from_env

    now = DemoClock.from_env(environ)() if environ.get("LEEWARD_DEMO") == "1" else datetime.now(UTC)

    async def done() -> Made:
        async with database(database_from_env(environ).credentials()):
            return await work(now)

    try:
        return asyncio.run(done())
    except OperationalError as fault:
        raise BadSetting(
            "DATABASE_URL", "its tables are missing or older than this: run `python -m booking migrate`"
        ) from fault


def _seed(chosen: argparse.Namespace) -> int:
    from booking.demo.clock import DemoClock
    from booking.demo.prepare import prepare
    from booking.demo.surroundings import Folder
    from booking.settings import BadSetting, Settings

    with _with_a_database() as environ:
        settings = Settings.from_env(environ)
        if not settings.demo:
            raise BadSetting("LEEWARD_DEMO", "must be 1 to seed: the example clinic's passwords are known to everyone")
        now, folder = DemoClock.from_env(environ)(), Folder.from_env(environ).path
        for code in asyncio.run(prepare(settings, ready=chosen.ready, folder=folder, now=now)):
            print(code)  # noqa: T201 - what the command is for
    return 0


def _check(_chosen: argparse.Namespace) -> int:
    from booking.database import database
    from booking.journeys.check import Violation, check
    from booking.settings import database_from_env

    async def violations(credentials: Mapping[str, Any]) -> list[Violation]:
        async with database(credentials):
            return await check()

    with _with_a_database() as environ:
        found = asyncio.run(violations(database_from_env(environ).credentials()))
    for violation in found:
        print(violation)  # noqa: T201 - what the command is for
    return 1 if found else 0


@contextmanager
def _with_a_database() -> Iterator[Mapping[str, str]]:
    """The environment for a command on the database: DATABASE_URL's, else that of the demo in this folder, running or not."""
    from booking.demo import postgres
    from booking.demo.surroundings import Folder, surroundings
    from booking.settings import database_from_env

    if os.environ.get("DATABASE_URL"):
        asyncio.run(_need_an_answer(database_from_env(os.environ).credentials()))
        yield os.environ
        return
    folder = Folder.from_env(os.environ)
    with postgres.running(folder.postgres) as server:
        yield {**os.environ, **surroundings(folder, port=folder.port(), mail_port=NO_MAIL, database_url=server.url)}


async def _need_an_answer(credentials: Mapping[str, Any]) -> None:
    """Raises BadSetting if the database cannot be reached."""
    import asyncpg

    from booking.settings import BadSetting

    try:
        connection = await asyncpg.connect(**credentials, timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise BadSetting("DATABASE_URL", f"the database cannot be reached ({type(fault).__name__})") from fault
    await connection.close()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo,
    "web": _web,
    "worker": _worker,
    "migrate": _migrate,
    "publish": _publish,
    "appoint": _appoint,
    "seed": _seed,
    "check": _check,
}

if __name__ == "__main__":
    sys.exit(main())
