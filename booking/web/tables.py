"""Wide tables on a narrow screen: each cell knows the head of its column, and says it where there is no room for columns."""

import re
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Final

from markupsafe import Markup, escape

ROW: Final = re.compile(r"<tr\b.*?(?=<tr\b|\Z)", re.DOTALL)
CELL: Final = re.compile(r"<t([dh])\b")


def labelled(rows: Markup, heads: Iterable[object]) -> Markup:
    """The rows of a table, every `td` with its column's head as `data-label`. No cell may span columns or hold a table."""
    labels = [escape(head) for head in heads]
    return Markup(ROW.sub(lambda row: _labelled(row[0], labels), rows))  # noqa: S704 - markup, and escaped labels


def _labelled(row: str, labels: Iterable[Markup]) -> str:
    heads = chain(labels, repeat(Markup("")))

    def cell(found: re.Match[str]) -> str:
        label = next(heads)
        return f'<td data-label="{label}"' if found[1] == "d" and label else found[0]

    return CELL.sub(cell, row)
