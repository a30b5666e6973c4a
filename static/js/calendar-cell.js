// From afar, a number opens what it counts in a dialog beside it. Without this, and on a phone, it leads to that page.

const table = document.querySelector(".calendar");
const dialog = document.querySelector("[data-cell-dialog]");
const phone = matchMedia("(max-width: 48rem)");
const GAP = 8;

let from = null;

table?.addEventListener("click", (event) => {
  const count = event.target.closest("td a.entry");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!count || event.defaultPrevented || elsewhere || phone.matches) return;
  event.preventDefault();
  open(count);
});

async function open(count) {
  from = count;
  try {
    const answer = await fetch(count.href);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-cell]");
    if (from !== count) return;
    dialog.replaceChildren(document.adoptNode(found));
  } catch {
    location.assign(count.href);
    return;
  }
  if (!dialog.open) dialog.showModal();
  beside(count);
  dialog.querySelector("h1").focus({ preventScroll: true });
}

// As near to the number as the window allows, and never over it.
function beside(count) {
  const { left, right, top } = count.getBoundingClientRect();
  const { offsetWidth: wide, offsetHeight: high } = dialog;
  const after = right + GAP + wide <= innerWidth ? right + GAP : left - GAP - wide;
  dialog.style.left = `${Math.max(GAP, after)}px`;
  dialog.style.top = `${Math.max(GAP, Math.min(top, innerHeight - GAP - high))}px`;
}

dialog?.addEventListener("click", (event) => {
  const close = event.target.closest("a[data-close]");
  if (!close && event.target !== dialog) return;
  event.preventDefault();
  dialog.close();
});
