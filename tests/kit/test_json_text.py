"""JSON text that is short, and says what the standard library's would."""

import json
from datetime import date, time

import pytest

from booking.kit.json_text import json_of, value_of

TOLD = {"name": "Zoë", "doses": 2, "none": None, "resources": (1, 2), "nested": [{"ok": True, "share": 0.5}]}


def test_what_is_written_is_read_back() -> None:
    assert value_of(json_of(TOLD)) == {**TOLD, "resources": [1, 2]}


def test_the_standard_library_reads_the_same() -> None:
    assert json.loads(json_of(TOLD)) == value_of(json.dumps(TOLD))


def test_it_is_compact_and_keeps_letters_as_they_are() -> None:
    assert json_of({"a": [1, "é"], "b": "x"}) == '{"a":[1,"é"],"b":"x"}'


def test_days_and_times_of_day_are_told_as_iso_8601_has_them() -> None:
    assert json_of([date(2027, 3, 9), time(9, 30)]) == '["2027-03-09","09:30:00"]'


@pytest.mark.parametrize("text", ["", "{", '{"a":}', "nonsense"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|truncated"):
        value_of(text)
