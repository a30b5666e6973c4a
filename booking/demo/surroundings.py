"""What the demo puts into the environment of its processes: everything that production's operator would, but simulated."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
USUAL_PORT: Final = 8000


class CannotStart(Exception):
    """The demo cannot start. The text is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The one folder that holds all that a demo stores."""

    path: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Folder":
        """The project's own `var`, unless LEEWARD_FOLDER names another."""
        return cls(Path(environ.get("LEEWARD_FOLDER") or PROJECT / "var").absolute())

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def lock(self) -> Path:
        return self.path / "demo.lock"

    def port(self) -> int:
        """Where this folder's demo was reached last."""
        try:
            return int((self.path / "port").read_text())
        except (FileNotFoundError, ValueError):
            return USUAL_PORT

    def remember_port(self, port: int) -> None:
        (self.path / "port").write_text(str(port))

    def secret(self) -> str:
        """The demo's own SECRET_KEY, made once: what is sealed with it must stay readable."""
        kept = self.path / "secret"
        try:
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return kept.read_text()


def surroundings(folder: Folder, *, port: int, mail_port: int, database_url: str) -> dict[str, str]:
    """The variables that `Settings.from_env` reads, for a demo at that port."""
    secret = folder.secret()
    here = f"http://localhost:{port}"
    return {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": "sk_test_simulated",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secret[:32]}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}/simulated/stripe",
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_FROM": "Leeward <care@leeward.example>",
        "FILES_URL": str(folder.path / "files"),
        "SECRET_KEY": secret,
        "PUBLIC_URL": here,
        "LEEWARD_DEMO": "1",
        "LEEWARD_FOLDER": str(folder.path),
        "WORKER_HEARTBEAT": str(folder.path / "worker.heartbeat"),
    }
