"""JSON on the roads that are driven most: msgspec reads and writes it in a fraction of the standard library's time."""

from typing import Any, Final

from msgspec import DecodeError, json

_WRITER: Final = json.Encoder()
_READER: Final = json.Decoder()


def json_of(value: Any) -> str:
    """The value as compact JSON text. Days, times of day and instants are written as ISO 8601 has them. Raises TypeError."""
    return _WRITER.encode(value).decode()


def value_of(text: str | bytes) -> Any:
    """What JSON text says. Raises ValueError."""
    try:
        return _READER.decode(text)
    except DecodeError as fault:
        raise ValueError(str(fault)) from fault
