/* Draws every .chart-plot from the figure in the JSON beside it, in the reader's colours and language.
   Until plotly has come, the server's drawing stands there. Every bar becomes a link for pointer, finger and keyboard. */
"use strict";

(() => {
  const PALETTE = [
    "accent", "accent-mark", "kept", "on-the-way", "at-risk", "missed",
    "kept-mark", "on-the-way-mark", "at-risk-mark", "missed-mark", "ink", "quiet", "line",
  ];
  const phone = window.matchMedia("(max-width: 35.98rem)");
  const FINGER = 20; // px: the least height of what can be pointed at
  const PAPER = { width: 1200, height: 600, scale: 2 };
  const address = document.currentScript.dataset.plotly;
  const language = document.documentElement.lang;
  const plots = (part) => part.querySelectorAll?.(".chart-plot") ?? [];

  function value(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--sm-${name}`).trim().toLowerCase();
  }

  function colours() {
    return new Map(PALETTE.map((name) => [value(`paper-${name}`), value(name)]));
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
    for (const [key, item] of Object.entries(own ?? {})) {
      const nested = item !== null && typeof item === "object" && !Array.isArray(item);
      result[key] = nested ? merged(base[key] ?? {}, item) : item;
    }
    return result;
  }

  /* What all charts share; `theme` begins with "paper-" for a picture. */
  function frame(plot, theme = "") {
    const [ink, quiet, line] = ["ink", "quiet", "line"].map((name) => value(theme + name));
    const axis = {
      automargin: true, gridcolor: line, zerolinecolor: quiet, linecolor: line, tickcolor: line,
      tickfont: { color: quiet }, title: { font: { color: quiet } }, fixedrange: true,
    };
    return {
      autosize: true, dragmode: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(plot).fontFamily, size: 12.5, color: ink },
      margin: { l: 8, r: 8, t: 12, b: 8 },
      hoverlabel: { bgcolor: value("sheet"), bordercolor: quiet, font: { color: ink }, align: "left" },
      legend: {
        orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { color: quiet }, traceorder: "normal",
        itemclick: false, itemdoubleclick: false,
      },
      xaxis: axis, yaxis: axis,
    };
  }

  /* Fewer words along the axis; the legend stands below, as text of the page. */
  function narrow(figure) {
    const own = { font: { size: 11 }, showlegend: false, yaxis: { title: { standoff: 4 } } };
    return merged(figure.layout, merged(figure.layout.meta?.narrow ?? {}, own));
  }

  function figureOf(plot) {
    return JSON.parse(document.getElementById(plot.dataset.figure).textContent);
  }

  function draw(plot) {
    const figure = figureOf(plot);
    const own = phone.matches ? narrow(figure) : figure.layout;
    const painted = repainted({ data: figure.data, layout: own }, colours());
    const config = { displayModeBar: false, responsive: false, locale: language };
    return Plotly.react(plot, painted.data, merged(frame(plot), painted.layout), config);
  }

  function linkOf(point) {
    const data = point?.customdata;
    const url = typeof data === "string" ? data : Array.isArray(data) ? data[0] : data?.url;
    return typeof url === "string" && /^\/(?![/\\])/.test(url) ? url : "";
  }

  /* Every bar and dot that was drawn: its place, its words and where it leads. */
  function* marks(plot) {
    const home = plot.getBoundingClientRect();
    for (const mark of plot.querySelectorAll(".cartesianlayer .point > path, .cartesianlayer path.point")) {
      const point = (mark.closest("g.point") ?? mark).__data__;
      const trace = plot.calcdata.findIndex((rows) => rows.includes(point));
      const number = plot.calcdata[trace]?.indexOf(point);
      const { customdata, hovertext } = plot.data[trace] ?? {};
      const url = linkOf({ customdata: customdata?.[number] });
      const box = mark.getBoundingClientRect();
      if (url && box.width > 0 && box.height > 0) yield { url, trace, number, box, home, text: hovertext?.[number] ?? "" };
    }
  }

  /* Plotly's own label, wherever the pointer or the focus came from. */
  function show(plot, link) {
    Plotly.Fx.hover(plot, [{ curveNumber: Number(link.dataset.trace), pointNumber: Number(link.dataset.number) }]);
  }

  function linkTo(plot, { url, trace, number, box, home, text }) {
    const link = document.createElement("a");
    const height = Math.max(box.height, FINGER);
    const top = Math.min(box.top - (height - box.height) / 2, home.bottom - height);
    link.href = url;
    link.setAttribute("aria-label", text);
    Object.assign(link.dataset, { trace, number });
    Object.assign(link.style, {
      left: `${box.left - home.left}px`, top: `${top - home.top}px`, width: `${box.width}px`, height: `${height}px`,
    });
    link.addEventListener("mouseenter", () => show(plot, link));
    link.addEventListener("focus", () => show(plot, link));
    for (const type of ["mouseleave", "blur"]) link.addEventListener(type, () => Plotly.Fx.unhover(plot));
    return link;
  }

  /* One stop for the Tab key; the arrows go from bar to bar, from left to right. */
  function step(event) {
    const links = [...event.currentTarget.children];
    const here = links.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: links.length - 1 };
    const next = links[steps[event.key]];
    if (!(event.key in steps)) return;
    event.preventDefault();
    next?.focus();
    for (const link of links) link.tabIndex = link === document.activeElement ? 0 : -1;
  }

  function layLinks(plot) {
    const layer = plot.querySelector(":scope > .chart-links") ?? document.createElement("div");
    const here = [...layer.children].indexOf(document.activeElement);
    const links = [...marks(plot)].sort((a, b) => a.box.left - b.box.left || a.box.top - b.box.top).map((mark) => linkTo(plot, mark));
    links.forEach((link, n) => { link.tabIndex = n === Math.max(here, 0) ? 0 : -1; });
    layer.replaceChildren(...links);
    if (!layer.isConnected) {
      layer.className = "chart-links";
      layer.setAttribute("role", "group");
      layer.setAttribute("aria-labelledby", `${plot.id}-title`);
      layer.addEventListener("keydown", step);
      plot.append(layer);
      plot.querySelector(".plot-container").setAttribute("aria-hidden", "true"); // the links say what it shows
    }
    links[here]?.focus();
  }

  /* The names of days and months are in the figure already; what is left are the signs in numbers. */
  function registerLanguage() {
    if (language === "en") return;
    const parts = new Intl.NumberFormat(language).formatToParts(1234567.8);
    const sign = (type) => parts.find((part) => part.type === type).value;
    const format = { decimal: sign("decimal"), thousands: sign("group"), grouping: [3], currency: ["", ""] };
    Plotly.register({ moduleType: "locale", name: language, dictionary: {}, format });
  }

  function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  }

  /* On white paper, with what it is about above it. */
  function takePicture(button) {
    const plot = document.getElementById(button.dataset.picture);
    const { data, layout } = figureOf(plot);
    const { title, about } = button.dataset;
    const head = { text: `${escaped(title)}<br><span style="font-size:.8em">${escaped(about)}</span>`, x: 0.02, xanchor: "left", y: 0.95, yanchor: "top" };
    const paper = { title: head, paper_bgcolor: "#ffffff", margin: { l: 24, r: 24, t: 120, b: 24 } };
    const figure = { data, layout: merged(merged(frame(plot, "paper-"), layout), paper) };
    const filename = `${title} ${about}`.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return Plotly.downloadImage(figure, { format: "png", filename, ...PAPER });
  }

  async function start(plot) {
    await draw(plot);
    plot.on("plotly_click", (event) => {
      const url = linkOf(event.points[0]);
      if (url) window.location.assign(url);
    });
    plot.on("plotly_afterplot", () => layLinks(plot));
    layLinks(plot);
    plot.dataset.drawn = "true";
    new ResizeObserver(() => { if (plot.clientWidth !== plot._fullLayout?.width) draw(plot); }).observe(plot);
    const button = document.querySelector(`[data-picture="${plot.id}"]`);
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => takePicture(button));
  }

  function begin() {
    registerLanguage();
    plots(document).forEach(start);
    document.addEventListener("htmx:load", (event) => {
      for (const plot of plots(event.detail.elt)) if (!plot.dataset.drawn) start(plot);
    });
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => plots(document).forEach(draw));
  }

  /* Added from here it keeps no other script waiting, and the page answers before it has come. */
  if (plots(document).length) {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", begin);
    document.head.append(script);
  }
})();
