"""The hosted page: what a payer sees at Stripe, plainly marked as simulated. Works without JavaScript."""

from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from booking.demo.stripe import sessions
from booking.demo.stripe.cards import digits, problems
from booking.demo.stripe.store import Body
from booking.demo.stripe.wire import ApiError
from booking.demo.stripe.world import World
from booking.kit import words
from booking.kit.money import show
from booking.kit.words import Text, _
from booking.payments.amounts import from_stripe

TEMPLATES: Final = Path(__file__).parents[3] / "templates" / "simulated" / "stripe"
# The form may go on to the shop's own pages: a browser checks redirects against form-action too.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self' {shop}; base-uri 'none'; frame-ancestors 'none'"
)
NOT_VERIFIED: Final = _("Your bank could not confirm that it is you. Please try again or use another card.")


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    return env


class Pages:
    """The hosted pages of one world's sessions."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/c/pay/{id}", self.read, methods=["GET"]),
            Route("/c/pay/{id}", self.pay, methods=["POST"]),
            Route("/c/pay/{id}/verify", self.verify, methods=["GET"]),
            Route("/c/pay/{id}/verify", self.verified, methods=["POST"]),
            Route("/assets/checkout.css", self.css, methods=["GET"]),
        ]

    async def read(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._over(request, session)
        return self._form(request, session, alert=self._unverified(session))

    async def pay(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._over(request, session)
        sent = await request.form(max_files=0, max_fields=20)
        filled = {name: str(sent.get(name, ""))[:200] for name in ("number", "expiry", "cvc", "name")}
        wrong = problems(**filled, now=self._world.clock())
        if wrong:
            return self._form(request, session, filled=filled, errors=wrong, status=422)
        with self._world.store.transaction():
            intent, card = sessions.pay(self._world, session, digits(filled["number"]))
        if intent["status"] == "requires_action":
            return RedirectResponse(f"{self._world.base_path}/c/pay/{session['id']}/verify", 303)
        if intent["status"] == "succeeded":
            return self._back_to_shop(session)
        return self._form(request, session, filled=filled, alert=card.say, status=402)

    async def verify(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._over(request, session)
        intent = sessions.intent_of(self._world, session)
        if intent is None or intent["status"] != "requires_action":
            return RedirectResponse(f"{self._world.base_path}/c/pay/{session['id']}", 303)
        return self._page(request, session, "verify.html", last4=intent["_card"]["last4"])

    async def verified(self, request: Request) -> Response:
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._over(request, session)
        passed = (await request.form(max_files=0, max_fields=20)).get("answer") == "complete"
        with self._world.store.transaction():
            sessions.verified(self._world, session, passed=passed)
        if session["status"] == "complete":
            return self._back_to_shop(session)
        return RedirectResponse(f"{self._world.base_path}/c/pay/{session['id']}", 303)

    async def css(self, _request: Request) -> Response:
        return FileResponse(TEMPLATES / "checkout.css", media_type="text/css")

    def _session(self, request: Request) -> Body | None:
        try:
            with self._world.store.transaction():
                return sessions.find(self._world, request.path_params["id"])
        except ApiError:
            return None

    def _unverified(self, session: Body) -> Text | None:
        """After a failed 3-D Secure the payer comes back to the form and is told why."""
        intent = sessions.intent_of(self._world, session)
        failure = (intent or {}).get("last_payment_error") or {}
        return NOT_VERIFIED if failure.get("code") == "payment_intent_authentication_failure" else None

    def _form(
        self,
        request: Request,
        session: Body,
        *,
        filled: dict[str, str] | None = None,
        errors: dict[str, Text] | None = None,
        alert: Text | None = None,
        status: int = 200,
    ) -> Response:
        # A card number and its code are never sent back, not even to the one who typed them.
        kept = {"name": (filled or {}).get("name", ""), "expiry": (filled or {}).get("expiry", "")}
        return self._page(request, session, "pay.html", status, filled=kept, errors=errors or {}, alert=alert)

    def _over(self, request: Request, session: Body | None) -> Response:
        """Paid, expired or never there: what happened, and the way back."""
        status = {"complete": 200, "expired": 410}.get(session["status"], 404) if session else 404
        back = session and (_success_url(session) if session["status"] == "complete" else session["cancel_url"])
        return self._page(request, session, "over.html", status, back=back)

    def _back_to_shop(self, session: Body) -> Response:
        return RedirectResponse(_success_url(session), 303)

    def _page(
        self, request: Request, session: Body | None, template: str, status: int = 200, **context: Any
    ) -> Response:
        language = _language(request, session)
        with words.speaking(language):
            text = (
                environment()
                .get_template(template)
                .render(
                    base=self._world.base_path,
                    language=language,
                    direction=words.direction(language),
                    session=session,
                    amount=_amount(session, language) if session else None,
                    **context,
                )
            )
        headers = {"Content-Security-Policy": POLICY.format(shop=_shop(session)), "Cache-Control": "no-store"}
        return HTMLResponse(text, status, headers)


def _success_url(session: Body) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", quote(session["id"]))


def _amount(session: Body, language: str) -> str:
    return show(from_stripe(session["amount_total"], session["currency"]), language)


def _shop(session: Body | None) -> str:
    """The origins of the shop's pages, for the policy."""
    urls = [urlsplit(session[name] or "") for name in ("success_url", "cancel_url")] if session else []
    return " ".join(sorted({f"{url.scheme}://{url.netloc}" for url in urls if url.netloc}))


def _language(request: Request, session: Body | None) -> str:
    wanted = (session or {}).get("locale") or "auto"
    accepted = request.headers.get("Accept-Language", "").split(",")[0]
    return words.known_language(accepted if wanted == "auto" else wanted) or words.SOURCE_LANGUAGE
