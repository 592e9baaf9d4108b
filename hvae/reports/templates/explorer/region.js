// The points in the region, or all where there is none.
function within() {
  const box = state.region || {};
  const inside = (value, ends) => !ends || ((ends[0] === null || value >= ends[0]) && (ends[1] === null || value <= ends[1]));
  return drawn().filter((point) => {
    const [x, y] = place(point);
    return inside(x[0], box.x) && inside(y[0], box.y);
  });
}

function regionSentence() {
  const found = within(), total = data.layers > 1 ? "total" : data.axes[0];
  const count = `${found.length} ${found.length === 1 ? "point" : "points"}${state.region ? " in the region" : ", all that are drawn"}`;
  if (!found.length) return `${count}.`;
  const rates = found.map((point) => point.values[total][0] * factor(total));
  return `${count}; total rates from ${number(Math.min(...rates))} to ${number(Math.max(...rates))} ${state.unit} per item.`;
}

const FLATTERED = "The best are the best of the same test items, and so a little flattered.";

function drawSummary() {
  const found = within(), summary = byId("summary");
  summary.dataset.count = found.length;
  summary.dataset.region = state.region ? "chosen" : "none";
  const first = columns.get(state.metric);
  const order = [first, ...data.columns.filter((column) => column !== first)];
  const lines = order.map((column) => summaryRow(column, found)).filter(Boolean);
  const shown = lines.length ? [boxed(table(["Quantity", "Least", "Median", "Most", "Best at"], lines), "Summary of the region")] : [];
  summary.replaceChildren(make("h4", {}, "Region"), make("p", { class: "note" }, `${regionSentence()} ${FLATTERED}`), ...shown);
}

function summaryRow(column, found) {
  const having = found.filter((point) => point.values[column.name])
    .sort((a, b) => a.values[column.name][0] - b.values[column.name][0]);
  if (!having.length) return null;
  const values = having.map((point) => point.values[column.name][0] * factor(column.name));
  const best = { higher: having[having.length - 1], lower: having[0] }[column.better];
  return row(titled(column.name), number(values[0]), number(median(values)), number(values[values.length - 1]),
    best ? goTo(best, named(best)) : "–");
}

function median(sorted) {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
