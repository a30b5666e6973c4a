"""What a handler asks of its request: who is asking, in which language, at what moment, with which services.

Every request asks; the scope itself answers sooner than what Starlette wraps around it.
"""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from booking.accounts.viewers import Viewer
from booking.journeys.links import Links
from booking.services import Services


def viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer


def services_of(request: Request) -> Services:
    found: Services = request.scope["app"].state.services
    return found


def now_of(request: Request) -> datetime:
    """One moment per request: everything that it does happens then."""
    moment: datetime = request.scope["state"]["now"]
    return moment


def language_of(request: Request) -> str:
    spoken: str = request.scope["state"]["language"]
    return spoken


def header_of(request: Request, name: bytes) -> str:
    """The header of this name, in small letters; "" if it was not sent."""
    told: bytes = request.scope["state"]["headers"].get(name, b"")
    return told.decode("latin-1")


def links_of(request: Request) -> Links:
    """For what a mail leads to."""
    return Links(services_of(request).settings.public_url)


def place_of(request: Request) -> str:
    """Where the request comes from, for counting: an IPv4 address, or the network that one IPv6 customer has."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network(f"{address}/64", strict=False)) if isinstance(address, IPv6Address) else host
