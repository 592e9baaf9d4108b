// What is shown, in one object; everything on the page follows from it. Regions are kept in nats.
const data = JSON.parse(document.getElementById("explorer-data").textContent);
const columns = new Map(data.columns.map((column) => [column.name, column]));
const points = new Map(data.points.map((point) => [point.name, point]));
const METRIC_AXIS = "metric"; // the vertical axis shows what else gives the colour
const CROWDED = 100; // marks, beyond which error bars hide each other

const state = {
  metric: firstMetric(), unit: "nats", scale: "log", seed: "", x: data.axes[0],
  y: data.layers > 1 ? data.axes[1] : METRIC_AXIS, point: firstPoint().name, hovered: null, pinned: null, region: null, tab: null,
};

// The point under the mouse, else the chosen one.
function shownPoint() { return points.get(state.hovered || state.point); }

function firstMetric() {
  return (data.columns.find((column) => column.group === "Model") || data.columns[0]).name;
}

// The trained point nearest the middle of the grid; one with pictures or latents if there are any.
function firstPoint() {
  const trained = data.points.filter((point) => point.trained);
  const seen = trained.filter((point) => data.strips[point.name] || data.planes[point.name]);
  const middle = data.betas.map((axis) => Math.sqrt(axis[0] * axis[axis.length - 1]));
  const rated = seen.filter((point) => !hasBeta(point));
  return rated.length ? rated[Math.floor(rated.length / 2)] : nearest(middle, seen.length ? seen : trained);
}

// A point that was trained to given rates has no β.
function hasBeta(point) { return point.beta.every((value) => value !== null); }

// By β where all have one, else by their rates, on the scale of the axes.
function closest(point, among) {
  if ([point, ...among].every(hasBeta)) return nearest(point.beta, among);
  const rates = data.columns.filter((column) => column.group === "Rates").map((column) => column.name);
  const at = (one, name) => Math.asinh((one.values[name] ? one.values[name][0] : 0) / 0.3);
  const far = (one) => rates.reduce((sum, name) => sum + (at(one, name) - at(point, name)) ** 2, 0);
  return among.reduce((best, one) => (best && far(best) <= far(one) ? best : one), null);
}

function nearest(beta, among) {
  const far = (point) => point.beta.reduce((sum, b, i) => sum + Math.log(b / beta[i]) ** 2, 0);
  return among.reduce((best, point) => (best && far(best) <= far(point) ? best : point), null);
}

// Independent models have seeds of their own, and so a choice of the plane's seed keeps them all.
function drawn() {
  return data.points.filter((point) => point.trained && ofSeed(point) && place(point));
}

function ofSeed(point) {
  return state.seed === "" || !isGrid(point) || String(point.seed) === state.seed;
}

function isGrid(point) { return point.kind === data.grid; }

function yColumn() { return state.y === METRIC_AXIS ? state.metric : state.y; }

function place(point) {
  const x = point.values[state.x], y = point.values[yColumn()];
  return x && y ? [x, y] : null;
}

function isRate(name) { return columns.get(name).group === "Rates"; }

function isBeta(name) { return columns.get(name).group === "β"; }

function factor(name) { // from nats to what is shown
  return state.unit === "bits" && columns.get(name).unit.startsWith("nats") ? 1 / Math.LN2 : 1;
}

function shownUnit(unit) { return state.unit === "bits" ? unit.replace(/^nats/, "bits") : unit; }

function titled(name) {
  const column = columns.get(name);
  return withUnit(column.title, column);
}

function withUnit(text, column) {
  return column.unit ? `${text} (${shownUnit(column.unit)})` : text;
}

function number(value) {
  if (!Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(1).replaceAll("-", "−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

function named(point) { return called[point.name]; }

// Elements from data: text is only ever set as text, so that no name can become markup.
function byId(name) { return document.getElementById(`explorer-${name}`); }

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

function shape(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

function option(value, text) { return make("option", { value }, text); }

function table(headings, rows) {
  const head = headings.map((text, i) => make("th", i ? { class: "number", scope: "col" } : { scope: "col" }, text));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function row(first, ...others) {
  return make("tr", {}, make("th", { scope: "row" }, first),
    ...others.map((cell) => make("td", { class: "number" }, cell)));
}

// A long table scrolls inside a box that the keyboard can reach.
function boxed(content, label) {
  return make("div", { class: "explorer-box", tabindex: "0", role: "region", "aria-label": label }, content);
}

function goTo(point, text) {
  const button = make("button", { type: "button", class: "explorer-link" }, text);
  button.addEventListener("click", () => change({ point: point.name }));
  return button;
}
