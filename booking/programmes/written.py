"""A clinic and its programme as they are written down: a folder of TOML files, or one file with a table for each of them."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Toml = dict[str, Any]

# What of a programme's content stands in a table of its own, because it is long.
CONTENT: Final = ("evidence", "consent", "protocol")
NEEDED: Final = ("clinic", "programme", *CONTENT)
MAY_BE_LEFT_OUT: Final = ("resources",)


class WrittenWrong(ValueError):
    """What is written cannot be used: the place of the first fault, and what is wrong there, in one line."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {' '.join(what.split())}")


@dataclass(frozen=True, slots=True)
class Written:
    """The tables by their name. `file` is the one file that they are in, or empty for a folder."""

    tables: Mapping[str, Toml]
    file: str = ""

    def table(self, name: str) -> Toml:
        """The caller's own to change; empty if it was left out."""
        return deepcopy(self.tables.get(name, {}))

    def programme(self) -> tuple[str, Toml]:
        """The programme's slug, and the content that `publishing.publish` takes."""
        programme = self.table("programme")
        slug = programme.pop("slug", "")
        return slug, {**programme, **{name: self.table(name) for name in CONTENT}}

    def wrong(self, table: str, place: str, what: str) -> WrittenWrong:
        """A fault in a table: `clinic.toml: zone: ...`, or `harbour.toml: clinic.zone: ...`."""
        if self.file:
            return WrittenWrong(f"{self.file}: {table}{place and '.'}{place}", what)
        return WrittenWrong(f"{table}.toml{place and ': '}{place}", what)

    def wrong_in_content(self, place: str, what: str) -> WrittenWrong:
        """A fault in a programme's content, said of the table in which it was written."""
        table, _, rest = place.partition(".")
        return self.wrong(table, rest, what) if table in CONTENT else self.wrong("programme", place, what)


def read_written(path: Path) -> Written:
    """What stands there. Raises WrittenWrong if it cannot be read, or leaves something out."""
    if path.is_dir():
        names = (*NEEDED, *MAY_BE_LEFT_OUT)
        written = Written({name: _parsed(path / f"{name}.toml") for name in names if (path / f"{name}.toml").is_file()})
    else:
        written = Written(_parsed(path), path.name)
    for name in NEEDED:
        if not isinstance(written.tables.get(name), dict):
            raise written.wrong(name, "", "is missing")
    return written


def _parsed(path: Path) -> Toml:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise WrittenWrong(path.name, f"cannot be read ({type(fault).__name__})") from fault
    except tomllib.TOMLDecodeError as fault:
        raise WrittenWrong(path.name, str(fault)) from fault
