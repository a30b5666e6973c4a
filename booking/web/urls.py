"""Addresses by name: `urls("portal:case", code="LW-…")`."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from starlette.routing import BaseRoute, Route


class Urls:
    """The path of each named route. Starlette's own look-up walks every route; a page asks dozens of times."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._formats = {found.name: found.path_format for found in routes if isinstance(found, Route)}

    def __call__(self, name: str, **values: Any) -> str:
        """The path, its parameters quoted. KeyError for a name or a parameter that is not there."""
        return self._formats[name].format(**{key: quote(str(value), safe="") for key, value in values.items()})

    def __contains__(self, name: str) -> bool:
        return name in self._formats


def own_page(path: str, otherwise: str = "/") -> str:
    """The path to go back to, if it is one of ours: never another site, however it is disguised."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else otherwise
