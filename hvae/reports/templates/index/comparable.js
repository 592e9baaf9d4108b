// Which metrics the chosen experiments have, and in which of them they compare.

// By key; a list on the page, since its order is that of the choice.
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
  return `${having[0].metrics[key].title} does not compare, for want of a common unit (${each.join("; ")}).`;
}

function differentData(experiments) {
  const sources = new Set(experiments.map((one) => one.data));
  if (sources.size < 2) return "";
  const each = experiments.map((one) => `${one.name}: ${one.source}`);
  return `These are not of the same data (${each.join("; ")}): a difference may be that of the data, not of the models.`;
}
