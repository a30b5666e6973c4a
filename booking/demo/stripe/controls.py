"""What tests do to the simulator over HTTP: hold, drop and repeat webhooks, and plan faults. Off unless asked for."""

import asyncio
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from booking.demo.stripe import faults
from booking.demo.stripe.webhooks import Deliveries
from booking.demo.stripe.world import DELIVERY_STATES, World


class Controls:
    """`/_control`: JSON in, JSON out."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world, self._deliveries = world, deliveries

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/_control/webhooks", self.webhooks, methods=["POST"]),
            Route("/_control/events", self.events),
            Route("/_control/events/{id}/deliver", self.deliver, methods=["POST"]),
            Route("/_control/faults", self.faults, methods=["POST"]),
            Route("/_control/faults", self.forget_faults, methods=["DELETE"]),
        ]

    async def webhooks(self, request: Request) -> Response:
        """{"mode": "deliver" | "hold" | "drop"} for events from now on; back to `deliver`, what was held is sent."""
        mode = str((await _json(request)).get("mode"))
        if mode not in DELIVERY_STATES:
            return JSONResponse({"error": f"mode is one of {', '.join(DELIVERY_STATES)}"}, 422)
        with self._world.store.transaction():
            self._world.store.set("webhooks", mode)
            if mode == "deliver":
                release = "UPDATE delivery SET state = 'due', next_at = ? WHERE state = 'held'"
                self._world.store.run(release, time.time())
        self._world.news.set()
        return JSONResponse({"mode": mode})

    async def events(self, _request: Request) -> Response:
        """Every event with how its delivery stands, oldest first."""
        rows = self._world.store.run("SELECT event_id, state, tries FROM delivery")
        state = {row["event_id"]: {"state": row["state"], "tries": row["tries"]} for row in rows}
        events = reversed(self._world.store.newest_first("event"))
        return JSONResponse([{"id": event["id"], "type": event["type"], **state[event["id"]]} for event in events])

    async def deliver(self, request: Request) -> Response:
        """{"times": n}: tell an event n times at once; the statuses that came back."""
        times = int((await _json(request)).get("times", 1))
        told = await asyncio.gather(*(self._deliveries.tell(request.path_params["id"]) for _ in range(times)))
        return JSONResponse({"statuses": told})

    async def faults(self, request: Request) -> Response:
        """{"answer": "500" | "429" | "timeout" | "slow", "calls": n, "when": "before" | "after", "path", "seconds"}."""
        asked = await _json(request)
        try:
            faults.plan(
                self._world,
                answer=str(asked.get("answer")),
                moment=str(asked.get("when", "before")),
                path=str(asked.get("path", "/v1/")),
                calls=int(asked.get("calls", 1)),
                seconds=float(asked.get("seconds", 30)),
            )
        except ValueError as fault:
            return JSONResponse({"error": str(fault)}, 422)
        return JSONResponse({"planned": True})

    async def forget_faults(self, _request: Request) -> Response:
        """What was planned and not met yet is not met any more."""
        faults.forget(self._world)
        return Response(status_code=204)


async def _json(request: Request) -> dict[str, Any]:
    body = json.loads(await request.body() or b"{}")
    return body if isinstance(body, dict) else {}
