"""The windows that start closest to a wanted date."""

from collections.abc import Iterable
from datetime import date

from booking.slots.windows import Window


def nearest(windows: Iterable[Window], wanted: date, count: int = 3) -> list[Window]:
    """The closest `count` windows, told in the order of their dates; of two equally close, the earlier."""
    by_distance = sorted(windows, key=lambda window: (abs((window.start - wanted).days), window.start))
    return sorted(by_distance[:count], key=lambda window: window.start)
