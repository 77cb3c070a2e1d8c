/* Filters a long list of checkboxes while one types; without it the whole list is there. */
(() => {
  "use strict";
  const box = document.querySelector("[data-filter-checks]");
  if (!box) return;
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
  const buttons = document.querySelectorAll("[data-check-all]");
  const groups = [...document.querySelectorAll("[data-check-group]")].map((group) => ({
    group,
    rows: [...group.querySelectorAll(".check-row")].map((row) => ({ row, text: plain(row.textContent) })),
  }));
  box.addEventListener("input", () => {
    const wanted = plain(box.value.trim());
    // "Select all" would tick what the filter hides, too.
    buttons.forEach((button) => { button.hidden = wanted !== ""; });
    for (const { group, rows } of groups) {
      let shown = 0;
      for (const { row, text } of rows) {
        row.hidden = !text.includes(wanted);
        if (!row.hidden) shown += 1;
      }
      group.hidden = shown === 0;
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
})();
