// The time left of a hold, said calmly: by the minute on screen, and aloud only at half an hour, ten, five and one minute.
// The end is the server's; so is the time it began at, because the reader's clock may be wrong.

const ALOUD = [30, 10, 5, 1];
const MINUTE = 60_000;

function said(minutes, language) {
  const unit = (value, name) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(value);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return unit(minutes, "minute");
  return minutes % 60 === 0 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(minutes % 60, "minute")}`;
}

function start(clock) {
  const behind = Date.parse(clock.dataset.now) - Date.now();
  const ends = Date.parse(clock.dataset.ends);
  const shown = clock.querySelector("[data-left-text]");
  const aloud = clock.querySelector("[data-said]");
  let before = Infinity;

  function tick() {
    const left = ends - (Date.now() + behind);
    const minutes = Math.ceil(left / MINUTE);
    const text = left > 0
      ? clock.dataset.left.replace("{time}", said(minutes, document.documentElement.lang))
      : clock.dataset.over;
    shown.textContent = text;
    shown.hidden = false;
    if (left <= 0 || ALOUD.some((mark) => minutes <= mark && before > mark && before !== Infinity)) aloud.textContent = text;
    before = minutes;
    if (left > 0) setTimeout(tick, Math.max(250, Math.min(left, left % MINUTE || MINUTE)));
  }
  tick();
}

for (const clock of document.querySelectorAll("[data-countdown]")) start(clock);
