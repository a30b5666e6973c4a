import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from booking.demo.ports import free_port
from booking.payments.gateway import CheckoutStatus
from booking.payments.stripe import StripeGateway
from tests.demo.stripe.rigs import KEY, SECRET, Shop, eventually, fill_in, order
from tests.outside import PLAIN, free_socket, served


def kinds(shop: Shop) -> list[str]:
    return sorted({raw.split(b'"type": "')[-1].split(b'"')[0].decode() for raw, _ in shop.heard})


async def pay_one(gateway: StripeGateway) -> None:
    await fill_in((await gateway.start_checkout(order())).url or "")


async def control(address: str, path: str, **said: object) -> httpx.Response:
    async with httpx.AsyncClient(verify=PLAIN) as http:
        return await http.post(f"{address}/_control/{path}", json=said)


async def deliveries(address: str) -> dict[str, tuple[str, int]]:
    async with httpx.AsyncClient(verify=PLAIN) as http:
        events = (await http.get(f"{address}/_control/events")).json()
    return {event["type"]: (event["state"], event["tries"]) for event in events}


async def test_an_event_is_told_until_it_is_heard(gateway: StripeGateway, address: str, shop: Shop) -> None:
    shop.answers = [500] * 8

    await pay_one(gateway)

    # Four events: created, charged, succeeded, completed; each refused twice before it is heard.
    assert await eventually(lambda: len(shop.heard) == 12)
    assert len({raw for raw, _ in shop.heard}) == 4
    await eventually(lambda: False, seconds=0.1)
    assert {state for state, _tries in (await deliveries(address)).values()} == {"told"}


async def test_events_are_held_back_and_let_go(gateway: StripeGateway, address: str, shop: Shop) -> None:
    await control(address, "webhooks", mode="hold")
    await pay_one(gateway)
    held = await deliveries(address)
    await control(address, "webhooks", mode="deliver")

    assert await eventually(lambda: len(shop.heard) == 4)
    assert held["checkout.session.completed"] == ("held", 0)


async def test_an_event_is_told_six_times_at_once(gateway: StripeGateway, address: str, shop: Shop) -> None:
    await control(address, "webhooks", mode="hold")
    await pay_one(gateway)
    async with httpx.AsyncClient(verify=PLAIN) as http:
        event = (await http.get(f"{address}/_control/events")).json()[-1]

    answer = await control(address, f"events/{event['id']}/deliver", times=6)

    assert (event["type"], answer.json(), len(shop.heard)) == ("checkout.session.completed", {"statuses": [200] * 6}, 6)


async def test_a_control_that_makes_no_sense_is_refused(address: str) -> None:
    answers = [await control(address, "webhooks", mode="lose"), await control(address, "faults", answer="418")]

    assert [answer.status_code for answer in answers] == [422, 422]


async def test_there_are_no_controls_unless_asked_for(tmp_path: Path) -> None:
    process, url = started(tmp_path, None)
    try:
        answer = await control(url, "webhooks", mode="drop")
    finally:
        process.kill()
        process.wait()

    assert answer.status_code in {404, 405}


def started(folder: Path, webhook_url: str | None) -> tuple[subprocess.Popen[bytes], str]:
    """The simulator as a process of its own, on the state that the folder holds."""
    port = free_port()
    command = [sys.executable, "-m", "booking.demo.stripe", "--store", str(folder / "s.sqlite"), "--port", str(port)]
    told = ["--webhook-url", webhook_url, "--webhook-secret", SECRET] if webhook_url else []
    process = subprocess.Popen([*command, *told])
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    return process, f"http://127.0.0.1:{port}"


async def test_killed_and_started_again_it_knows_what_was_paid_and_tells_what_was_not_heard(
    tmp_path: Path, shop: Shop
) -> None:
    hooks = free_socket()
    webhook_url = f"http://127.0.0.1:{hooks.getsockname()[1]}/hooks/stripe"
    process, url = started(tmp_path, webhook_url)
    gateway = StripeGateway(KEY, SECRET, url)
    paid = await gateway.start_checkout(order())
    await fill_in(paid.url or "")
    process.send_signal(signal.SIGKILL)
    process.wait()
    await gateway.close()

    process, url = started(tmp_path, webhook_url)
    gateway = StripeGateway(KEY, SECRET, url)
    try:
        with served(shop.app(), hooks):
            found = await gateway.find_checkout(paid.session_id)
            heard = await eventually(lambda: "checkout.session.completed" in kinds(shop), seconds=20)
    finally:
        process.kill()
        process.wait()
        await gateway.close()

    assert (found.status, found.paid, heard) == (CheckoutStatus.COMPLETE, True, True)
