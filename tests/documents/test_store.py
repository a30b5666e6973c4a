"""Both stores through one set of tests: a folder, and S3 as moto's server speaks it over HTTP."""

import os
import resource
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from booking.documents.refused import EmptyFile, NoRoom, StoreDown
from booking.documents.store import FileStore, open_files
from tests.documents.samples import stream

MEGABYTE = 1024 * 1024
SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileStore]:
    if request.param == "folder":
        yield open_files(str(tmp_path / "files"))
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    address = request.getfixturevalue("s3")
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    bucket = f"records-{os.urandom(4).hex()}"
    client.create_bucket(Bucket=bucket)
    yield open_files(f"s3://{bucket}/kept?endpoint={address}&region=us-east-1")
    client.close()


async def breaks_after(size: int) -> AsyncIterator[bytes]:
    async for chunk in stream(bytes(size), MEGABYTE):
        yield chunk
    raise EmptyFile


async def names(files: FileStore) -> list[str]:
    return sorted([entry.name async for entry in files.listed()])


@pytest.mark.parametrize("size", [1, 3 * MEGABYTE, 12 * MEGABYTE])
async def test_what_is_put_is_got_back_byte_for_byte(files: FileStore, size: int) -> None:
    data = os.urandom(1000) * (size // 1000 + 1)
    await files.put("one", stream(data, 100_000))

    assert b"".join([chunk async for chunk in files.get("one")]) == data
    assert [(entry.name, entry.size) async for entry in files.listed()] == [("one", len(data))]


@pytest.mark.parametrize("size", [MEGABYTE, 12 * MEGABYTE])
async def test_a_stream_that_breaks_leaves_nothing_and_its_own_fault_comes_through(files: FileStore, size: int) -> None:
    with pytest.raises(EmptyFile):
        await files.put("broken", breaks_after(size))

    assert await names(files) == []


async def test_removing_twice_is_no_fault_and_reading_what_is_gone_is_one(files: FileStore) -> None:
    await files.put("one", stream(b"x"))
    await files.remove("one")
    await files.remove("one")

    with pytest.raises(StoreDown):
        _ = [chunk async for chunk in files.get("one")]


async def test_a_full_disk_is_a_clear_refusal_and_leaves_no_half_file(tmp_path: Path) -> None:
    files = open_files(str(tmp_path))
    await files.put("before", stream(b"kept"))
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, hard))
    try:
        for size in (3 * MEGABYTE, 12 * MEGABYTE):
            with pytest.raises(NoRoom):
                await files.put("too much", stream(bytes(size), MEGABYTE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    assert sorted(path.name for path in _lying(tmp_path)) == ["before"]


async def test_half_a_file_that_a_killed_server_left_in_a_folder_is_tidied_away(tmp_path: Path) -> None:
    files = open_files(tmp_path.as_uri())
    await files.put("whole", stream(b"kept"))
    (tmp_path / "half#1").write_bytes(b"lost")

    assert await files.tidy(before=SOON - timedelta(hours=2)) == 0
    assert await files.tidy(before=SOON) == 1
    assert sorted(path.name for path in _lying(tmp_path)) == ["whole"]


async def test_a_store_that_does_not_answer_is_a_clear_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    files = open_files("s3://nowhere?endpoint=http://127.0.0.1:9")

    with pytest.raises(StoreDown):
        await files.put("one", stream(b"x"))


@pytest.mark.parametrize("url", ["", "http://host/files", "s3:///nobucket", "file://host/folder"])
def test_an_address_that_names_no_store_is_refused_with_what_is_accepted(url: str) -> None:
    with pytest.raises(ValueError, match="accepts a folder, or s3://bucket"):
        open_files(url)


def _lying(folder: Path) -> list[Path]:
    return list(folder.iterdir())
