/* Small comforts; every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const popups = "details.menu[open], details.switcher[open]";

  const closeAll = (except) => {
    document.querySelectorAll(popups).forEach((details) => {
      if (!except || !details.contains(except)) details.open = false;
    });
  };

  // A click elsewhere or Escape closes an open menu; Escape gives the focus back to its button.
  document.addEventListener("click", (event) => closeAll(event.target));
  document.addEventListener("keydown", (event) => {
    const open = document.activeElement.closest(popups) || document.querySelector(popups);
    if (!open) return;
    if (event.key === "Escape") {
      open.open = false;
      open.querySelector("summary").focus();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") moveFocus(event, open);
  });

  const moveFocus = (event, menu) => {
    if (!menu.contains(document.activeElement) || document.activeElement.matches("select")) return;
    const items = [...menu.querySelectorAll("summary, a[href], button, input")]
      .filter((item) => item.offsetParent !== null && !item.matches("[type=radio], [type=hidden]"));
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = items[items.indexOf(document.activeElement) + step];
    if (next) next.focus();
    event.preventDefault();
  };

  // The switcher's lists come when it opens first; without them its links lead there.
  document.querySelectorAll("details.switcher[data-lists]").forEach((switcher) => {
    switcher.addEventListener("toggle", async () => {
      if (!switcher.open || switcher.dataset.asked) return;
      switcher.dataset.asked = "true";
      const answer = await fetch(switcher.dataset.lists).catch(() => null);
      if (!answer || !answer.ok || answer.redirected) return;
      const lists = document.createElement("template");
      lists.innerHTML = await answer.text();
      lists.content.querySelectorAll("[data-list]").forEach((list) => {
        switcher.querySelector(`[data-list=${list.dataset.list}]`).replaceWith(list);
      });
    });
  });

  // A filter applies itself when it changes.
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.matches("select") && control.closest("[data-autosubmit]")) control.form.requestSubmit();
  });

  // "All of this category".
  document.querySelectorAll("[data-check-group]").forEach((group) => {
    const button = group.querySelector("[data-check-all]");
    const boxes = [...group.querySelectorAll("input[type=checkbox]:not(:disabled)")];
    const show = () => {
      const all = boxes.every((box) => box.checked);
      button.textContent = all ? button.dataset.none : button.dataset.all;
    };
    if (!button) return;
    button.addEventListener("click", () => {
      const all = boxes.every((box) => box.checked);
      boxes.forEach((box) => { box.checked = !all; });
      show();
    });
    group.addEventListener("change", show);
    show();
  });

  // A part of a form that matters for some answers only: data-shown-for="field=value|other".
  document.querySelectorAll("[data-shown-for]").forEach((part) => {
    const [name, values] = part.dataset.shownFor.split("=");
    const controls = document.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    const show = () => {
      const chosen = [...controls].some((c) => (c.type === "radio" ? c.checked : true) && values.split("|").includes(c.value));
      part.hidden = !chosen;
    };
    controls.forEach((control) => control.addEventListener("change", show));
    show();
  });

  // One press sends a form once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "true";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // On a phone the tab one is on may stand outside of the window.
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
  });

  // After a refused form the reader starts at what is wrong.
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
})();
