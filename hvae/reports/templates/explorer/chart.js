// The chart as a Vega-Lite specification of the state. Regions and the chosen point are data of
// their own, which change without drawing everything again.
const INK = "#111111"; // as in every chart of the page, whose style knows what it is in the dark
const TICKS = [0, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000];

function rows(list) {
  return list.map((point) => {
    const [x, y] = place(point);
    const value = point.values[state.metric];
    return { name: point.name, kind: point.kind, ...ends("x", x, factor(state.x)),
      ...ends("y", y, factor(yColumn())), value: value ? value[0] * factor(state.metric) : null };
  });
}

function ends(name, [value, low, high], times) {
  return { [name]: value * times, [`${name}_low`]: (low ?? value) * times, [`${name}_high`]: (high ?? value) * times };
}

function axis(name, column, list) {
  const values = list.map((one) => one[name]);
  const shown = isRate(column) ? rateScale(column, values) : isBeta(column) ? betaScale(values)
    : { scale: { zero: false, domain: reach(name, list) }, axis: {} };
  return { type: "quantitative", title: titled(column), ...shown };
}

// Vega would look for it in each layer, and warns of those that are empty.
function reach(name, list) {
  const found = list.flatMap((one) => [one[`${name}_low`], one[`${name}_high`]]);
  const low = Math.min(...found), high = Math.max(...found), room = (high - low || 1) / 20;
  return [low - room, high + room];
}

function rateScale(column, values) {
  const room = 0.1 * factor(column), least = Math.min(0, ...values), most = Math.max(room, ...values);
  const linear = [least - 0.03 * (most - least), 1.05 * most];
  if (state.scale === "linear") return { scale: { domain: linear, nice: false, zero: false }, axis: {} };
  const domain = [Math.min(-room / 2, 1.15 * least), 1.15 * most];
  const ticks = [...TICKS.slice(1).map((tick) => -tick), ...TICKS];
  return { scale: { type: "symlog", constant: 0.3 * factor(column), domain, nice: false },
    axis: { values: ticks, labelExpr: "format(datum.value, '~r')" } };
}

// A grid of β is spaced evenly in its logarithm.
function betaScale(values) {
  const domain = [Math.min(...values) / 1.2, Math.max(...values) * 1.2];
  return { scale: { type: "log", domain, nice: false }, axis: { format: "~g", labelOverlap: true, tickCount: 5 } };
}

function spec() {
  const list = rows(drawn());
  const x = axis("x", state.x, list), y = axis("y", yColumn(), list);
  const at = { x: { field: "x", ...x }, y: { field: "y", ...y } };
  const grid = list.filter((one) => isGrid(points.get(one.name)));
  const crowded = grid.length > CROWDED;
  const layers = [
    region(x, y), ...bars(crowded ? "chosen" : "all", crowded ? [] : list, x, y),
    open("without", grid.filter((one) => one.value === null), at, "circle", 25),
    coloured("grid", grid.filter((one) => one.value !== null), at, { size: crowded ? 45 : 110, stroke: INK, strokeWidth: 0.7 }),
    ...others(list, at), ring("chosen", "#d55e00", at), ring("pinned", "#0072b2", at, { size: 620, strokeDash: [5, 3] }),
  ];
  return { width: "container", height: 420, autosize: { type: "fit", contains: "padding" },
    config: look, layer: layers };
}

function region(x, y) {
  const sides = { x: { field: "x_low", ...x }, x2: { field: "x_high" } };
  if (state.y !== METRIC_AXIS) Object.assign(sides, { y: { field: "y_low", ...y }, y2: { field: "y_high" } });
  return { data: { name: "region", values: [] }, encoding: sides,
    mark: { type: "rect", aria: false, clip: true, color: "#0072b2", opacity: 0.2, stroke: "#0072b2" } };
}

function bars(name, values, x, y) {
  const rule = { type: "rule", aria: values.length > 0, color: "#777777", clip: true };
  return [
    { x: { field: "x_low", ...x }, x2: { field: "x_high" }, y: { field: "y", ...y } },
    { x: { field: "x", ...x }, y: { field: "y_low", ...y }, y2: { field: "y_high" } },
  ].map((encoding) => ({ data: { name, values }, mark: rule, encoding }));
}

function coloured(name, values, at, look_) {
  const legend = { orient: "bottom", direction: "horizontal", gradientLength: 220, titleLimit: 0, format: ".3~g" };
  const color = { field: "value", type: "quantitative", title: titled(state.metric), scale: { scheme: "viridis", type: isBeta(state.metric) ? "log" : "linear" }, legend };
  return { data: { name, values }, encoding: { ...at, color, ...shapes(), tooltip: { field: "name" } },
    mark: { type: "point", filled: true, opacity: 1, cursor: "pointer", ...look_ } };
}

function open(name, values, at, shape, size) {
  return { data: { name, values }, encoding: { ...at, tooltip: { field: "name" } },
    mark: { type: "point", aria: values.length > 0, filled: false, shape, size, opacity: 0.9, stroke: "#888888", strokeWidth: 1, fill: "transparent", cursor: "pointer" } };
}

// Independent models and models at given rates: of another shape, coloured as the grid, and open
// where they have no such number.
function others(list, at) {
  return drawnKinds().flatMap((kind) => {
    const mine = list.filter((one) => one.kind === kind), shape = data.symbols[kind];
    const bare = mine.filter((one) => one.value === null), having = mine.filter((one) => one.value !== null);
    const layer = open(`${kind}, open`, bare, at, shape, 90);
    return [{ ...layer, mark: { ...layer.mark, stroke: INK, strokeWidth: 1.6 } },
      ...(having.length ? [coloured(kind, having, at, { shape, size: 120, stroke: INK, strokeWidth: 1.8 })] : [])]; // of none Vega warns
  });
}

function drawnKinds() {
  return Object.keys(data.symbols).filter((kind) => drawn().some((point) => point.kind === kind));
}

// A legend of shapes where there are several.
function shapes() {
  const kinds = drawnKinds();
  const scale = { domain: [data.grid, ...kinds], range: ["circle", ...kinds.map((kind) => data.symbols[kind])] };
  const legend = { orient: "bottom", columns: 1, labelLimit: 0, symbolFillColor: "transparent", symbolStrokeColor: INK,
    labelExpr: `datum.label === '${data.grid}' ? datum.label : datum.label + ', coloured likewise'` };
  return kinds.length ? { shape: { field: "kind", type: "nominal", title: null, scale, legend } } : {};
}

function ring(name, stroke, at, look_ = {}) {
  return { data: { name, values: [] }, encoding: at,
    mark: { type: "point", aria: false, filled: false, size: 330, opacity: 1, stroke, strokeWidth: 3, ...look_ } };
}

// Drawing the chart, and moving what lies over it.
let view = null;
let asked = 0; // charts asked for: one that is late must not replace a newer one

async function drawChart() {
  const mine = ++asked;
  const menu = { export: true, source: false, compiled: false, editor: false };
  const options = { actions: menu, downloadFileName: `explorer-${state.metric}`, renderer: "svg", tooltip: tip };
  const result = await vegaEmbed("#explorer-chart", spec(), options);
  if (mine !== asked) { result.finalize(); return; }
  if (view) view.finalize();
  leave();
  view = result.view;
  byId("chart").querySelector("summary").setAttribute("aria-label", "Save the plane"); // a picture alone
  offerCsv();
  describe();
  overlay();
}

function describe() {
  const count = drawn().length;
  byId("chart").setAttribute("aria-label",
    `${count} points: ${titled(yColumn())} against ${titled(state.x)}, coloured by ${titled(state.metric)}. ` +
    "Choose a point with the list or the sliders above.");
  const column = columns.get(state.metric);
  const known = drawn().filter((point) => isGrid(point) && point.values[state.metric]).length;
  const all = drawn().filter(isGrid).length;
  const better = column.better === "none" ? "" : ` ${column.better === "higher" ? "Higher" : "Lower"} is better.`;
  const hollow = known < all ? ` Measured at ${known} of ${all} points of the grid; small open circles: not there.` : "";
  byId("hint").textContent = `${titled(state.metric)}.${better}${hollow}${kindsHint()}`;
}

function kindsHint() {
  const signs = { diamond: "Diamonds", square: "Squares" };
  const lacks = (kind) => drawn().some((point) => point.kind === kind && !point.values[state.metric]);
  return drawnKinds().map((kind) =>
    ` ${signs[data.symbols[kind]]}: ${data.kinds[kind]}${lacks(kind) ? ", open where not measured" : ""}.`).join("");
}

// The chosen point with its bars, the pinned one, and the region.
function overlay() {
  if (!view) return;
  const point = points.get(state.point);
  const ringed = (one) => (one && one.trained && place(one) ? rows([one]) : []);
  view.data("chosen", ringed(point));
  view.data("pinned", ringed(pinnedPoint()));
  view.data("region", state.region ? [corners()] : []);
  view.runAsync();
}

// An end that was left open reaches to the edge of the chart.
function corners() {
  const found = {};
  [["x", state.x], ["y", yColumn()]].forEach(([side, column]) => {
    const [low, high] = state.region[side] || [null, null], [least, most] = view.scale(side).domain();
    found[`${side}_low`] = low === null ? least : low * factor(column);
    found[`${side}_high`] = high === null ? most : high * factor(column);
  });
  return found;
}

// The handful that matters, beside the mouse; what stands beside the plane has every number.
function tip(_, event, __, name) {
  const point = points.get(name);
  if (!point || start) { leave(); return; }
  const box = byId("tip");
  box.hidden = false;
  box.replaceChildren(make("strong", {}, named(point)), tipTable(point));
  hover(name);
  besides(box, event);
}

function leave() {
  byId("tip").hidden = true;
  hover(null);
}

function tipTable(point) {
  const few = (column) => isRate(column.name) || [state.metric, firstMetric()].includes(column.name);
  const lines = data.columns.filter((column) => few(column) && point.values[column.name]).map((column) =>
    make("div", column.name === state.metric ? { class: "explorer-shown" } : {},
      make("span", {}, column.title), make("b", {}, withInterval(point, column))));
  return make("div", { class: "explorer-lines" }, ...lines);
}

function withInterval(point, column) {
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  const unit = column.unit ? ` ${shownUnit(column.unit).replace(" per item", "")}` : "";
  return Number.isFinite(low) ? `${number(value)}${unit} (${number(low)} to ${number(high)})` : number(value) + unit;
}

// Beside the mouse, on the side that has room, and not over the numbers beside the plane.
function besides(box, event) {
  const { width, height } = box.getBoundingClientRect();
  const edge = Math.min(innerWidth, byId("chart").getBoundingClientRect().right + 32);
  const left = event.clientX + 16 + width > edge ? event.clientX - 16 - width : event.clientX + 16;
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - height - 4))}px`;
}

// A click chooses the nearest point; a drag with a mouse or a pen brushes a region.
const SLIP = 4; // pixels that a click may move
let start = null;

function plotArea() { return byId("chart").querySelector("svg.marks .root .background").getBoundingClientRect(); }

function at(event) {
  const area = plotArea(), clamp = (value, most) => Math.max(0, Math.min(value, most));
  return { x: clamp(event.clientX - area.left, area.width), y: clamp(event.clientY - area.top, area.height) };
}

function inside(event) {
  const area = plotArea();
  return event.clientX >= area.left - SLIP && event.clientX <= area.right + SLIP &&
    event.clientY >= area.top - SLIP && event.clientY <= area.bottom + SLIP;
}

function down(event) {
  if (!view || event.button !== 0 || !event.target.closest("svg.marks") || !inside(event)) return;
  start = at(event);
  if (event.pointerType !== "touch") event.preventDefault();
}

function moved(event) {
  const here = at(event);
  return Math.hypot(here.x - start.x, here.y - start.y) > SLIP;
}

function drag(event) {
  if (!start || event.pointerType === "touch" || !moved(event)) return;
  byId("tip").hidden = true;
  const here = at(event);
  const side = (name, column) => [start[name], here[name]]
    .map((pixel) => view.scale(name).invert(pixel) / factor(column)).sort((a, b) => a - b);
  change({ tab: "region", region: { x: side("x", state.x), y: state.y === METRIC_AXIS ? null : side("y", state.y) } });
}

function up(event) {
  if (!start) return;
  const here = at(event), clicked = !moved(event);
  start = null;
  if (!clicked) { announce(regionSentence()); return; }
  const found = nearestTo(here);
  if (found) change({ point: found.name });
}

function nearestTo(here) {
  const far = (one) => Math.hypot(view.scale("x")(one.x) - here.x, view.scale("y")(one.y) - here.y);
  return rows(drawn()).reduce((best, one) => (best && far(best) <= far(one) ? best : one), null);
}

function listenToPointer() {
  byId("chart").addEventListener("pointerdown", down);
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", () => { start = null; });
}

// All points with all of their numbers, in nats, as the last line of the chart's menu.
function offerCsv() {
  const menu = byId("chart").querySelector(".vega-actions");
  const link = make("a", { href: "#", download: "explorer.csv" }, "Save all points as CSV");
  link.addEventListener("click", () => { link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" })); });
  if (menu) menu.append(link);
}

function csv() {
  const betas = data.betas.map((_, i) => `beta_${i + 1}`);
  const parts = ["", "_low", "_high"];
  const head = ["point", "kind", "seed", ...betas, ...data.columns.flatMap(({ name }) => parts.map((part) => name + part))];
  const lines = data.points.map((point) => [point.name, point.kind, point.seed, ...point.beta,
    ...data.columns.flatMap(({ name }) => point.values[name] || parts.map(() => ""))]);
  return [head, ...lines].map((line) => `${line.map(quoted).join(",")}\n`).join("");
}

function quoted(cell) {
  const text = String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
