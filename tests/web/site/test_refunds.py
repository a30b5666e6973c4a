from booking.demo.clinic.load import programme_content
from booking.kit.money import Money
from booking.programmes.content import parse_content
from booking.web.site.refunds import RefundSpan, refund_spans


def test_every_day_before_arrival_is_in_one_span_with_what_comes_back() -> None:
    content = parse_content(programme_content())

    assert refund_spans(content.terms, content.prices) == [
        RefundSpan(None, 30, 100, Money(17_000_00, "USD")),
        RefundSpan(29, 14, 50, Money(8_500_00, "USD")),
        RefundSpan(13, 7, 25, Money(4_250_00, "USD")),
        RefundSpan(6, 0, 0, Money(0, "USD")),
    ]
