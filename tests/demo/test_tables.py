import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from booking.demo import tables
from booking.demo.lodging import home_of
from booking.demo.surroundings import PROJECT, CannotStart, Folder
from booking.demo.tables import require_own


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    shutil.rmtree(home_of(folder.postgres), ignore_errors=True)  # for root it is elsewhere


def keep_data(folder: Folder) -> None:
    (home_of(folder.postgres) / "data").mkdir(parents=True)


def test_data_of_the_same_tables_is_kept(folder: Folder) -> None:
    require_own(folder)
    keep_data(folder)

    require_own(folder)


def test_data_whose_tables_were_written_otherwise_is_refused_with_what_to_do(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_own(folder)
    keep_data(folder)
    monkeypatch.setattr(tables, "WRITTEN_IN", ("booking/migrations/0001_*.py",))

    with pytest.raises(CannotStart, match="make demo-reset"):
        require_own(folder)


def test_data_of_which_nothing_was_noted_is_refused(folder: Folder) -> None:
    keep_data(folder)

    with pytest.raises(CannotStart, match="make demo-reset"):
        require_own(folder)


def test_every_file_that_writes_tables_counts() -> None:
    written = {path.name for pattern in tables.WRITTEN_IN for path in PROJECT.glob(pattern)}

    assert written == {"0001_initial.py", "0002_what_postgresql_decides.py", "constraints.py"}
