"""Everything that the environment tells the program, read once and checked: a value that cannot be read stops the start."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from booking.kit import failpoints
from booking.messages.smtp import SmtpServer

LIVE_KEYS: Final = ("sk_live_", "rk_live_")
STRIPE_KEYS: Final = ("sk_test_", "rk_test_", *LIVE_KEYS)
SHORTEST_SECRET: Final = 32
SMTP_ACCEPTS: Final = (
    "a mail server's address: smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465"
)
SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class BadSetting(Exception):
    """A variable that cannot be read. Its text is one line: the variable's name and what it accepts, never its value."""

    def __init__(self, variable: str, accepts: str) -> None:
        super().__init__(f"{variable}: {accepts}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where PostgreSQL is. `sslmode` means what it means to PostgreSQL's own programs."""

    host: str
    port: int
    user: str
    database: str
    password: str | None = field(default=None, repr=False)
    sslmode: str = "prefer"
    sslrootcert: str | None = None

    ACCEPTS = (
        "a PostgreSQL address such as postgresql://user:password@host:5432/database?sslmode=require "
        "(it may say host, sslmode and sslrootcert, and nothing else)"
    )

    @classmethod
    def parse(cls, text: str, variable: str = "DATABASE_URL") -> Self:
        """Read the address. Raises BadSetting with the variable's name."""
        try:
            parts = urlsplit(text)
            port = parts.port or 5432
            query: dict[str, str | None] = dict(
                parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
            )
        except ValueError as error:
            raise BadSetting(variable, f"accepts {cls.ACCEPTS}") from error
        url = cls(
            host=query.pop("host", None) or parts.hostname or "",
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password) if parts.password else None,
            database=unquote(parts.path.removeprefix("/")),
            sslmode=query.pop("sslmode", None) or "prefer",
            sslrootcert=query.pop("sslrootcert", None),
        )
        readable = parts.scheme in {"postgresql", "postgres"} and url.host and url.user and url.database
        if not readable or query or "," in url.host or url.sslmode not in SSL_MODES:
            raise BadSetting(variable, f"accepts {cls.ACCEPTS}")
        return url

    def credentials(self) -> dict[str, Any]:
        """What asyncpg, and Tortoise on top of it, take to connect."""
        where = {"host": self.host, "port": self.port, "user": self.user, "database": self.database}
        return where | {"password": self.password, "ssl": self._tls()}

    def _tls(self) -> str | ssl.SSLContext | Literal[False]:
        """Asyncpg looks for certificates to verify by in the user's home only: give it the system's, or the file that was named."""
        if self.host.startswith("/"):
            return False
        if not self.sslmode.startswith("verify"):
            return self.sslmode
        try:
            tls = ssl.create_default_context(cafile=self.sslrootcert)
        except OSError as error:
            raise BadSetting("DATABASE_URL", "sslrootcert must be a file of PEM certificates") from error
        tls.check_hostname = self.sslmode == "verify-full"
        return tls


@dataclass(frozen=True, slots=True)
class Settings:
    """The program's settings. `public_url` ends without a slash; secrets are left out of its repr."""

    database: DatabaseUrl
    stripe_secret_key: str = field(repr=False)
    stripe_webhook_secret: str = field(repr=False)
    stripe_api_base: str | None
    smtp: SmtpServer
    mail_from: str
    files_url: str
    secret_key: str = field(repr=False)
    public_url: str
    log_level: str
    demo: bool
    heartbeat: Path | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and check every variable. Raises BadSetting for the first that cannot be used."""
        demo = _yes_or_no(environ, "LEEWARD_DEMO")
        if environ.get(failpoints.VARIABLE) and not demo:
            raise BadSetting(failpoints.VARIABLE, "kills the process at a chosen place, for tests: unset it")
        database = database_from_env(environ)
        stripe_key = _stripe_key(environ)
        return cls(
            database=database,
            stripe_secret_key=stripe_key,
            stripe_webhook_secret=_webhook_secret(environ),
            stripe_api_base=_stripe_api_base(environ, stripe_key, demo=demo),
            smtp=_smtp_server(environ),
            mail_from=_mail_from(environ),
            files_url=_files_url(environ),
            secret_key=_secret_key(environ, demo=demo),
            public_url=_public_url(environ, demo=demo),
            log_level=_log_level(environ),
            demo=demo,
            heartbeat=_heartbeat(environ),
        )


def database_from_env(environ: Mapping[str, str]) -> DatabaseUrl:
    """The database alone, for the commands that need nothing else. Raises BadSetting."""
    return DatabaseUrl.parse(_needed(environ, "DATABASE_URL", DatabaseUrl.ACCEPTS))


def _needed(environ: Mapping[str, str], variable: str, accepts: str) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        raise BadSetting(variable, f"is not set; it accepts {accepts}")
    return value


def _yes_or_no(environ: Mapping[str, str], variable: str) -> bool:
    value = environ.get(variable, "").strip()
    if value not in {"", "0", "1"}:
        raise BadSetting(variable, "accepts 1 (a demonstration with simulated payments and mail) or 0")
    return value == "1"


def _stripe_key(environ: Mapping[str, str]) -> str:
    accepts = "Stripe's secret key, which starts with sk_test_, sk_live_, rk_test_ or rk_live_"
    key = _needed(environ, "STRIPE_SECRET_KEY", accepts)
    if not key.startswith(STRIPE_KEYS):
        raise BadSetting("STRIPE_SECRET_KEY", f"accepts {accepts}")
    return key


def _webhook_secret(environ: Mapping[str, str]) -> str:
    accepts = "the signing secret of Stripe's webhook, which starts with whsec_"
    secret = _needed(environ, "STRIPE_WEBHOOK_SECRET", accepts)
    if not secret.startswith("whsec_"):
        raise BadSetting("STRIPE_WEBHOOK_SECRET", f"accepts {accepts}")
    return secret


def _stripe_api_base(environ: Mapping[str, str], stripe_key: str, *, demo: bool) -> str | None:
    """The simulator's address, if payments are simulated. A live key beside it could only be a mistake with real money in it."""
    base = environ.get("STRIPE_API_BASE", "").strip()
    live = stripe_key.startswith(LIVE_KEYS)
    if live and (base or demo):
        what = "STRIPE_API_BASE" if base else "LEEWARD_DEMO"
        raise BadSetting(what, "simulated payments are refused beside a live STRIPE_SECRET_KEY: unset one of the two")
    if base and not _is_web_address(base):
        raise BadSetting("STRIPE_API_BASE", "accepts the http(s) address of a Stripe simulator, or nothing")
    return base.rstrip("/") or None


def _smtp_server(environ: Mapping[str, str]) -> SmtpServer:
    """Encrypted, except to a server on this very machine."""
    refusal = BadSetting("SMTP_URL", f"accepts {SMTP_ACCEPTS}")
    try:
        parts = urlsplit(_needed(environ, "SMTP_URL", SMTP_ACCEPTS))
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError as error:
        raise refusal from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise refusal
    is_this_machine = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return SmtpServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls="implicit" if parts.scheme == "smtps" else "none" if is_this_machine else "starttls",
    )


def _mail_from(environ: Mapping[str, str]) -> str:
    accepts = "the sender of our mails, such as Leeward <care@clinic.example>"
    sender = _needed(environ, "MAIL_FROM", accepts)
    name, _, domain = parseaddr(sender)[1].partition("@")
    if not name or "." not in domain or any(letter in sender for letter in "\r\n"):
        raise BadSetting("MAIL_FROM", f"accepts {accepts}")
    return sender


def _files_url(environ: Mapping[str, str]) -> str:
    accepts = "where records are kept: a folder's absolute path, file:///a/folder, or s3://bucket/prefix?endpoint=https://host&region=name"
    where = _needed(environ, "FILES_URL", accepts)
    if where.startswith("/"):
        return Path(where).as_uri()
    parts = urlsplit(where)
    is_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not is_folder and not (parts.scheme == "s3" and parts.netloc):
        raise BadSetting("FILES_URL", f"accepts {accepts}")
    return where


def _secret_key(environ: Mapping[str, str], *, demo: bool) -> str:
    accepts = f"at least {SHORTEST_SECRET} unguessable characters (python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
    key = _needed(environ, "SECRET_KEY", accepts)
    if len(key) < SHORTEST_SECRET and not demo:
        raise BadSetting("SECRET_KEY", f"accepts {accepts}")
    return key


def _public_url(environ: Mapping[str, str], *, demo: bool) -> str:
    accepts = "the https address that people reach us at, such as https://care.clinic.example, without a path"
    url = _needed(environ, "PUBLIC_URL", accepts).rstrip("/")
    parts = urlsplit(url)
    if not _is_web_address(url) or parts.path or parts.query or (parts.scheme != "https" and not demo):
        raise BadSetting("PUBLIC_URL", f"accepts {accepts}")
    return url


def _log_level(environ: Mapping[str, str]) -> str:
    level = environ.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise BadSetting("LOG_LEVEL", "accepts DEBUG, INFO, WARNING or ERROR")
    return level


def _heartbeat(environ: Mapping[str, str]) -> Path | None:
    """A file that the worker touches every few seconds, for whoever watches over it."""
    value = environ.get("WORKER_HEARTBEAT", "").strip()
    if value and not Path(value).parent.is_dir():
        raise BadSetting("WORKER_HEARTBEAT", "accepts a file in a folder that exists, or nothing")
    return Path(value) if value else None


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
