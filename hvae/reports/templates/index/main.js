// The controls, and what a change of them redraws.

const at = (id) => document.getElementById(id);

function main() {
  byKey();
  const chosen = chosenInAddress();
  at("chosen").append(...DATA.experiments.map((one) => checkbox(one, chosen)));
  at("metric").addEventListener("change", (event) => change(chosen, {metric: event.target.value}));
  at("first").addEventListener("change", (event) => change(chosen, {first: event.target.value}));
  at("second").addEventListener("change", (event) => change(chosen, {second: event.target.value}));
  at("values-all").addEventListener("toggle", () => listValues(chosen));
  at("slice").addEventListener("change", () => showDifference(chosen));
  settle(chosen);
  show(chosen);
}

function change(chosen, changes) {
  Object.assign(chosen, changes);
  settle(chosen);
  intoAddress(chosen);
  show(chosen);
}

function checkbox(experiment, chosen) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = experiment.name;
  box.checked = chosen.experiments.includes(experiment);
  box.addEventListener("change", () => change(chosen, {experiments: checked()}));
  label.append(box, ` ${experiment.name}`);
  return label;
}

function checked() {
  const names = new Set([...at("chosen").querySelectorAll(":checked")].map((box) => box.value));
  return DATA.experiments.filter((one) => names.has(one.name));
}

// Choose a metric that can be compared, and two experiments.
function settle(chosen) {
  const usable = metricsOf(chosen.experiments).filter((metric) => metric.reason === "");
  const preferred = [...usable].sort((a, b) => b.having.length - a.having.length)
    .find((metric) => metric.group !== "Rates") || usable[0];
  if (!usable.some((metric) => metric.key === chosen.metric)) chosen.metric = preferred ? preferred.key : "";
  const names = chosen.experiments.map((one) => one.name);
  if (!names.includes(chosen.first)) chosen.first = names.find((name) => name !== chosen.second) || "";
  if (!names.includes(chosen.second)) chosen.second = names.find((name) => name !== chosen.first) || "";
}

function show(chosen) {
  const metrics = metricsOf(chosen.experiments);
  listMetrics(metrics, chosen);
  for (const which of ["first", "second"]) {
    at(which).replaceChildren(...chosen.experiments.map((one) => option(one.name, one.name, one.name === chosen[which])));
  }
  const remarks = [differentData(chosen.experiments), ...metrics.map((metric) => metric.reason)];
  at("remarks").replaceChildren(...remarks.filter((text) => text !== "").map((text) => element("li", text)));
  showCharts(metrics.find((metric) => metric.key === chosen.metric), chosen.experiments);
  listValues(chosen);
  listSlices(chosen);
  showDifference(chosen);
}

function listMetrics(metrics, chosen) {
  const groups = new Map();
  for (const metric of metrics) {
    if (!groups.has(metric.group)) groups.set(metric.group, element("optgroup", ""));
    groups.get(metric.group).label = metric.group;
    groups.get(metric.group).append(metricOption(metric, chosen));
  }
  at("metric").replaceChildren(...groups.values());
}

function metricOption(metric, chosen) {
  const some = metric.having.length < chosen.experiments.length;
  const only = some ? ` – ${metric.having.map((one) => one.name).join(", ")} only` : "";
  const text = `${metric.title}${metric.reason === "" ? only : " – units differ"}`;
  return option(metric.key, text, metric.key === chosen.metric, metric.reason !== "");
}

function showCharts(metric, experiments) {
  if (metric === undefined) return;
  const names = experiments.map((one) => one.name).join(", ");
  chart("plane", named(CHARTS.plane, experiments), planeRows(experiments, metric.key), `Rate plane of ${names}`);
  const spec = titled(named(CHARTS.metric, experiments), metric.title);
  const rows = metricRows(experiments, metric.key);
  chart("against-rate", spec, rows, `${metric.title} against total rate of ${names}`);
  at("against-rate-note").textContent = `${metric.title} against total rate. Hover for 95 % intervals.`;
}

// There may be thousands of rows, so they are written when they are shown.
function listValues(chosen) {
  const rows = at("values-all").open ? planeRows(chosen.experiments, chosen.metric) : [];
  const columns = ["beta", "seeds", "rate_1", "rate_above", "rate_total", "metric"];
  const made = rows.map((found) => tableRow(found.experiment, ...columns.map((name) => found[name])));
  at("values").tBodies[0].replaceChildren(...made);
}

function pair(chosen) {
  return ["first", "second"].map((which) => chosen.experiments.find((one) => one.name === chosen[which]));
}

// A map shows β or given rates, and with three layers or more one value of each above the second.
function listSlices(chosen) {
  const [first, second] = pair(chosen);
  const cells = first && second ? differences(first, second, chosen.metric) : [];
  const slices = [...new Set(cells.map((one) => one.slice))];
  at("slice-label").hidden = slices.length < 2;
  at("slice").replaceChildren(...slices.map((slice) => option(slice, slice, false)));
}

function showDifference(chosen) {
  const [first, second] = pair(chosen);
  const cells = first && second ? differences(first, second, chosen.metric) : [];
  at("no-difference").textContent = whyNone(first, second, chosen.metric, cells);
  at("has-difference").hidden = cells.length === 0;
  if (cells.length === 0) return;
  const {title} = first.metrics[chosen.metric];
  const shown = cells.filter((one) => one.slice === at("slice").value);
  const text = `${title}: ${second.name} less ${first.name}`;
  chart("difference", centred(sides(CHARTS.difference, shown[0].rated), shown, [title, `${second.name} less ${first.name}`]), shown, text);
  const facts = Object.entries(summary(cells, first, second, chosen.metric)).map(([name, value]) => tableRow(name, value));
  at("difference-summary").tBodies[0].replaceChildren(...facts);
  const rows = cells.map((one) => tableRow(one.aim, one.first, one.second, one.change));
  at("differences").tBodies[0].replaceChildren(...rows);
}

function whyNone(first, second, key, cells) {
  if (first === undefined || second === undefined) return "Choose two experiments to see how they differ.";
  if (first === second) return "First and second are the same experiment.";
  const without = [first, second].find((one) => !(key in one.metrics));
  if (without !== undefined) return `${without.name} has not measured this.`;
  if (first.layers !== second.layers) return `They have ${first.layers} and ${second.layers} layers, so nothing in common that both were trained for.`;
  return cells.length === 0 ? "Both have this metric, but at no β or rates that both were trained for." : "";
}
