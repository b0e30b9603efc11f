/* Draws every .chart-plot from the figure in the JSON beside it, in the reader's colours and language. */
"use strict";

(() => {
  const PALETTE = [
    "accent", "accent-mark", "kept", "on-the-way", "at-risk", "missed",
    "kept-mark", "on-the-way-mark", "at-risk-mark", "missed-mark", "ink", "quiet", "line",
  ];
  const PAPER = { autosize: false, width: 640, height: 330 }; // a page of A4 or letter, upright
  const printing = window.matchMedia("print");
  const language = document.documentElement.lang;

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim().toLowerCase();
    return new Map(PALETTE.map((name) => [value(`--sm-paper-${name}`), value(`--sm-${name}`)]));
  }

  /* The figure as it is, with paper colours swapped for those of the present theme. */
  function repainted(part, swaps) {
    if (typeof part === "string") return swaps.get(part.toLowerCase()) ?? part;
    if (Array.isArray(part)) return part.map((item) => repainted(item, swaps));
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, repainted(item, swaps)]));
  }

  function merged(base, own) {
    const result = { ...base };
    for (const [key, value] of Object.entries(own ?? {})) {
      const nested = value !== null && typeof value === "object" && !Array.isArray(value);
      result[key] = nested ? merged(base[key] ?? {}, value) : value;
    }
    return result;
  }

  function frame(plot) {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--sm-ink").trim();
    const quiet = style.getPropertyValue("--sm-quiet").trim();
    const line = style.getPropertyValue("--sm-line").trim();
    const sheet = style.getPropertyValue("--sm-sheet").trim();
    const axis = {
      automargin: true, gridcolor: line, zerolinecolor: quiet, linecolor: line, tickcolor: line,
      tickfont: { color: quiet }, title: { font: { color: quiet } }, fixedrange: true,
    };
    return {
      ...(printing.matches ? PAPER : { autosize: true }), dragmode: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(plot).fontFamily, size: 12.5, color: ink },
      margin: { l: 8, r: 8, t: 12, b: 8 },
      hoverlabel: { bgcolor: sheet, bordercolor: quiet, font: { color: ink } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { color: quiet } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: quiet, activecolor: ink },
      xaxis: axis, yaxis: axis,
    };
  }

  function names(options, count, start) {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return Array.from({ length: count }, (_, n) => format.format(start(n)));
  }

  /* plotly knows English only; the browser knows the names and signs of the others. */
  function registerLanguage() {
    if (language === "en") return;
    const day = (n) => new Date(Date.UTC(2023, 0, 1 + n)); // a Sunday
    const month = (n) => new Date(Date.UTC(2023, n, 1));
    const parts = new Intl.NumberFormat(language).formatToParts(1234567.8);
    const sign = (type) => parts.find((part) => part.type === type).value;
    Plotly.register({
      moduleType: "locale",
      name: language,
      dictionary: {},
      format: {
        days: names({ weekday: "long" }, 7, day),
        shortDays: names({ weekday: "short" }, 7, day),
        months: names({ month: "long" }, 12, month),
        shortMonths: names({ month: "short" }, 12, month),
        periods: ["AM", "PM"],
        dateTime: "%a %-d. %b %Y %X",
        date: "%-d. %b %Y",
        time: "%H:%M:%S",
        year: "%Y",
        month: "%b %Y",
        dayMonth: "%-d. %b",
        dayMonthYear: "%-d. %b %Y",
        decimal: sign("decimal"),
        thousands: sign("group"),
        grouping: [3],
        currency: ["", ""],
      },
    });
  }

  function linkOf(point) {
    const data = point?.customdata;
    const url = typeof data === "string" ? data : Array.isArray(data) ? data[0] : data?.url;
    return typeof url === "string" && /^\/(?![/\\])/.test(url) ? url : "";
  }

  function configOf(plot) {
    return {
      showSendToCloud: false, displaylogo: false, responsive: true, locale: language,
      modeBarButtons: [[{
        name: "picture", title: plot.dataset.download, icon: Plotly.Icons.camera,
        click: (chart) => Plotly.downloadImage(chart, { format: "png", scale: 2, filename: plot.id }),
      }]],
    };
  }

  function draw(plot) {
    const figure = repainted(JSON.parse(document.getElementById(plot.dataset.figure).textContent), colours());
    return Plotly.react(plot, figure.data, merged(frame(plot), figure.layout), configOf(plot));
  }

  function follow(event) {
    const url = linkOf(event.points[0]);
    if (url) window.location.assign(url);
  }

  function pointAt(plot, event) {
    plot.classList.toggle("over-link", Boolean(linkOf(event.points[0])));
  }

  function drawAll() {
    document.querySelectorAll(".chart-plot").forEach(draw);
  }

  async function start(plot) {
    await draw(plot);
    plot.on("plotly_click", follow);
    plot.on("plotly_hover", (event) => pointAt(plot, event));
    plot.on("plotly_unhover", () => plot.classList.remove("over-link"));
    plot.dataset.drawn = "true";
  }

  registerLanguage();
  document.querySelectorAll(".chart-plot").forEach(start);
  document.addEventListener("htmx:load", (event) => {
    event.detail.elt.querySelectorAll?.(".chart-plot:not([data-drawn])").forEach(start);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  printing.addEventListener("change", drawAll);
})();
