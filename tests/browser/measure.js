// What on the page is wider than the place it has: read by tests/browser/looking.py.
() => {
  const found = [], wide = document.documentElement.clientWidth;
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className} “${node.textContent.trim().replace(/\s+/g, " ").slice(0, 50)}”`;
  // In a closed menu, or said to screen readers only: clipped to a pixel, itself or around it.
  const unseen = (node) => {
    for (let one = node; one; one = one.parentElement)
      if (one.parentElement?.matches("details:not([open])") && !one.matches("summary")) return true;
      else if (one.clientWidth <= 1 && getComputedStyle(one).position === "absolute") return true;
    return false;
  };
  const scrolls = (node) => {
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(one).overflowX)) return true;
    return false;
  };
  if (document.documentElement.scrollWidth > wide) {
    const out = [...document.body.querySelectorAll("*")].filter(
      (node) => node.getBoundingClientRect().right > wide + 1 && !scrolls(node)).slice(-3);
    found.push(`is ${document.documentElement.scrollWidth} wide, not ${wide}: ${out.map(name).join(", ")}`);
  }
  for (const node of document.querySelectorAll("button, .btn, nav a, .nav-link, th, .badge, summary, .menu-item")) {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || !node.clientWidth || unseen(node)) continue;
    if (node.scrollWidth > node.clientWidth + 1) found.push(`cuts ${name(node)}`);
    else if ((box.right > wide + 1 || box.left < -1) && !scrolls(node)) found.push(`loses ${name(node)}`);
  }
  for (const menu of document.querySelectorAll("details.menu")) {
    if (!menu.getBoundingClientRect().width) continue;
    menu.open = true;
    const box = menu.querySelector(".menu-panel")?.getBoundingClientRect();
    if (box && (box.right > wide || box.left < 0)) found.push(`opens ${name(menu)} outside`);
    menu.open = false;
  }
  return found;
}