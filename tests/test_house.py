"""The house's rules, read from the syntax tree: imports point down, and each door to the outside has one keeper."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parent.parent / "booking"

RANKS = [
    {"kit"},
    {"accounts", "programmes", "documents", "messages"},
    {"slots", "consultations"},
    {"bookings"},
    {"payments", "itineraries", "aftercare"},
    {"settings", "database"},
    {"services"},
    {"journeys"},
    {"web", "worker"},
    {"demo"},
    {"app", "__main__"},
]
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
# `migrations` is written by Tortoise's tool and reads every package's constraints.
OUTSIDE_THE_RANKS = {"migrations", "__init__"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}

ONLY_KEEPERS = {
    "starlette": ("web/", "app.py", "demo/"),
    "stripe": ("payments/stripe.py",),
    "aiosmtplib": ("messages/smtp.py",),
    "smtplib": (),
    "obstore": ("documents/",),
    "apscheduler": ("worker.py",),
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple((str(path.relative_to(HOUSE)), ast.parse(path.read_text())) for path in sorted(HOUSE.rglob("*.py")))


def room_of(place: str) -> str:
    return place.split("/", maxsplit=1)[0].removesuffix(".py")


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_point_down_and_peers_do_not_know_each_other() -> None:
    wrong = set()
    for place, tree in modules():
        room = room_of(place)
        if room in OUTSIDE_THE_RANKS:
            continue
        for name in imported(tree):
            parts = name.split(".")
            if parts[0] != "booking" or len(parts) == 1 or parts[1] not in RANK or parts[1] == room:
                continue
            if RANK[parts[1]] >= RANK[room]:
                wrong.add(f"{place} imports booking.{parts[1]}")

    assert wrong == set()


def test_every_room_of_the_house_has_a_rank() -> None:
    rooms = {room_of(place) for place, _ in modules()}

    assert rooms - OUTSIDE_THE_RANKS == set(RANK)


def test_each_door_to_the_outside_world_has_one_keeper() -> None:
    wrong = [
        f"{place} imports {name}"
        for place, tree in modules()
        for name in imported(tree)
        if (keepers := ONLY_KEEPERS.get(name.split(".", maxsplit=1)[0])) is not None and not place.startswith(keepers)
    ]

    assert wrong == []


def test_only_journeys_open_transactions() -> None:
    wrong = [
        f"{place}:{node.lineno}"
        for place, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"transaction", "in_transaction", "atomic"}
        and not place.startswith(("journeys/", "kit/db.py", "kit/engine.py", "demo/"))
    ]

    assert [each for each in wrong if "payments/stripe" not in each] == []


def test_nothing_below_the_web_asks_the_clock() -> None:
    wrong = [
        f"{place}:{node.lineno}"
        for place, tree in modules()
        if RANK.get(room_of(place), 99) < RANK["services"]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date"}
    ]

    assert [each for each in wrong if not each.startswith("kit/logs.py")] == []


def test_no_room_is_a_junk_drawer() -> None:
    assert [place for place, _ in modules() if Path(place).stem in FORBIDDEN_NAMES] == []
