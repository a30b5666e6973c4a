"""What comes back of the whole price if a trip is cancelled, told as spans of days before arrival."""

from dataclasses import dataclass
from itertools import pairwise

from booking.kit.money import Money
from booking.programmes.prices import Prices
from booking.programmes.terms import Terms


@dataclass(frozen=True, slots=True)
class RefundSpan:
    """From `first` days before arrival down to `last`; `first` is None where it has no end."""

    first: int | None
    last: int
    percent: int
    of_total: Money


def refund_spans(terms: Terms, prices: Prices) -> list[RefundSpan]:
    """The clinic's refund steps, from the most notice to the least."""
    most, *_rest = terms.refund_steps
    spans = [RefundSpan(None, most.days, most.percent, prices.total.share(most.percent))]
    spans += [
        RefundSpan(sooner.days - 1, later.days, later.percent, prices.total.share(later.percent))
        for sooner, later in pairwise(terms.refund_steps)
    ]
    return spans
