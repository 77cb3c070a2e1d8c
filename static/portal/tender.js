/* Draws the extract anew while a tender is typed; a button does it without this file. */
(() => {
  "use strict";
  const form = document.getElementById("tender-form");
  const place = document.getElementById("preview");
  if (!form || !place) return;
  let waiting, running;

  const draw = async () => {
    if (running) running.abort();
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), signal: running.signal });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") return; // the extract stays as it was; sending still works
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 400);
  });
  if (form.elements.title.value || form.elements.need.value) draw();
})();
