"""The quote as a form: numbered rows of a name and a price, that can be added and taken out without a script."""

import re
from typing import Final

from booking.consultations.quotes import Quote, QuoteLine
from booking.kit.errors import Invalid
from booking.kit.money import Money, minor_digits
from booking.kit.words import _
from booking.web.forms import Form

MOST_LINES: Final = 40
# No thousands' marks: a comma means one thing in one country and another in the next.
AMOUNT: Final = re.compile(r"(?a)-?\d{1,9}(?:[.,](\d{1,3}))?")
NOT_AN_AMOUNT: Final = _("Please write an amount such as 1250 or 1250.50, without a mark for thousands.")

Rows = list[tuple[str, str]]


def rows_of(form: Form) -> Rows:
    """Name and price of each row as typed, empty rows left out."""
    typed = [
        (form.values.get(f"line-{n}", "").strip(), form.values.get(f"price-{n}", "").strip())
        for n in range(1, MOST_LINES + 1)
    ]
    return [row for row in typed if any(row)]


def with_rows(form: Form, rows: Rows) -> Form:
    """The same form with these rows, numbered from 1."""
    others = {name: value for name, value in form.values.items() if not name.startswith(("line-", "price-"))}
    return Form({**others, **row_values(rows)})


def row_values(rows: Rows) -> dict[str, str]:
    return {
        f"{field}-{n}": value
        for n, row in enumerate(rows, 1)
        for field, value in zip(("line", "price"), row, strict=True)
    }


def form_of(text: str, quote: Quote, written: int) -> Form:
    """A form that is filled in with a plan, to start from."""
    rows = [(line.name, written_amount(line.price)) for line in quote.lines]
    return Form({"text": text, "deposit": written_amount(quote.deposit), "written": str(written), **row_values(rows)})


def written_amount(money: Money) -> str:
    """As it is typed: `1250.50`."""
    return f"{money.major:f}"


def quote_of(form: Form, currency: str) -> Quote | None:
    """The quote as typed; None, with an error beside each field that cannot be used."""
    lines = []
    for n, (name, price) in enumerate(rows_of(form), 1):
        amount = _amount(form, f"price-{n}", price, currency)
        if not name:
            form.refuse(f"line-{n}", _("Please write what this line is for."))
        if amount is not None:
            lines.append(QuoteLine(name, amount))
    deposit = _amount(form, "deposit", form.values.get("deposit", "").strip(), currency)
    if not form.ok or deposit is None:
        return None
    try:
        return Quote(tuple(lines), deposit)
    except Invalid as refusal:
        form.refuse_all(refusal)
        return None


def _amount(form: Form, name: str, typed: str, currency: str) -> Money | None:
    found = AMOUNT.fullmatch(typed)
    # 1,250 is not one and a quarter: no more digits than the currency has, zeros included.
    if found is None or len(found[1] or "") > minor_digits(currency):
        form.refuse(name, NOT_AN_AMOUNT)
        return None
    return Money.of(typed.replace(",", "."), currency)
