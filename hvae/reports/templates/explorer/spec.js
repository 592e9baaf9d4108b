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
    ...others(list, at), ring(at),
  ];
  return { width: "container", height: 420, autosize: { type: "fit", contains: "padding" },
    config: look, layer: layers };
}

function region(x, y) {
  const sides = { x: { field: "x_low", ...x }, x2: { field: "x_high" } };
  if (state.y !== METRIC_AXIS) Object.assign(sides, { y: { field: "y_low", ...y }, y2: { field: "y_high" } });
  return { data: { name: "region", values: [] }, encoding: sides,
    mark: { type: "rect", clip: true, color: "#0072b2", opacity: 0.2, stroke: "#0072b2" } };
}

function bars(name, values, x, y) {
  const rule = { type: "rule", color: "#777777", clip: true };
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
    mark: { type: "point", filled: false, shape, size, opacity: 0.9, stroke: "#888888", strokeWidth: 1, fill: "transparent", cursor: "pointer" } };
}

// Independent models and points asked for by rates: of another shape, coloured as the grid, and open
// where they have no such number. A cross is all line, and so takes the colour there.
function others(list, at) {
  return drawnKinds().flatMap((kind) => {
    const mine = list.filter((one) => one.kind === kind), shape = data.symbols[kind];
    const bare = mine.filter((one) => one.value === null), having = mine.filter((one) => one.value !== null);
    const layer = open(`${kind}, open`, bare, at, shape, 90);
    const line = shape.startsWith("M") ? { filled: false, strokeWidth: 3 } : { stroke: INK, strokeWidth: 1.8 };
    return [{ ...layer, mark: { ...layer.mark, stroke: INK, strokeWidth: 1.6 } },
      ...(having.length ? [coloured(kind, having, at, { shape, size: 120, ...line })] : [])]; // of none Vega warns
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

function ring(at) {
  return { data: { name: "chosen", values: [] }, encoding: at,
    mark: { type: "point", filled: false, size: 330, opacity: 1, stroke: "#d55e00", strokeWidth: 3 } };
}
