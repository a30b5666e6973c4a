from datetime import datetime

import pytest

from booking.documents import keys
from tests.consultations.cast import Cast, the_cast


@pytest.fixture
async def cast(db: None, now: datetime) -> Cast:
    keys.use_secret("a secret that only tests have, long enough to be one")
    return await the_cast(now)
