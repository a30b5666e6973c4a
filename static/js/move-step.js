// A step of a booking is picked up on the calendar and put elsewhere: by mouse, by a finger on its handle, or by keyboard.
// What each place would break comes from the server in one answer and is said before the drop; the drop shows the page
// that asks "Move it?" in a dialog. Without this, and on a phone, the handle leads to that page.

const table = document.querySelector(".calendar");
const scroller = document.querySelector(".calendar-scroll");
const say = document.querySelector("[data-move-say]");
const dialog = document.querySelector("[data-move-dialog]");
const phone = matchMedia("(max-width: 48rem)");

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const A_DRAG = 6; // pixels: less is a click
const NEAR_THE_EDGE = 48;

let moving = null;
let pressed = null;

const days = () => [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.dataset.date);
const rows = () => [...table.querySelectorAll("tr[data-resource]")];
const handleOf = (target) => target.closest(".entry-box")?.querySelector(".entry-move");

function told(words, isNo = false) {
  say.hidden = false;
  say.textContent = words;
  say.classList.toggle("is-no", isNo);
}

// -- picking up and putting back -----------------------------------------------------------------------

function pickUp(handle, focus) {
  const cell = handle.closest("td");
  moving = { handle, focus, box: handle.closest(".entry-box"), home: cell, at: cell, places: null };
  moving.ready = lookUp(moving);
}

async function lookUp(picked) {
  const { handle } = picked;
  table.classList.add("is-moving");
  picked.box.classList.add("is-picked-up");
  told(say.dataset.loading);
  const asked = new URL(handle.href);
  asked.pathname += "/targets";
  asked.searchParams.set("first", days()[0]);
  asked.searchParams.set("last", days().at(-1));
  try {
    const answer = await fetch(asked, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    picked.places = await answer.json();
  } catch {
    if (moving === picked) putBack(say.dataset.failed);
    return;
  }
  if (moving !== picked) return;
  for (const row of rows()) {
    days().forEach((_day, at) => {
      const there = row.cells[at + 1];
      there.classList.add(placeAt(there).works ? "can-drop" : "cannot-drop");
    });
  }
  if (picked.at === picked.home) told(say.dataset.picked);
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
  setTimeout(() => { if (!moving && say.textContent === words) say.hidden = true; }, 4000);
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
  const when = table.tHead.rows[0].cells[cell.cellIndex].querySelector("a").innerText.trim();
  told(`${who}, ${when}: ${there.say}`, !there.works);
}

// -- the drop ------------------------------------------------------------------------------------------

async function drop() {
  await moving.ready;
  if (!moving) return;
  const { at, home, handle } = moving;
  if (!at || !placeAt(at).works) {
    putBack(at && at !== home ? say.textContent : undefined);
    return;
  }
  const asked = new URL(handle.href);
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

// -- by keyboard ---------------------------------------------------------------------------------------

// Before the calendar's own arrows, which go from entry to entry.
table?.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || phone.matches || dialog?.open) return;
  if (moving) {
    whileMoving(event);
    return;
  }
  const handle = handleOf(event.target);
  const picks = event.key === " " || (event.key === "Enter" && event.target === handle);
  if (!handle || !picks) return;
  event.preventDefault();
  pickUp(handle, event.target);
}, { capture: true });

function whileMoving(event) {
  event.stopImmediatePropagation();
  const step = STEPS[event.key];
  if (step) over(beside(moving.at ?? moving.home, ...step));
  else if (event.key === "Enter" || event.key === " ") drop();
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

// -- by mouse and by finger ----------------------------------------------------------------------------

table?.addEventListener("pointerdown", (event) => {
  const handle = handleOf(event.target);
  const onHandle = event.target.closest(".entry-move");
  if (!handle || moving || phone.matches || event.button !== 0 || !(onHandle || event.pointerType === "mouse")) return;
  pressed = { handle, x: event.clientX, y: event.clientY };
});

document.addEventListener("pointermove", (event) => {
  if (pressed && !moving && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > A_DRAG) {
    pickUp(pressed.handle, pressed.handle);
    moving.ghost = ghostOf(moving.box);
  }
  if (!pressed || !moving?.ghost) return;
  event.preventDefault();
  moving.ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
  roll(event);
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("tr[data-resource] > td") ?? null;
  if (cell !== moving.at) over(cell);
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
    drop();
  }, 0);
});
document.addEventListener("pointercancel", () => {
  pressed = null;
  if (moving?.ghost) putBack();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && moving?.ghost && !dialog.open) putBack();
});
table?.addEventListener("dragstart", (event) => event.preventDefault());

function ghostOf(box) {
  const ghost = box.cloneNode(true);
  ghost.className = "move-ghost";
  ghost.inert = true;
  document.body.append(ghost);
  return ghost;
}

// Near the edge of what is shown, the calendar rolls on.
function roll({ clientX, clientY }) {
  const edge = scroller.getBoundingClientRect();
  const by = (at, from, to) => (at < from + NEAR_THE_EDGE ? -16 : at > to - NEAR_THE_EDGE ? 16 : 0);
  scroller.scrollBy({ left: by(clientX, edge.left, edge.right), top: by(clientY, edge.top, edge.bottom), behavior: "instant" });
}
