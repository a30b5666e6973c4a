"""PaymentIntents, charges and refunds: how money moves in the simulator. Every function runs in a store's transaction."""

from booking.demo.stripe.cards import METHODS, Answer, Card, card_of
from booking.demo.stripe.store import Body
from booking.demo.stripe.wire import invalid, missing, needed, new_id, only, whole
from booking.demo.stripe.world import World
from booking.kit.money import show
from booking.payments.amounts import from_stripe, step

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def begin_intent(world: World, *, amount: int, currency: str, metadata: Body, description: str | None) -> Body:
    """A PaymentIntent that waits for a card."""
    intent_id = new_id("pi")
    intent = world.store.put(
        {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0,
            "client_secret": f"{intent_id}_secret_{new_id('s')[2:]}",
            "created": world.now(),
            "currency": currency,
            "description": description,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata,
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
        }
    )
    world.emit("payment_intent.created", intent)
    return intent


def ask_bank(world: World, intent: Body, number: str) -> Card:
    """Present a card: the intent is then `succeeded`, `requires_action` (3-D Secure) or `requires_payment_method`."""
    card = card_of(number)
    intent["_card"] = {"brand": card.brand, "last4": number[-4:]}
    if card.answer is Answer.PAYS:
        capture(world, intent)
    elif card.answer is Answer.ASKS:
        intent["status"] = "requires_action"
        world.store.put(intent)
        world.emit("payment_intent.requires_action", intent)
    else:
        fail(world, intent, code="card_declined", decline_code=card.code, message="Your card was declined.")
    return card


def capture(world: World, intent: Body) -> None:
    charge = _charge(world, intent, succeeded=True)
    intent.update(
        status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], last_payment_error=None
    )
    world.store.put(intent)
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def fail(world: World, intent: Body, *, code: str, message: str, decline_code: str | None = None) -> None:
    """The bank said no: the intent waits for another card."""
    charge = _charge(world, intent, succeeded=False)
    charge.update(failure_code=code, failure_message=message)
    world.store.put(charge)
    error = {"type": "card_error", "code": code, "message": message, "charge": charge["id"]}
    if decline_code:
        error["decline_code"] = decline_code
    intent.update(status="requires_payment_method", latest_charge=charge["id"], last_payment_error=error)
    world.store.put(intent)
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)


def create_intent(world: World, params: Body) -> tuple[int, Body]:
    """POST /v1/payment_intents, with `confirm` and one of Stripe's named test cards. A decline is an answer, 402."""
    only(params, ("amount", "currency", "payment_method", "confirm", "metadata", "description", "payment_method_types"))
    currency = str(needed(params, "currency")).lower()
    amount = payable(whole(needed(params, "amount"), "amount"), currency, "amount")
    intent = begin_intent(
        world,
        amount=amount,
        currency=currency,
        metadata=params.get("metadata", {}),
        description=params.get("description"),
    )
    if params.get("confirm") == "true":
        ask_bank(world, intent, _number_of(needed(params, "payment_method")))
    error = intent["last_payment_error"]
    return (402, {"error": {**error, "payment_intent": intent}}) if error else (200, intent)


def create_refund(world: World, params: Body) -> tuple[int, Body]:
    """POST /v1/refunds: part or all of what is left of a charge."""
    only(params, ("payment_intent", "charge", "amount", "reason", "metadata"))
    charge = _charge_to_refund(world, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = whole(params.get("amount", left), "amount")
    if params.get("reason", REASONS[0]) not in REASONS:
        raise invalid(f"Invalid reason: must be one of {', '.join(REASONS)}", param="reason")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded", executed=True)
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", param="amount", code="parameter_invalid_integer"
        )
    if amount > left:
        asked, rest = (show(from_stripe(sum_, charge["currency"]), "en") for sum_ in (amount, left))
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise invalid(message, param="amount", executed=True)
    return 200, _refund(world, charge, amount, params)


def payable(amount: int, currency: str, param: str) -> int:
    """The amount, if Stripe would take it: more than nothing, and in the currency's steps."""
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param=param, code="parameter_invalid_integer")
    if amount % step(currency.upper()):
        raise invalid(f"Amounts in {currency} must be divisible by {step(currency.upper())}.", param=param)
    return amount


def _number_of(method: str) -> str:
    if method not in METHODS:
        raise missing("PaymentMethod", method, "payment_method")
    return METHODS[method]


def _charge(world: World, intent: Body, *, succeeded: bool) -> Body:
    return world.store.put(
        {
            "id": new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if succeeded else 0,
            "amount_refunded": 0,
            "captured": succeeded,
            "created": world.now(),
            "currency": intent["currency"],
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": succeeded,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": "card", "card": intent["_card"]},
            "refunded": False,
            "status": "succeeded" if succeeded else "failed",
        }
    )


def _charge_to_refund(world: World, params: Body) -> Body:
    charge_id = params.get("charge")
    if intent_id := params.get("payment_intent"):
        intent = world.store.get("payment_intent", intent_id)
        if intent is None:
            raise missing("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise invalid(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.")
        charge_id = intent["latest_charge"]
    if not charge_id:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    charge = world.store.get("charge", charge_id)
    if charge is None:
        raise missing("charge", charge_id, "charge")
    return charge


def _refund(world: World, charge: Body, amount: int, params: Body) -> Body:
    refund = world.store.put(
        {
            "id": new_id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "created": world.now(),
            "currency": charge["currency"],
            "metadata": params.get("metadata", {}),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "status": "succeeded",
        }
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    world.store.put(charge)
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    world.emit("refund.updated", refund)
    return refund
