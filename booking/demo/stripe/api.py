"""The API that the official SDK talks to: keys, idempotency, and the endpoints that Leeward uses."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from booking.demo.stripe import faults, payments, sessions
from booking.demo.stripe.store import Body, shown
from booking.demo.stripe.wire import ApiError, listed, missing, nested, new_id
from booking.demo.stripe.world import World

Work = Callable[[World, Body], tuple[int, Body]]

TEST_KEY: Final = re.compile(r"(sk|rk)_test_\w+")


class Api:
    """Answers requests for one world. `owner` marks the idempotency keys that this process is working on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owner = secrets.token_hex(8)

    def routes(self) -> list[BaseRoute]:
        return [
            self._post("/checkout/sessions", sessions.create),
            self._post("/checkout/sessions/{id}/expire", lambda world, params: sessions.expire(world, params["_id"])),
            self._list("/checkout/sessions", "checkout.session", ("payment_intent", "status")),
            self._get("/checkout/sessions/{id}", "checkout.session"),
            self._post("/payment_intents", payments.create_intent),
            self._get("/payment_intents/{id}", "payment_intent"),
            self._get("/charges/{id}", "charge"),
            self._post("/refunds", payments.create_refund),
            self._list("/refunds", "refund", ("payment_intent", "charge")),
            self._get("/refunds/{id}", "refund"),
            self._list("/events", "event", ("type",)),
            self._get("/events/{id}", "event"),
            Route("/v1/{path:path}", _unknown, methods=["GET", "POST", "DELETE"]),
        ]

    def _get(self, path: str, kind: str) -> Route:
        def read(request: Request, _params: Body) -> Body:
            thing_id = request.path_params["id"]
            if kind == "checkout.session":
                return shown(sessions.find(self._world, thing_id))
            found = self._world.store.get(kind, thing_id)
            if found is None:
                raise missing(kind, thing_id)
            return shown(found)

        return Route(f"/v1{path}", self._reading(read), methods=["GET"])

    def _list(self, path: str, kind: str, filters: tuple[str, ...]) -> Route:
        def read(_request: Request, params: Body) -> Body:
            sessions.expire_overdue(self._world)
            types = set(params.get("types", {}).values())

            def wanted(body: Body) -> bool:
                named = all(body[name] == params[name] for name in filters if name in params)
                return named and (not types or body["type"] in types)

            return listed(f"/v1{path}", self._world.store.newest_first(kind), params, wanted)

        return Route(f"/v1{path}", self._reading(read), methods=["GET"])

    def _reading(self, read: Callable[[Request, Body], Body]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                _known_key(request)
                fault = faults.take(self._world, request.scope["path"].removeprefix(request.scope["root_path"]))
                await faults.meet(fault, "before")
                with self._world.store.transaction():
                    body = read(request, nested(request.url.query))
                await faults.meet(fault, "after")
            except ApiError as error:
                return _answer(error.status, error.body)
            return _answer(200, body)

        return endpoint

    def _post(self, path: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                _known_key(request)
                params = nested((await request.body()).decode("utf-8", "replace"))
                return await self._once(request, {**params, **_from_path(request)}, work)
            except ApiError as error:
                return _answer(error.status, error.body)

        return Route(f"/v1{path}", endpoint, methods=["POST"])

    async def _once(self, request: Request, params: Body, work: Work) -> Response:
        """Do the work once for an idempotency key, and give the answer that was given before for ever after."""
        path = request.scope["path"].removeprefix(request.scope["root_path"])
        key = request.headers.get("Idempotency-Key") or new_id("unkeyed")
        with self._world.store.transaction():
            kept = self._claim(key, _fingerprint(path, params))
        if kept:
            return _answer(*kept, replayed=True)
        fault = faults.take(self._world, path)
        try:
            await faults.meet(fault, "before")
            status, body = self._work_and_keep(key, work, params)
        except BaseException:
            self._release(key)
            raise
        await faults.meet(fault, "after")
        return _answer(status, body)

    def _claim(self, key: str, fingerprint: str) -> tuple[int, Body] | None:
        rows = self._world.store.run("SELECT * FROM idempotency WHERE key = ?", key)
        if not rows:
            insert = "INSERT INTO idempotency (key, fingerprint, owner) VALUES (?, ?, ?)"
            self._world.store.run(insert, key, fingerprint, self._owner)
            return None
        if rows[0]["fingerprint"] != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise ApiError(400, "idempotency_error", message)
        if rows[0]["status"] is None:
            message = "There is currently another in-progress request using this Idempotent Key."
            raise ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")
        return rows[0]["status"], json.loads(rows[0]["body"])

    def _work_and_keep(self, key: str, work: Work, params: Body) -> tuple[int, Body]:
        """The work and its kept answer in one transaction: a crash leaves both or neither."""
        try:
            with self._world.store.transaction():
                status, body = work(self._world, params)
                self._keep(key, status, shown(body))
        except ApiError as error:
            if error.executed:
                self._keep(key, error.status, error.body)
            raise
        return status, shown(body)

    def _keep(self, key: str, status: int, body: Body) -> None:
        update = "UPDATE idempotency SET status = ?, body = ? WHERE key = ? AND owner = ? AND status IS NULL"
        if not self._world.store.changed(update, status, json.dumps(body), key, self._owner):
            raise ApiError(409, "idempotency_error", "Another process took this key.", code="idempotency_key_in_use")

    def _release(self, key: str) -> None:
        """What failed before it was executed may be tried again under its key."""
        delete = "DELETE FROM idempotency WHERE key = ? AND owner = ? AND status IS NULL"
        self._world.store.run(delete, key, self._owner)


def forget_unfinished(world: World) -> None:
    """At the start: a key whose request died with its process can be used again."""
    world.store.run("DELETE FROM idempotency WHERE status IS NULL")


def _known_key(request: Request) -> None:
    """Any test key opens the simulator, a live key never does."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not given:
        message = "You did not provide an API key. Set it as a bearer token in the Authorization header."
        raise ApiError(401, "invalid_request_error", message)
    if "_live_" in given:
        raise ApiError(401, "invalid_request_error", "This is a simulator of Stripe. It refuses live keys.")
    if not TEST_KEY.fullmatch(given):
        hidden = given[:7] + "*" * max(len(given) - 11, 4) + given[-4:]
        raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {hidden}")


def _from_path(request: Request) -> Body:
    return {"_id": request.path_params["id"]} if "id" in request.path_params else {}


def _fingerprint(path: str, params: Body) -> str:
    return hashlib.sha256(f"{path} {json.dumps(params, sort_keys=True)}".encode()).hexdigest()


def _answer(status: int, body: Body, *, replayed: bool = False) -> Response:
    headers = {"Request-Id": new_id("req", 14)}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(body, status, headers)


async def _unknown(request: Request) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path}). This simulator does not have it."
    return _answer(404, {"error": {"type": "invalid_request_error", "message": message}})
