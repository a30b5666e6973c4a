"""Faults that a test asks for: Stripe says 500 or 429, or does not answer, before or after doing the work."""

from dataclasses import dataclass
from typing import Final

import anyio

from booking.demo.stripe.wire import ApiError
from booking.demo.stripe.world import World

ANSWERS: Final = ("500", "429", "timeout", "slow")
MOMENTS: Final = ("before", "after")


@dataclass(frozen=True, slots=True)
class Fault:
    answer: str
    moment: str
    seconds: float


def plan(world: World, *, answer: str, moment: str, path: str, calls: int, seconds: float) -> None:
    """The next `calls` requests whose path begins with `path` meet this fault."""
    if answer not in ANSWERS or moment not in MOMENTS:
        raise ValueError(f"answer is one of {', '.join(ANSWERS)}; when is one of {', '.join(MOMENTS)}")
    insert = "INSERT INTO fault (answer, moment, path, calls, seconds) VALUES (?, ?, ?, ?, ?)"
    world.store.run(insert, answer, moment, path, calls, seconds)


def forget(world: World) -> None:
    """Nothing goes wrong any more."""
    world.store.run("DELETE FROM fault")


def take(world: World, path: str) -> Fault | None:
    """The fault that this request meets, counted."""
    taken = world.store.run(
        """UPDATE fault SET calls = calls - 1 WHERE seq = (
               SELECT seq FROM fault WHERE calls > 0 AND ? LIKE path || '%' ORDER BY seq LIMIT 1)
           RETURNING answer, moment, seconds""",
        path,
    )
    return Fault(**dict(taken[0])) if taken else None


async def meet(fault: Fault | None, moment: str) -> None:
    """Go wrong as planned, if it was planned for this moment."""
    if fault is None or fault.moment != moment:
        return
    if fault.answer in ("timeout", "slow"):
        await anyio.sleep(fault.seconds)
    if fault.answer == "429":
        raise ApiError(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
    if fault.answer != "slow":
        raise ApiError(500, "api_error", "An unknown error occurred (simulated).")
