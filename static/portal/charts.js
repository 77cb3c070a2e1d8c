/* Draws the tables of the earnings page. The tables say everything: without this file, or without
   Chart.js, nothing is missing but the pictures. */
(() => {
  "use strict";
  if (typeof Chart === "undefined") return;
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  // Numbers as the page writes them: German and Italian ones depend on the vendor's country.
  const numbers = document.querySelector("[data-numbers]")?.dataset.numbers || root.lang;
  const figures = new Intl.NumberFormat(numbers, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(numbers, { notation: "compact" });

  const read = (table) => {
    const rows = [...table.tBodies[0].rows];
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      series: [1, 2].map((place) => ({
        label: table.tHead.rows[0].cells[place].textContent.trim(),
        data: rows.map((row) => Number(row.cells[place].dataset.value)),
      })),
    };
  };

  const palette = () => ["--portal-accent-text", "--portal-chart-2", "--portal-chart-3", "--portal-chart-4", "--portal-chart-5"].map(colour);

  const bars = (found, lying) => ({
    type: "bar",
    data: {
      labels: found.labels,
      datasets: found.series.map((one, place) => ({ ...one, backgroundColor: palette()[place], borderRadius: 3, maxBarThickness: 36 })),
    },
    options: {
      indexAxis: lying ? "y" : "x",
      scales: {
        x: { stacked: true, grid: { display: lying, color: colour("--portal-line") }, ticks: lying ? { callback: (value) => short.format(value) } : {} },
        y: { stacked: true, grid: { display: !lying, color: colour("--portal-line") }, ticks: lying ? {} : { callback: (value) => short.format(value) } },
      },
    },
  });

  const ring = (found) => ({
    type: "doughnut",
    data: {
      labels: found.labels,
      datasets: [{
        data: found.labels.map((_, row) => found.series[0].data[row] + found.series[1].data[row]),
        backgroundColor: found.labels.map((_, row) => palette()[row % 5]),
        borderColor: colour("--portal-surface"),
      }],
    },
    options: { cutout: "62%" },
  });

  const draw = (box) => {
    const found = read(document.getElementById(box.dataset.of));
    const kind = box.dataset.chart;
    const chart = kind === "doughnut" ? ring(found) : bars(found, kind === "lying");
    const currency = box.dataset.currency;
    box.hidden = false;
    chart.options = {
      ...chart.options,
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        legend: { position: "bottom", labels: { boxWidth: 12, boxHeight: 12 } },
        tooltip: {
          callbacks: {
            label: (item) => {
              const value = kind === "doughnut" ? item.parsed : item.parsed[kind === "lying" ? "x" : "y"];
              const name = kind === "doughnut" ? item.label : item.dataset.label;
              return ` ${name}: ${currency} ${figures.format(value)}`;
            },
          },
        },
      },
    };
    return new Chart(box.querySelector("canvas"), chart);
  };

  let drawn = [];
  const drawAll = () => {
    drawn.forEach((chart) => chart.destroy());
    Chart.defaults.color = colour("--portal-muted");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn = [...document.querySelectorAll("[data-chart]")].map(draw);
  };
  drawAll();
  // Dark and light may change with the device, while the page is open.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
