// What a test can ask of a page; put into every page before its own scripts run.
"use strict";
window.looks = (() => {
  const CHARTS = ".chart, .vega-embed, #explorer-chart";
  const DRAWN = "path, rect, circle, ellipse, line, use, image, text, polyline, polygon";
  const WAIT = 15000; // milliseconds for one chart, on a busy machine
  const SLACK = 2; // pixels that a letter may stand over an edge

  const alerts = [];
  // A real dialogue would stop the page and the test with it.
  for (const name of ["alert", "confirm", "prompt"]) window[name] = (text) => void alerts.push(text);

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const visible = (node) => node.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const charts = () => all(CHARTS).filter((chart) => chart.checkVisibility());

  // An axis has lines and letters, too; what Vega draws for data is in groups of this role.
  function marks(svg) {
    const vega = svg.classList.contains("marks");
    const groups = vega ? all(".role-mark:not(.mark-group)", svg) : [svg];
    return groups.flatMap((group) => all(DRAWN, group)).filter((mark) => {
      const box = mark.getBoundingClientRect();
      return box.width + box.height > 0;
    });
  }

  function painted(canvas) {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.some((pixel) => pixel !== pixels[0]);
  }

  const drawn = (chart) =>
    all("svg", chart).some((svg) => marks(svg).length > 0) || all("canvas", chart).some(painted);

  // Charts may wait until they are scrolled to.
  async function settled() {
    for (const chart of charts()) {
      const end = performance.now() + WAIT;
      if (!drawn(chart)) chart.scrollIntoView();
      while (!drawn(chart) && performance.now() < end) await frame();
    }
    scrollTo(0, 0);
    await frame();
    await frame();
  }

  const empty = () => charts().filter((chart) => !drawn(chart)).map((chart) => chart.id);

  function wide() {
    const overflow = document.documentElement.scrollWidth - innerWidth;
    if (overflow <= 0) return [];
    const beyond = all("body *").filter((node) => node.getBoundingClientRect().right > innerWidth + 1);
    return [`${overflow} px`, ...beyond.slice(0, 5).map(named)];
  }

  function named(node) {
    const id = node.id && `#${node.id}`;
    const classes = node.getAttribute("class");
    return node.tagName.toLowerCase() + id + (classes ? `.${classes}` : "");
  }

  // Letters of a chart that stand outside its drawing are cut off.
  function clipped() {
    return all("svg").filter((svg) => svg.closest(CHARTS)).flatMap((svg) => {
      const outer = svg.getBoundingClientRect();
      return all("text", svg).filter((text) => visible(text) && text.textContent.trim()).filter((text) => {
        const box = text.getBoundingClientRect();
        return box.width > 0 && (
          box.left < outer.left - SLACK || box.right > outer.right + SLACK ||
          box.top < outer.top - SLACK || box.bottom > outer.bottom + SLACK);
      }).map((text) => `${svg.closest(CHARTS).id}: ${text.textContent}`);
    });
  }

  const images = () => all("img").map((image) =>
    ({alt: image.getAttribute("alt"), width: image.naturalWidth, source: image.src.slice(0, 80)}));

  const hues = document.createElement("canvas").getContext("2d", {willReadFrequently: true});

  // [red, green, blue, alpha] of any CSS colour.
  function rgba(color) {
    hues.clearRect(0, 0, 1, 1);
    hues.fillStyle = color;
    hues.fillRect(0, 0, 1, 1);
    return [...hues.getImageData(0, 0, 1, 1).data];
  }

  // WCAG 2.2, relative luminance.
  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function backdrop(node) {
    const svg = node.closest("svg.marks");
    const ground = svg && svg.querySelector(":scope > rect, .background");
    const fill = ground ? rgba(getComputedStyle(ground).fill) : [0, 0, 0, 0];
    if (node !== svg && fill[3] > 127 && getComputedStyle(ground).fill !== "none") return fill;
    for (let at = node; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 127) return color;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches &&
      getComputedStyle(document.documentElement).colorScheme.includes("dark")
      ? [18, 18, 18, 255] : [255, 255, 255, 255];
  }

  const speaks = (node) => [...node.childNodes].some(
    (child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim());

  function contrast(node) {
    const style = getComputedStyle(node);
    const ink = luminance(rgba(node instanceof SVGElement ? style.fill : style.color));
    const paper = luminance(backdrop(node));
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }

  // Text on marks has the mark behind it, which a page cannot be asked for.
  function faint(least) {
    const texts = all("body *").filter((node) =>
      speaks(node) && !node.matches("script, style, option") && visible(node) && !node.closest(".role-mark"));
    const found = texts.map((node) => [contrast(node), node]).filter(([ratio]) => ratio < least);
    return found.slice(0, 10).map(([ratio, node]) =>
      `${ratio.toFixed(1)}: ${named(node)} ${node.textContent.trim().slice(0, 40)}`);
  }

  // Of the screen that a reader sees first; both in milliseconds after navigation.
  async function timed() {
    while (document.readyState === "loading") await frame();
    const first = (chart) => chart.getBoundingClientRect().top < innerHeight;
    while (charts().some((chart) => first(chart) && !drawn(chart))) await frame();
    await frame();
    performance.mark("first view");
    await settled();
    performance.mark("all drawn");
  }

  const time = (name) => performance.getEntriesByName(name)[0].startTime;

  return {alerts, charts, clipped, empty, faint, images, painted, settled, time, timed, wide};
})();
