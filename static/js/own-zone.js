// Chooses the browser's own time zone where none is chosen yet. Without this script the list is just a list.

const list = document.querySelector("select[name=zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (list && !list.value && own) {
  if (![...list.options].some((option) => option.value === own)) {
    list.add(new Option(own.replaceAll("_", " "), own));
  }
  list.value = own;
}
