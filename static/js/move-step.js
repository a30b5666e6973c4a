// A step of a booking is picked up on the calendar and put elsewhere: by mouse, by a finger on its handle, or by keyboard.
// What each place would break comes from the server in one answer and is said before the drop; the drop shows the page
// that asks "Move it?" in a dialog. From afar a number stands for its steps: the only one of a day is picked up as it is,
// one of several from their list. Without this, and on a phone, the handle leads to the page that asks.

const table = document.querySelector(".calendar");
const scroller = document.querySelector(".calendar-scroll");
const say = document.querySelector("[data-move-say]");
const bar = say?.parentElement;
const dialog = document.querySelector("[data-move-dialog]");
const list = document.querySelector("[data-cell-dialog]");
const phone = matchMedia("(max-width: 48rem)");

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const A_DRAG = 6; // pixels: less is a click
const NEAR_THE_EDGE = 48;
const ROLL = 10; // pixels, so many times a second as the screen is drawn

let moving = null;
let pressed = null;

const days = () => [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.dataset.date);
const rows = () => [...table.querySelectorAll("tr[data-resource]")];

// What is picked up where something is pressed: an entry's handle, or from afar the number itself.
const handleOf = (target) => target.closest(".entry-box")?.querySelector(".entry-move") ?? countOf(target);
const countOf = (target) => (list && target.closest("tr[data-resource] a.entry")) || null;

function told(words, isNo = false) {
  bar.hidden = false;
  say.textContent = words;
  bar.classList.toggle("is-no", isNo);
}

// -- picking up and putting back -----------------------------------------------------------------------

function pickUp(handle, focus) {
  const home = homeOf(handle);
  const box = handle.closest("td .entry-box") ?? home.querySelector("a.entry");
  moving = { href: hrefOf(handle), focus, box, home, at: home, places: null };
  moving.ready = lookUp(moving);
}

function homeOf(handle) {
  const listed = handle.closest("[data-cell]");
  if (!listed) return handle.closest("td");
  const row = table.querySelector(`tr[data-resource="${listed.dataset.resource}"]`);
  return row.cells[days().indexOf(listed.dataset.day) + 1];
}

// Where a handle's step is moved; behind a number that of the one step that it counts, or null.
async function hrefOf(handle) {
  if (handle.matches(".entry-move")) return handle.href;
  if (Number.parseInt(handle.textContent, 10) > 1) return null;
  const answer = await fetch(handle.href);
  if (!answer.ok) throw new Error(String(answer.status));
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(".entry-move");
  return found.length === 1 ? new URL(found[0].getAttribute("href"), handle.href).href : null;
}

async function lookUp(picked) {
  table.classList.add("is-moving");
  picked.box.classList.add("is-picked-up");
  told(say.dataset.loading);
  try {
    picked.href = await picked.href;
    if (moving !== picked) return;
    if (!picked.href) {
      putBack("");
      picked.box.click();
      return;
    }
    const asked = new URL(picked.href);
    asked.pathname += "/targets";
    asked.searchParams.set("first", days()[0]);
    asked.searchParams.set("last", days().at(-1));
    const answer = await fetch(asked, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    picked.places = await answer.json();
  } catch {
    if (moving === picked) putBack(say.dataset.failed);
    return;
  }
  if (moving !== picked) return;
  let free = 0;
  for (const row of rows()) {
    days().forEach((_day, at) => {
      const there = row.cells[at + 1];
      const works = placeAt(there).works;
      there.classList.add(works ? "can-drop" : "cannot-drop");
      if (works && there !== picked.home) free += 1;
    });
  }
  if (picked.at === picked.home) told(free ? say.dataset.picked : say.dataset.nowhere, !free);
  else over(picked.at);
}

function putBack(words = say.dataset.back) {
  const { box, focus, ghost } = moving;
  moving = pressed = null;
  ghost?.remove();
  box.classList.remove("is-picked-up");
  table.classList.remove("is-moving");
  for (const cell of table.querySelectorAll(".can-drop, .cannot-drop, .drop-here"))
    cell.classList.remove("can-drop", "cannot-drop", "drop-here");
  told(words);
  bar.hidden = !words;
  setTimeout(() => { if (!moving && say.textContent === words) bar.hidden = true; }, 4000);
  focus?.focus();
}

// -- what a place breaks -------------------------------------------------------------------------------

function placeAt(cell) {
  const resource = Number(cell.parentElement.dataset.resource);
  const day = days()[cell.cellIndex - 1];
  const { places, home } = moving;
  if (!places.candidates.includes(resource)) return { works: false, say: places.other };
  const found = places.resources[resource] ?? places.days[day];
  if (found) return { works: false, say: found };
  const there = places.cells[`${resource} ${day}`] ?? { works: false, say: "" };
  return cell === home ? { works: there.works, say: `${say.dataset.here} ${there.say}` } : there;
}

function over(cell) {
  moving.at?.classList.remove("drop-here");
  moving.at = cell;
  if (!cell) return;
  cell.classList.add("drop-here");
  if (!moving.places) return;
  const there = placeAt(cell);
  const who = cell.parentElement.cells[0].innerText.trim();
  const head = table.tHead.rows[0].cells[cell.cellIndex].querySelector("a");
  const when = (head.querySelector(".visually-hidden") ?? head).innerText.trim();
  told(`${who}, ${when}: ${there.say}`, !there.works);
}

// -- the drop ------------------------------------------------------------------------------------------

// Where it cannot go it is put back, or with `stays` kept in hand for another try.
async function drop(stays = false) {
  await moving.ready;
  if (!moving) return;
  const { at, home, href } = moving;
  if (!at || !placeAt(at).works) {
    if (!stays) putBack(at && at !== home ? say.textContent : undefined);
    return;
  }
  const asked = new URL(href);
  asked.searchParams.set("to", at.parentElement.dataset.resource);
  asked.searchParams.set("day", days()[at.cellIndex - 1]);
  moving.ghost?.remove();
  await ask(asked);
}

async function ask(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-step-look]");
    dialog.replaceChildren(document.adoptNode(found));
  } catch {
    if (dialog.open) dialog.close();
    else putBack(say.dataset.failed);
    return;
  }
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("h1").focus();
}

dialog?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-time], a[data-put-back]");
  if (!link) return;
  event.preventDefault();
  if (link.hasAttribute("data-time")) ask(link.href);
  else dialog.close();
});
dialog?.addEventListener("close", () => { if (moving) putBack(); });
document.querySelector("[data-move-stop]")?.addEventListener("click", () => { if (moving) putBack(); });

// -- by keyboard ---------------------------------------------------------------------------------------

// Before the calendar's own arrows, which go from entry to entry.
table?.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || phone.matches || dialog?.open) return;
  if (moving) {
    whileMoving(event);
    return;
  }
  const handle = handleOf(event.target);
  // A number is opened by Enter, as by a click: it may stand for several.
  const picks = event.key === " " || (event.key === "Enter" && event.target === handle && !countOf(handle));
  if (!handle || !picks) return;
  event.preventDefault();
  pickUp(handle, event.target);
}, { capture: true });

function whileMoving(event) {
  event.stopImmediatePropagation();
  const step = STEPS[event.key];
  if (step) over(beside(moving.at ?? moving.home, ...step));
  else if (event.key === "Enter" || event.key === " ") drop(true);
  else putBack();
  if (event.key !== "Tab") event.preventDefault();
  moving?.at?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// The next cell, among the rows of the kind that is needed; where there is none, the same.
function beside(cell, down, across) {
  const among = rows().filter((row) => !moving.places || moving.places.candidates.includes(Number(row.dataset.resource)));
  const row = among[among.indexOf(cell.parentElement) + down] ?? cell.parentElement;
  const forward = document.documentElement.dir === "rtl" ? -across : across;
  const column = cell.cellIndex + forward;
  return column > 0 && column <= days().length ? row.cells[column] : row.cells[cell.cellIndex];
}

// -- from the list behind a number ---------------------------------------------------------------------

function pickFromList(handle) {
  list.close();
  pickUp(handle, homeOf(handle).querySelector("a.entry"));
  moving.focus.focus({ preventScroll: true });
}

list?.addEventListener("click", (event) => {
  const handle = event.target.closest(".entry-move");
  if (!handle) return;
  event.preventDefault();
  pickFromList(handle);
});
list?.addEventListener("keydown", (event) => {
  const handle = event.key === " " && event.target.closest(".entry-box") && handleOf(event.target);
  if (!handle) return;
  event.preventDefault();
  pickFromList(handle);
});

// -- by mouse and by finger ----------------------------------------------------------------------------

for (const place of [table, list]) {
  place?.addEventListener("pointerdown", (event) => {
    const handle = handleOf(event.target);
    const onHandle = event.target.closest(".entry-move");
    if (!handle || moving || phone.matches || event.button !== 0 || !(onHandle || event.pointerType === "mouse")) return;
    pressed = { handle, x: event.clientX, y: event.clientY };
  });
  place?.addEventListener("dragstart", (event) => event.preventDefault());
}

document.addEventListener("pointermove", (event) => {
  if (pressed && !moving && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > A_DRAG) {
    const ghost = ghostOf(pressed.handle.closest(".entry-box") ?? pressed.handle);
    if (list?.open) list.close();
    pickUp(pressed.handle, pressed.handle.closest("td") ? pressed.handle : homeOf(pressed.handle).querySelector("a.entry"));
    moving.ghost = ghost;
  }
  if (!moving || dialog.open || !(moving.ghost || event.pointerType === "mouse")) return;
  if (moving.ghost) {
    event.preventDefault();
    moving.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
    roll(event);
  }
  const cell = cellAt(event);
  if (cell !== moving.at && (cell || moving.ghost)) over(cell);
});

document.addEventListener("pointerup", () => {
  const dragged = pressed && moving?.ghost;
  pressed = null;
  if (!dragged) return;
  // The click that may follow a drag leads nowhere.
  const nowhere = (event) => event.preventDefault();
  document.addEventListener("click", nowhere, { capture: true });
  setTimeout(() => {
    document.removeEventListener("click", nowhere, { capture: true });
    if (moving) drop();
  }, 0);
});
document.addEventListener("pointercancel", () => {
  pressed = null;
  if (moving?.ghost) putBack();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && moving && !dialog.open) putBack();
});

// What is in hand without being dragged goes where the calendar is clicked or tapped.
table?.addEventListener("click", (event) => {
  if (!moving || moving.ghost || dialog.open) return;
  event.preventDefault();
  event.stopPropagation();
  const cell = event.target.closest("tr[data-resource] > td");
  if (!cell) return;
  over(cell);
  drop(true);
}, { capture: true });

function cellAt({ clientX, clientY }) {
  return document.elementFromPoint(clientX, clientY)?.closest("tr[data-resource] > td") ?? null;
}

function ghostOf(box) {
  const ghost = box.cloneNode(true);
  ghost.className = box.matches("a.entry") ? `${box.className} move-ghost move-ghost-small` : "move-ghost";
  ghost.inert = true;
  document.body.append(ghost);
  return ghost;
}

// Near the edge of what is shown, the calendar rolls on for as long as what is dragged is held there.
function roll({ clientX, clientY }) {
  const { left, right, top, bottom } = scroller.getBoundingClientRect();
  const by = (at, from, to) => (at < from + NEAR_THE_EDGE ? -ROLL : at > to - NEAR_THE_EDGE ? ROLL : 0);
  const pull = { left: by(clientX, Math.max(left, 0), Math.min(right, innerWidth)), top: by(clientY, Math.max(top, 0), Math.min(bottom, innerHeight)) };
  const rolls = moving.pull;
  moving.pull = pull.left || pull.top ? { ...pull, clientX, clientY } : null;
  if (moving.pull && !rolls) requestAnimationFrame(rollOn);
}

function rollOn() {
  const pull = moving?.ghost && !dialog.open && moving.pull;
  if (!pull) return;
  scroller.scrollBy({ ...pull, behavior: "instant" });
  const cell = cellAt(pull);
  if (cell !== moving.at) over(cell);
  requestAnimationFrame(rollOn);
}
