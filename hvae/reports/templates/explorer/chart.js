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
  const signs = { diamond: "Diamonds" };
  const lacks = (kind) => drawn().some((point) => point.kind === kind && !point.values[state.metric]);
  return drawnKinds().map((kind) =>
    ` ${signs[data.symbols[kind]] || "Crosses"}: ${data.kinds[kind]}${lacks(kind) ? ", open where not measured" : ""}.`).join("");
}

// The chosen point with its bars, and the region.
function overlay() {
  if (!view) return;
  const point = points.get(state.point);
  view.data("chosen", point.trained && place(point) ? rows([point]) : []);
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
