import pytest

from booking.documents import keys


@pytest.fixture(autouse=True)
def _secret() -> None:
    keys.use_secret("a secret for tests only, long enough to be one")
