"""Checkout Sessions: opened by the API, paid or left on the hosted page, ended by time. In a store's transaction."""

from typing import Final

from booking.demo.stripe import payments
from booking.demo.stripe.cards import Card
from booking.demo.stripe.store import Body
from booking.demo.stripe.wire import invalid, missing, needed, new_id, only, whole
from booking.demo.stripe.world import World

SHORTEST: Final = 30 * 60
LONGEST: Final = 24 * 60 * 60
# A request takes its time to arrive: Stripe measures with some leeway, and so do we.
LEEWAY: Final = 60
KNOWN: Final = (
    "mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer_email", "locale", "expires_at",
    "metadata", "payment_intent_data", "payment_method_types", "submit_type",
)  # fmt: skip


def create(world: World, params: Body) -> tuple[int, Body]:
    """POST /v1/checkout/sessions, in payment mode."""
    only(params, KNOWN)
    if needed(params, "mode") != "payment":
        raise invalid("This simulator takes mode=payment only.", param="mode")
    currency, amount, names = _lines(needed(params, "line_items"))
    session_id = new_id("cs_test", 58)
    session: Body = {
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": _url(params, "cancel_url") if "cancel_url" in params else None,
        "client_reference_id": params.get("client_reference_id"),
        "created": world.now(),
        "currency": currency,
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "expires_at": _expires_at(world, params),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        # As Stripe does since 2022: there is none before somebody presents a card.
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "status": "open",
        "success_url": _url(params, "success_url"),
        "url": f"{world.root}/c/pay/{session_id}",
        "_names": names,
        "_intent": params.get("payment_intent_data", {}),
    }
    return 200, world.store.put(session)


def find(world: World, session_id: str) -> Body:
    """The session, expired first if its time is over."""
    session = world.store.get("checkout.session", session_id)
    if session is None:
        raise missing("checkout.session", session_id, "session")
    if session["status"] == "open" and session["expires_at"] <= world.clock():
        _end(world, session)
    return session


def expire(world: World, session_id: str) -> tuple[int, Body]:
    """POST /v1/checkout/sessions/{id}/expire."""
    session = find(world, session_id)
    if session["status"] != "open":
        status = session["status"]
        raise invalid(f"Only Checkout Sessions with a status in ['open'] can be expired. This one is {status}.")
    _end(world, session)
    return 200, session


def expire_overdue(world: World) -> None:
    """What Stripe does by itself when a session's time comes."""
    overdue = """SELECT id FROM thing WHERE object = 'checkout.session' AND body ->> 'status' = 'open'
                 AND body ->> 'expires_at' <= ?"""
    for row in world.store.run(overdue, world.clock()):
        find(world, row["id"])


def pay(world: World, session: Body, number: str) -> tuple[Body, Card]:
    """Present a card on the hosted page; the intent tells how it went."""
    intent = intent_of(world, session)
    if intent is None:
        extra = session["_intent"]
        intent = payments.begin_intent(
            world,
            amount=session["amount_total"],
            currency=session["currency"],
            metadata=extra.get("metadata", {}),
            description=extra.get("description"),
        )
        session["payment_intent"] = intent["id"]
        world.store.put(session)
    card = payments.ask_bank(world, intent, number)
    complete_if_paid(world, session, intent)
    return intent, card


def verified(world: World, session: Body, *, passed: bool) -> None:
    """3-D Secure was passed or failed; nothing happens if no card is waiting for it."""
    intent = intent_of(world, session)
    if intent is None or intent["status"] != "requires_action":
        return
    if passed:
        payments.capture(world, intent)
        complete_if_paid(world, session, intent)
    else:
        message = "We are unable to authenticate your payment method."
        payments.fail(world, intent, code="payment_intent_authentication_failure", message=message)


def intent_of(world: World, session: Body) -> Body | None:
    return world.store.get("payment_intent", session["payment_intent"]) if session["payment_intent"] else None


def complete_if_paid(world: World, session: Body, intent: Body) -> None:
    if intent["status"] == "succeeded":
        session.update(status="complete", payment_status="paid", url=None)
        session["customer_details"] = {"email": session["customer_email"]}
        world.store.put(session)
        world.emit("checkout.session.completed", session)


def _end(world: World, session: Body) -> None:
    session.update(status="expired", url=None)
    world.store.put(session)
    world.emit("checkout.session.expired", session)


def _url(params: Body, name: str) -> str:
    written = str(needed(params, name))
    if not written.startswith(("http://", "https://")):
        raise invalid("Not a valid URL", param=name, code="url_invalid")
    return written


def _expires_at(world: World, params: Body) -> int:
    expires_at = whole(params.get("expires_at", world.now() + LONGEST), "expires_at")
    if not SHORTEST - LEEWAY <= expires_at - world.now() <= LONGEST + LEEWAY:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise invalid(message, param="expires_at")
    return expires_at


def _lines(items: Body) -> tuple[str, int, list[str]]:
    """Currency, total and names of the lines, which Stripe wants in one currency."""
    currencies, total, names = set(), 0, []
    for at, item in items.items():
        param = f"line_items[{at}]"
        price = needed(item, "price_data", f"{param}[price_data]")
        currency = str(needed(price, "currency", f"{param}[price_data][currency]")).lower()
        unit = whole(
            needed(price, "unit_amount", f"{param}[price_data][unit_amount]"), f"{param}[price_data][unit_amount]"
        )
        product = needed(price, "product_data", f"{param}[price_data][product_data]")
        names.append(str(needed(product, "name", f"{param}[price_data][product_data][name]")))
        quantity = whole(needed(item, "quantity", f"{param}[quantity]"), f"{param}[quantity]")
        total += payments.payable(unit, currency, f"{param}[price_data][unit_amount]") * quantity
        currencies.add(currency)
    if len(currencies) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    return currencies.pop(), total, names
