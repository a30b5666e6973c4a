// The calendar opens at today, and arrow keys go from entry to entry as the eye does. Without it, it scrolls and tabs.

const table = document.querySelector(".calendar");
const scroll = document.querySelector(".calendar-scroll");
const today = table?.querySelector("th.today");
const side = table?.querySelector("tbody tr:not(.calendar-kind) > th");

const rightToLeft = document.documentElement.dir === "rtl";

if (today && side && scroll.scrollWidth > scroll.clientWidth) {
  const [at, from] = [today.getBoundingClientRect(), side.getBoundingClientRect()];
  scroll.scrollBy({ left: rightToLeft ? at.right - from.left : at.left - from.right, behavior: "instant" });
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

table?.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const entry = event.target.closest("a.entry");
  if (!step || !entry || event.altKey || event.ctrlKey || event.metaKey) return;
  const found = next(entry, ...step);
  if (!found) return;
  event.preventDefault();
  found.focus();
});

// The next entry in a direction: within its own cell first, then in the nearest cell that has one.
function next(entry, down, across) {
  const cell = entry.closest("td");
  const here = [...cell.querySelectorAll("a.entry")];
  const beside = down && here[here.indexOf(entry) + down];
  if (beside) return beside;
  const rows = [...table.querySelectorAll("tbody tr:not(.calendar-kind)")];
  const forward = rightToLeft ? -across : across;
  let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
  do {
    row += down;
    column += forward;
    const entries = rows[row]?.cells[column]?.querySelectorAll("a.entry");
    if (entries?.length) return down < 0 ? entries[entries.length - 1] : entries[0];
  } while (rows[row]?.cells[column]);
  return null;
}
