import ssl
from pathlib import Path

import pytest

from booking.messages.smtp import SmtpServer
from booking.settings import BadSetting, DatabaseUrl, Settings, database_from_env

PRODUCTION = {
    "DATABASE_URL": "postgresql://leeward:s%40fe@db.clinic.example/leeward?sslmode=require",
    "STRIPE_SECRET_KEY": "sk_live_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_abc",
    "SMTP_URL": "smtp://user:pa%3Ass@mail.clinic.example:587",
    "MAIL_FROM": "Leeward <care@clinic.example>",
    "FILES_URL": "s3://records/leeward",
    "SECRET_KEY": "k" * 48,
    "PUBLIC_URL": "https://care.clinic.example/",
}
DEMO = PRODUCTION | {
    "STRIPE_SECRET_KEY": "sk_test_simulated",
    "STRIPE_API_BASE": "http://127.0.0.1:8000/simulated/stripe/",
    "SMTP_URL": "smtp://127.0.0.1:2525",
    "FILES_URL": "/srv/leeward/files",
    "SECRET_KEY": "short",
    "PUBLIC_URL": "http://localhost:8000",
    "LEEWARD_DEMO": "1",
}


def test_production_is_read_whole() -> None:
    assert Settings.from_env(PRODUCTION) == Settings(
        database=DatabaseUrl("db.clinic.example", 5432, "leeward", "leeward", "s@fe", "require"),
        stripe_secret_key="sk_live_abc",
        stripe_webhook_secret="whsec_abc",
        stripe_api_base=None,
        smtp=SmtpServer("mail.clinic.example", 587, "user", "pa:ss", "starttls"),
        mail_from="Leeward <care@clinic.example>",
        files_url="s3://records/leeward",
        secret_key="k" * 48,
        public_url="https://care.clinic.example",
        log_level="INFO",
        demo=False,
    )


def test_the_demo_may_be_on_plain_http_with_a_short_key_and_simulated_payments() -> None:
    settings = Settings.from_env(DEMO)

    assert (settings.demo, settings.public_url, settings.stripe_api_base, settings.files_url, settings.smtp.tls) == (
        True,
        "http://localhost:8000",
        "http://127.0.0.1:8000/simulated/stripe",
        "file:///srv/leeward/files",
        "none",
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://leeward@db/leeward"),
        ("DATABASE_URL", "postgresql://leeward@db"),
        ("DATABASE_URL", "postgresql://db/leeward"),
        ("DATABASE_URL", "postgresql://leeward@db:port/leeward"),
        ("DATABASE_URL", "postgresql://leeward@db:99999/leeward"),
        ("DATABASE_URL", "postgresql://leeward@one,two/leeward"),
        ("DATABASE_URL", "postgresql://leeward@[::1/leeward"),
        ("DATABASE_URL", "postgresql://leeward@db/leeward?sslmode=maybe"),
        ("DATABASE_URL", "postgresql://leeward@db/leeward?ssl=true"),
        ("DATABASE_URL", "postgresql://leeward@db/leeward?sslmode"),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_SECRET_KEY", "pk_live_abc"),
        ("STRIPE_WEBHOOK_SECRET", ""),
        ("STRIPE_WEBHOOK_SECRET", "secret"),
        ("STRIPE_API_BASE", "http://127.0.0.1:8000"),
        ("SMTP_URL", ""),
        ("SMTP_URL", "mail.clinic.example"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail:no"),
        ("SMTP_URL", "smtp://mail/path"),
        ("MAIL_FROM", ""),
        ("MAIL_FROM", "Leeward"),
        ("MAIL_FROM", "Leeward <care@localhost>"),
        ("MAIL_FROM", "Leeward <care@clinic.example>\r\nBcc: all@clinic.example"),
        ("FILES_URL", ""),
        ("FILES_URL", "files"),
        ("FILES_URL", "file://host/files"),
        ("FILES_URL", "s3:///prefix"),
        ("FILES_URL", "gs://bucket"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "k" * 31),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "http://care.clinic.example"),
        ("PUBLIC_URL", "https://care.clinic.example/leeward"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://care.clinic.example:0x50"),
        ("LOG_LEVEL", "LOUD"),
        ("LEEWARD_DEMO", "yes"),
        ("LEEWARD_DEMO", "1"),
        ("LEEWARD_FAILPOINT", "after-commit"),
        ("WORKER_HEARTBEAT", "/no/such/folder/beat"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start_with_one_line(variable: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_env(PRODUCTION | {variable: value})

    line = str(refused.value)
    assert refused.value.variable == variable
    assert line.startswith(f"{variable}: ")
    assert "\n" not in line


def test_simulated_payments_must_have_a_web_address() -> None:
    with pytest.raises(BadSetting, match=r"^STRIPE_API_BASE: accepts"):
        Settings.from_env(DEMO | {"STRIPE_API_BASE": "localhost:8000"})


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_simulated_payments_are_refused_beside_a_live_key(key: str) -> None:
    with pytest.raises(BadSetting, match="refused beside a live STRIPE_SECRET_KEY"):
        Settings.from_env(DEMO | {"STRIPE_SECRET_KEY": key})


def test_no_secret_is_in_what_a_log_might_print() -> None:
    told = repr(Settings.from_env(PRODUCTION))

    assert not [secret for secret in ("s@fe", "pa:ss", "sk_live_abc", "whsec_abc", "kkkk") if secret in told]


def test_a_socket_folder_is_reached_without_tls() -> None:
    url = database_from_env({"DATABASE_URL": "postgres://leeward@/leeward?host=/run/postgresql"})

    assert url.credentials() == {
        "host": "/run/postgresql",
        "port": 5432,
        "user": "leeward",
        "database": "leeward",
        "password": None,
        "ssl": False,
    }


def test_sslmode_require_encrypts_and_verify_full_also_checks_the_name() -> None:
    encrypted = DatabaseUrl.parse("postgresql://u@db/leeward?sslmode=require").credentials()["ssl"]
    verified = DatabaseUrl.parse("postgresql://u@db/leeward?sslmode=verify-full").credentials()["ssl"]
    named_less = DatabaseUrl.parse("postgresql://u@db/leeward?sslmode=verify-ca").credentials()["ssl"]

    assert encrypted == "require"
    assert (verified.verify_mode, verified.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (named_less.verify_mode, named_less.check_hostname) == (ssl.CERT_REQUIRED, False)


def test_a_missing_file_of_certificates_is_said(tmp_path: Path) -> None:
    url = DatabaseUrl.parse(f"postgresql://u@db/leeward?sslmode=verify-full&sslrootcert={tmp_path}/none.pem")

    with pytest.raises(BadSetting, match="sslrootcert"):
        url.credentials()
