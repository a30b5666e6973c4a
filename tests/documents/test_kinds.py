import pytest

from booking.documents import kinds
from booking.documents.kinds import MEGABYTE, Inspection, Kind
from booking.documents.refused import EmptyFile, FileCutShort, FileTooLarge, OfficeFile, PhotoFormat, WrongKind
from booking.kit.errors import Refusal
from tests.documents import samples

WHOLE = {
    "pdf": (samples.pdf(), Kind("application/pdf")),
    "pdf with a password": (samples.pdf(encrypted=True, filler=5000), Kind("application/pdf", has_password=True)),
    "jpeg": (samples.jpeg(), Kind("image/jpeg")),
    "png": (samples.png(), Kind("image/png")),
    "dicom, explicit, nested": (samples.dicom(), Kind("application/dicom")),
    "dicom, implicit": (samples.implicit(), Kind("application/dicom")),
    "dicom, a picture inside": (samples.encapsulated(), Kind("application/dicom")),
}


def inspected(data: bytes, size: int) -> Kind:
    inspection = Inspection()
    for at in range(0, len(data), size):
        inspection.see(data[at : at + size])
    return inspection.conclude()


@pytest.mark.parametrize("size", [1, 7, 1024, MEGABYTE])
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_known_by_its_content_in_whatever_pieces_it_comes(name: str, size: int) -> None:
    data, kind = WHOLE[name]

    assert inspected(data, size) == kind


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "jpeg"])
def test_a_file_that_lost_its_last_bytes_is_said_to_be_cut_short(name: str) -> None:
    data, _kind = WHOLE[name]

    with pytest.raises(FileCutShort):
        inspected(data[:-6], 100)


def test_a_photo_cut_short_is_not_saved_by_the_thumbnail_inside_it() -> None:
    whole = samples.jpeg()

    for length in range(20, len(whole) - 1):
        with pytest.raises(FileCutShort):
            inspected(whole[:length], 64)


def test_every_shortened_dicom_either_ends_between_two_elements_or_is_refused() -> None:
    whole = samples.dicom()
    taken = []

    for length in range(132, len(whole) + 1):
        try:
            inspected(whole[:length], 50)
        except FileCutShort:
            continue
        taken.append(length)

    start = len(samples.dicom(body=b""))
    name = start + len(samples.element(0x10, 0x10, b"PN", b"DOE^JANE"))
    assert taken == [132, start, name, name + len(samples.nested()), len(whole)]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", EmptyFile),
        (b"hello", WrongKind),
        (b"<html>%PDF-1.7 %%EOF", WrongKind),
        (b"\0\0\0\x18ftypheic" + bytes(50), PhotoFormat),
        (b"GIF89a" + bytes(50), PhotoFormat),
        (b"RIFF\0\0\0\0WEBP", PhotoFormat),
        (b"PK\x03\x04" + bytes(50), OfficeFile),
        (b"%PDF-1.7 and nothing more", FileCutShort),
        (b"\xff\xd8\xff", FileCutShort),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIEND", FileCutShort),
    ],
)
def test_what_is_not_taken_is_refused_by_name(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- the exact class is the assertion
        inspected(data, 16)

    assert type(caught.value) is refusal


def test_a_file_that_grows_too_large_is_stopped_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LARGEST", 2 * MEGABYTE)
    inspection = Inspection()
    inspection.see(samples.pdf()[:20] + bytes(2 * MEGABYTE - 20))

    with pytest.raises(FileTooLarge) as caught:
        inspection.see(b"x")

    assert caught.value.text.into("en").startswith("That file is larger than 2 MB.")


def test_noise_after_a_known_beginning_never_crashes_the_inspection() -> None:
    noise = bytes((7 * n * n + 13 * n) % 256 for n in range(5000))

    for data, _kind in WHOLE.values():
        for cut in (4, 8, 132, 140, 200):
            try:
                inspected(data[:cut] + noise, 333)
            except (FileCutShort, WrongKind):
                continue
