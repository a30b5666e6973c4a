from dataclasses import replace
from datetime import date, datetime

import pytest

from booking.itineraries import letter
from booking.itineraries.findings import findings
from booking.itineraries.letter import LetterHead, NoFontFor, fonts_for, itinerary_letter
from booking.itineraries.trip import Itinerary
from tests.itineraries.trips import BEN, HOTEL, LONDON, RULES, a_trip

HEAD = LetterHead(
    booking_code="LW-7K3M-2QXD",
    clinic_name="Bay Regenerative Centre",
    clinic_address="1 Bay Road, St. John's",
    clinic_phone="+1 268 555 0100",
    place="Antigua",
    reader_place="London",
    reader_zone=LONDON,
    is_example=True,
)


def made(trip: Itinerary, now: datetime, language: str = "en") -> bytes:
    return itinerary_letter(trip, findings(trip, RULES), HEAD, language=language, now=now)


def test_a_letter_is_a_tagged_pdf_that_says_which_standard_it_keeps(now: datetime) -> None:
    pdf = made(a_trip(), now)

    assert (pdf[:5], b"<pdfuaid:part>1</pdfuaid:part>" in pdf, b"/MarkInfo" in pdf) == (b"%PDF-", True, True)


def test_the_same_trip_gives_the_same_letter(now: datetime) -> None:
    assert made(a_trip(), now) == made(a_trip(), now)


def test_each_time_is_the_places_own_with_the_readers_below_unless_they_are_one() -> None:
    (first, *_more), *_days = (day["entries"] for day in letter._content(a_trip(), [], HEAD, "en")["days"])
    landing = letter._content(a_trip(), [], HEAD, "en")["days"][0]["entries"][1]

    assert (first["clock"], first["reader"]) == ("09:10", "")
    assert landing == {
        "clock": "14:20",
        "reader": "18:20 in London",
        "text": "Flight BA2157 lands in St. George (ANU)",
        "place": "V.C. Bird International Airport",
    }


def test_findings_stand_on_the_letter_and_an_invented_clinic_says_so() -> None:
    trip = a_trip(stays=(replace(HOTEL, leaves_on=date(2027, 3, 14)),))

    content = letter._content(trip, findings(trip, RULES), HEAD, "en")

    assert content["findings"] == [
        "There is no bed yet for 2 nights, from Sun 14 March to the morning of Tue 16 March."
    ]
    assert content["example"] == "Example data: this clinic, its people and its prices are invented."
    assert letter._content(trip, [], replace(HEAD, is_example=False), "en")["example"] is None


def test_what_people_type_is_text_and_never_the_templates_language(now: datetime) -> None:
    stay = replace(HOTEL, name='#panic("x") *bold* $x$ \\ "quoted" <label> @ref')

    assert made(a_trip(stays=(stay,)), now).startswith(b"%PDF-")


def test_names_in_greek_and_cyrillic_are_drawn_by_the_font_that_ships(now: datetime) -> None:
    trip = a_trip(travellers=(replace(BEN, surname="Παπαδόπουλος Щербаков Łukasz"),))

    assert made(trip, now).startswith(b"%PDF-")
    assert fonts_for("Παπαδόπουλος Щербаков") == ["Libertinus Serif"]


def test_a_script_without_a_font_is_refused_rather_than_printed_as_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter, "_families", lambda: frozenset({"libertinus serif"}))

    for words in ("أحمد", "王小明", "한국", "ไทย", "नमस्ते", "ᠮᠣᠩᠭᠣᠯ"):
        with pytest.raises(NoFontFor):
            fonts_for(words)

    monkeypatch.setattr(letter, "_families", lambda: frozenset({"libertinus serif", "noto sans arabic"}))
    assert fonts_for("Ana أحمد") == ["Libertinus Serif", "Noto Sans Arabic"]


def test_a_letter_in_spanish_is_written_in_spanish(now: datetime) -> None:
    content = letter._content(a_trip(), [], HEAD, "es")

    assert content["days"][0]["title"] == "domingo, 7 de marzo de 2027"
    assert made(a_trip(), now, "es").startswith(b"%PDF-")
