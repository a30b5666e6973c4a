// Shows how far a file has gone. Without this script the same form is posted the ordinary way.

function show(upload, text, failed = false) {
  upload.querySelector(".upload-way").hidden = false;
  const line = upload.querySelector(".upload-said");
  line.classList.toggle("upload-failed", failed);
  line.textContent = text;
}

function release(form) {
  delete form.dataset.sent;
  form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
}

// An answer with errors is this same page again, with a sentence beside the field: put it in this one's place.
function put(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const main = answer.querySelector("main");
  if (!main) return false;
  document.querySelector("main").replaceWith(main);
  document.title = answer.title;
  (main.querySelector("[data-focus]") ?? main).focus();
  return true;
}

function send(form, upload, submitter) {
  const data = new FormData(form, submitter);
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const bar = upload.querySelector("progress");
  const request = new XMLHttpRequest();
  const fail = () => {
    show(upload, upload.dataset.failed, true);
    release(form);
  };

  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    // Not every percent is worth saying aloud: the bar moves, the words change by tens.
    const tens = Math.floor((event.loaded / event.total) * 10) / 10;
    show(upload, tens < 1 ? upload.dataset.going.replace("{percent}", percent.format(tens)) : upload.dataset.checking);
  });
  request.addEventListener("error", fail);
  request.addEventListener("load", () => {
    if (request.status < 400) window.location.assign(request.responseURL);
    else if (!put(request.responseText)) fail();
  });
  request.open("POST", submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? window.location.href);
  request.send(data);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const upload = [...form.querySelectorAll("[data-upload]")].find(
    (part) => part.querySelector("input[type=file]").files.length > 0,
  );
  if (!upload || event.defaultPrevented) return;
  event.preventDefault();
  send(form, upload, event.submitter);
});
