// Which metrics the chosen experiments have, and which of them can be compared.

// By key. The page has a list, since its order is the order of the choice.
function byKey() {
  for (const one of DATA.experiments) {
    one.metrics = Object.fromEntries(one.metrics.map((metric) => [metric.key, metric]));
  }
}

function metricsOf(experiments) {
  const keys = new Set(experiments.flatMap((one) => Object.keys(one.metrics)));
  return [...keys].map((key) => metricOf(key, experiments));
}

function metricOf(key, experiments) {
  const having = experiments.filter((one) => key in one.metrics);
  const {group, title} = having[0].metrics[key];
  const bases = new Set(having.map((one) => one.metrics[key].basis));
  const reason = bases.size > 1 ? differentUnits(key, having) : "";
  return {key, group, title, having, reason};
}

function differentUnits(key, having) {
  const each = having.map((one) => `${one.name}: ${one.metrics[key].units}`);
  return `${having[0].metrics[key].title} cannot be compared without a common unit (${each.join("; ")}).`;
}

function differentData(experiments) {
  const sources = new Set(experiments.map((one) => one.data));
  if (sources.size < 2) return "";
  const each = experiments.map((one) => `${one.name}: ${one.source}`);
  return `These have different data (${each.join("; ")}): a difference may come from the data, not from the models.`;
}
