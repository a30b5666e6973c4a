import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from booking.demo.stripe.app import create_simulator
from booking.kit.money import Money
from booking.payments.gateway import CheckoutStatus, EventKind
from booking.payments.stripe import StripeGateway
from tests.demo.stripe.conftest import Clock
from tests.demo.stripe.rigs import KEY, SECRET, Shop, fill_in, order, words_of
from tests.outside import PLAIN, free_socket, served

DECLINED, ASKS = "4000 0000 0000 0002", "4000 0025 0000 3155"


async def opened_page(gateway: StripeGateway, **changes: object) -> str:
    return (await gateway.start_checkout(order(**changes))).url or ""


async def seen(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(verify=PLAIN) as browser:
        return await browser.get(url, headers=headers)


async def answered(url: str, answer: str) -> httpx.Response:
    async with httpx.AsyncClient(verify=PLAIN) as browser:
        return await browser.post(url, data={"answer": answer})


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(125_000, "USD"), "USD 1,250.00"),
        (Money(90_000, "JPY"), "JPY 90,000"),
        (Money(12_500, "KWD"), "KWD 12.500"),
    ],
)
async def test_the_page_says_simulated_what_for_and_how_much(gateway: StripeGateway, money: Money, shown: str) -> None:
    page = await seen(await opened_page(gateway, money=money))

    text = words_of(page.text)
    assert (page.status_code, [said in text for said in ("Simulated", "Deposit for your stay", f"Pay {shown}")]) == (
        200,
        [True, True, True],
    )
    assert 'href="http://shop.example/back"' in page.text
    assert re.findall(r"<script|style=|<style| on\w+=", page.text) == []
    assert "form-action 'self' http://shop.example;" in page.headers["Content-Security-Policy"]


async def test_its_style_comes_from_itself(address: str) -> None:
    css = await seen(f"{address}/assets/checkout.css")

    assert (css.status_code, css.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


async def test_a_declined_card_may_be_followed_by_another(gateway: StripeGateway) -> None:
    url = await opened_page(gateway)

    declined = await fill_in(url, DECLINED)
    between = await gateway.find_checkout(url.rsplit("/", 1)[1])
    paid = await fill_in(url)

    assert (declined.status_code, between.status, between.paid, paid.status_code) == (
        402,
        CheckoutStatus.OPEN,
        False,
        303,
    )
    assert "Your card was declined. Please try another card." in words_of(declined.text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "4242 4242 4242 4241"}, "Your card number is not complete or has a typing error."),
        ({"number": "1234"}, "Your card number is not complete or has a typing error."),
        ({"expiry": "13 / 30"}, "Write the expiry date as month and year, like 04 / 30."),
        ({"expiry": "01/20"}, "This card has expired. Please try another card."),
        ({"cvc": "12"}, "The security code is the 3 or 4 digits on the card."),
        ({"name": " "}, "Please write the name on the card."),
    ],
)
async def test_a_mistake_is_explained_beside_its_field(
    gateway: StripeGateway, typed: dict[str, str], said: str
) -> None:
    url = await opened_page(gateway)

    answer = await fill_in(url, **{"number": "4242424242424242", **typed})

    assert (answer.status_code, said in words_of(answer.text)) == (422, True)


async def test_a_mistake_keeps_the_name_and_never_the_number(gateway: StripeGateway) -> None:
    answer = await fill_in(await opened_page(gateway), "4111 1111 1111 1112", cvc="987")

    assert ['value="Ana Silva"' in answer.text, "4111" in answer.text, "987" in answer.text] == [True, False, False]


async def test_a_number_that_may_be_real_is_not_taken(gateway: StripeGateway) -> None:
    answer = await fill_in(await opened_page(gateway), "4111 1111 1111 1111")

    assert (answer.status_code, "takes test cards only" in words_of(answer.text)) == (402, True)


@pytest.mark.parametrize("number", [ASKS, "4000 0000 0000 3220"])
async def test_a_bank_that_asks_is_told_yes(gateway: StripeGateway, number: str) -> None:
    url = await opened_page(gateway)

    sent_on = await fill_in(url, number)
    asked = await seen(f"{url}/verify")
    between = await gateway.find_checkout(url.rsplit("/", 1)[1])
    back = await answered(f"{url}/verify", "complete")
    paid = await gateway.find_checkout(url.rsplit("/", 1)[1])

    assert (sent_on.headers["Location"], "Is it you who is paying?" in asked.text, between.paid) == (
        f"/c/pay/{between.session_id}/verify",
        True,
        False,
    )
    assert (back.headers["Location"], paid.paid) == (f"http://shop.example/paid?session={paid.session_id}", True)


async def test_a_bank_that_says_no_leads_back_to_another_card(gateway: StripeGateway) -> None:
    url = await opened_page(gateway)
    await fill_in(url, ASKS)

    back = await answered(f"{url}/verify", "fail")
    page = await seen(url)
    paid = await fill_in(url)

    assert (back.status_code, "could not confirm that it is you" in words_of(page.text), paid.status_code) == (
        303,
        True,
        303,
    )


async def test_confirming_when_nobody_asked_pays_nothing(gateway: StripeGateway) -> None:
    url = await opened_page(gateway)

    await answered(f"{url}/verify", "complete")

    assert (await gateway.find_checkout(url.rsplit("/", 1)[1])).paid is False


async def test_paying_twice_pays_once(gateway: StripeGateway) -> None:
    url = await opened_page(gateway)

    answers = [(await fill_in(url)).status_code, (await fill_in(url)).status_code]
    events = await gateway.events_since(order().expires_at.replace(year=2020))

    assert answers == [303, 200]
    assert [event.kind for event in events] == [EventKind.CAPTURED] * 2


async def test_a_paid_an_expired_and_an_unknown_page_say_what_happened(
    gateway: StripeGateway, address: str, clock: Clock
) -> None:
    paid, left = await opened_page(gateway), await opened_page(gateway, idempotency_key="pay-2")
    await fill_in(paid)
    clock.ahead = 3 * 60 * 60

    pages = [await seen(url) for url in (paid, left, f"{address}/c/pay/cs_test_nothing")]

    assert [(page.status_code, re.findall("<h1>(.+)</h1>", page.text)) for page in pages] == [
        (200, ["This has been paid"]),
        (410, ["This payment page has expired"]),
        (404, ["There is no such payment page"]),
    ]
    assert ["/paid?session=cs_test_" in pages[0].text, "http://shop.example/back" in pages[1].text] == [True, True]


async def test_it_works_mounted_below_a_path(tmp_path: Path, shop: Shop) -> None:
    listening = free_socket()
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    simulator = create_simulator(tmp_path / "s.sqlite", None, SECRET, "/simulated/stripe", public_url=origin)
    host = Starlette(routes=[Mount("/simulated/stripe", simulator)])
    with served(host, listening):
        gateway = StripeGateway(KEY, SECRET, f"{origin}/simulated/stripe")
        url = await opened_page(gateway)
        sent_on = await fill_in(url, ASKS)
        back = await answered(f"{origin}{sent_on.headers['Location']}", "complete")
        again = await opened_page(gateway)
        await gateway.close()

    assert (url == again, url.startswith(f"{origin}/simulated/stripe/c/pay/cs_test_"), back.status_code) == (
        True,
        True,
        303,
    )
    assert shop.heard == []
