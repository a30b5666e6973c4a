"""The outside world as the application meets it: live, or simulated by something that a person can click."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from booking.accounts.staff import Secrets
from booking.documents.keys import use_secret
from booking.documents.store import FileStore, open_files
from booking.kit.seals import derive_key
from booking.messages.mailer import Mailer
from booking.messages.smtp import SmtpMailer
from booking.payments.gateway import PaymentGateway
from booking.payments.stripe import StripeGateway
from booking.settings import Settings
from booking.slots.tokens import WINDOWS


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the database. `now` is the clock, in aware UTC."""

    settings: Settings
    now: Callable[[], datetime]
    payments: PaymentGateway
    mail: Mailer
    files: FileStore

    @property
    def staff_secrets(self) -> Secrets:
        """The keys that sign-in needs; `pepper` is also what every throttle counts under."""
        secret = self.settings.secret_key
        return Secrets(derive_key(secret, "totp"), derive_key(secret, "throttle"))

    @property
    def window_key(self) -> bytes:
        """Signs the dates that are offered, so that only what was offered can be chosen."""
        return derive_key(self.settings.secret_key, WINDOWS)


def connect(settings: Settings) -> Services:
    """The outside world that the settings name; nothing of it is called yet. Case keys open under its secret from now on."""
    use_secret(settings.secret_key)
    return Services(
        settings=settings,
        now=lambda: datetime.now(UTC),
        payments=StripeGateway(settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base),
        mail=SmtpMailer(settings.smtp),
        files=open_files(settings.files_url),
    )
