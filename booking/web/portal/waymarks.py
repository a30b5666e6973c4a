"""A case's nine steps as the page's list of them takes them."""

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request

from booking.consultations.way import State
from booking.journeys.case_file import WayStep
from booking.kit.words import Text

SHOWN: Final = {State.DONE: "done", State.NOW: "now", State.NEXT: "next", State.LATER: "next", State.STOPPED: "now"}


def waymarks(request: Request, way: Iterable[WayStep]) -> list[tuple[Text, str, str]]:
    """Each step's text, state and address; the address is empty where there is no page yet."""
    urls = request.app.state.urls

    def address(step: WayStep) -> str:
        if step.state in {State.NEXT, State.LATER} or not step.page or step.page not in urls:
            return ""
        return str(urls(step.page, code=step.code))

    return [(step.label, SHOWN[step.state], address(step)) for step in way]
