"""A coordinator moves a step of a hold on the calendar of a week: by mouse, taken back at once; by keyboard; by finger. And on that of three months."""

from datetime import date, timedelta
from typing import Final

import httpx
from playwright.async_api import Locator, expect

from booking.demo.world import PARTNER_KEY
from tests.browser.axe import faults_of
from tests.browser.conftest import Comes
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor
from tests.outside import PLAIN

# Where no other test looks.
FAR_AHEAD: Final = timedelta(days=250)
FARTHER: Final = timedelta(days=320)
THERAPY: Final = 2  # the day of the treatment, counted from 0


async def test_a_step_is_dragged_moved_back_and_moved_by_keyboard_and_finger(demo: Demo, comes: Comes) -> None:
    booking, day = _held(demo, FAR_AHEAD)
    nia = await comes("nia")
    await nia.goes_to(f"/desk/calendar?kind=therapist&day={day.isoformat()}")
    rows = nia.page.locator("tr[data-resource]")
    entry = nia.page.locator(f".entry-box:has(a[href*='{booking}/steps/therapy?'])")
    home = rows.filter(has=entry)
    away = rows.filter(has_not=entry)
    has, other = [await row.locator("th").inner_text() for row in (home, away)]
    column = day.weekday()

    # By mouse: what each place breaks is said before the drop, and the drop asks.
    await _drags(nia, entry.locator(".entry"), to=home.locator("td").nth(column - 1))
    await nia.sees("must be on day 3 of the treatment", within="[data-move-say]")
    await nia.page.mouse.up()
    await expect(nia.page.locator("[data-move-dialog]")).to_be_hidden()
    await _drags(nia, entry.locator(".entry-move"), to=away.locator("td").nth(column))
    await nia.sees("Works at", within="[data-move-say]")
    await nia.page.mouse.up()
    await nia.sees(f"To {other}", within="dialog")
    await nia.presses("Move it", within="dialog")
    await nia.sees("was moved")
    await expect(nia.page.locator("tr[data-resource]", has_text=other)).to_contain_text(booking)

    await nia.presses("Move it back")
    await expect(nia.page.locator("tr[data-resource]", has_text=has)).to_contain_text(booking)

    # By keyboard: picked up, put back, picked up again, and dropped on the row beside it.
    await entry.locator(".entry-move").focus()
    keyboard = nia.page.keyboard
    await keyboard.press("Enter")
    await nia.sees("Picked up.", within="[data-move-say]")
    await keyboard.press("ArrowLeft")
    await nia.sees("must be on day 3", within="[data-move-say]")
    await keyboard.press("Escape")
    await nia.sees("Put back.", within="[data-move-say]")
    await keyboard.press("Space")
    await nia.sees("Picked up.", within="[data-move-say]")
    await keyboard.press("ArrowUp" if has > other else "ArrowDown")
    await nia.sees("Works at", within="[data-move-say]")
    await keyboard.press("Enter")
    await nia.sees(f"To {other}", within="dialog")
    await keyboard.press("Escape")
    await expect(entry.locator(".entry-move")).to_be_focused()

    # By a finger on its handle; elsewhere a finger scrolls.
    await _drags_with_a_finger(nia, entry.locator(".entry-move"), to=away.locator("td").nth(column))
    await nia.sees(f"To {other}", within="dialog")


async def test_from_afar_a_step_is_picked_up_where_it_is_counted_and_a_lone_one_is_dragged(
    demo: Demo, comes: Comes
) -> None:
    booking, day = _held(demo, FARTHER)
    nia = await comes("nia")
    await nia.goes_to(f"/desk/calendar?kind=therapist&span=quarter&day={day.isoformat()}")
    rows, counted = nia.page.locator("tr[data-resource]"), nia.page.locator(f"td:nth-of-type({day.day}) a")
    names = [await row.locator("th").inner_text() for row in (rows.filter(has=counted), rows.filter(has_not=counted))]
    count, there = [rows.filter(has_text=name).locator("td").nth(day.day - 1) for name in names]
    assert await faults_of(nia.page) == []

    await count.locator("a").press("Enter")
    await nia.sees(booking, within="[data-cell-dialog]")
    assert await faults_of(nia.page) == []
    await nia.page.locator("[data-cell-dialog] .entry-move").press("Space")
    await nia.sees("Picked up.", within="[data-move-say]")
    await count.locator("xpath=following-sibling::td[1]").click()
    await nia.sees("must be on day 3 of the treatment", within="[data-move-say]")
    await there.click()
    await nia.sees("It works that day at", within="[data-move-dialog]")
    await nia.page.keyboard.press("Escape")
    await expect(count.locator("a")).to_be_focused()
    await _drags(nia, count.locator("a"), to=there)
    await nia.sees("Works at", within="[data-move-say]")
    await nia.page.mouse.up()
    await nia.presses("Move it", within="[data-move-dialog]")
    await nia.sees("was moved")
    await expect(there).to_contain_text("1")


async def _drags(who: Visitor, what: Locator, *, to: Locator) -> None:
    """Without letting go."""
    await what.hover()
    await who.page.mouse.down()
    await who.page.mouse.move(1, 1, steps=2)
    await to.hover()


async def _drags_with_a_finger(who: Visitor, what: Locator, *, to: Locator) -> None:
    finger = await who.page.context.new_cdp_session(who.page)

    async def does(kind: str, *at: Locator) -> None:
        boxes = [await one.bounding_box() for one in at]
        points = [{"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2} for box in boxes if box]
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await does("touchStart", what)
    await does("touchMove", to)
    await does("touchMove", to)
    await who.sees("Works at", within="[data-move-say]")
    await does("touchEnd")


def _held(demo: Demo, ahead: timedelta) -> tuple[str, date]:
    """A hold of a partner's case so far ahead, by its code, and the day of its therapy."""
    [case] = demo.seed_ready(1)
    first = demo.now().date() + ahead
    with httpx.Client(
        verify=PLAIN, base_url=demo.address, headers={"Authorization": f"Bearer {PARTNER_KEY}"}
    ) as partner:
        asked = {"from": first.isoformat(), "to": (first + timedelta(days=60)).isoformat()}
        found = partner.get("/api/v1/programmes/stroke-recovery/windows", params=asked).raise_for_status().json()
        window = found["windows"][0]
        key = {"Idempotency-Key": f"a step of {case}"}
        held = partner.post(f"/api/v1/cases/{case}/hold", json={"token": window["token"]}, headers=key)
        start = date.fromisoformat(window["start"])
        return held.raise_for_status().json()["code"], start + timedelta(days=THERAPY)
