// Rows of the charts, a mark for each β.

function planeRows(experiments, key) {
  return experiments.flatMap((one) => one.beta.map((_, place) => row(one, place, key, "rate_1", "rate_above")))
    .filter((found) => found !== null);
}

function metricRows(experiments, key) {
  return experiments.flatMap((one) => one.beta.map((_, place) => row(one, place, key, "rate_total", key)))
    .filter((found) => found !== null);
}

function valueAt(experiment, key, place) {
  return key in experiment.metrics ? experiment.metrics[key].values[place] : null;
}

function row(experiment, place, key, across, up) {
  const [x, y] = [across, up].map((name) => valueAt(experiment, name, place));
  if (x === null || y === null) return null;
  const numbers = {};
  for (const name of ["rate_1", "rate_above", "rate_total"]) {
    numbers[name] = withInterval(valueAt(experiment, name, place));
  }
  const measured = valueAt(experiment, key, place);
  const beta = experiment.aim[place];
  const metric = measured === null ? "not measured here" : withInterval(measured);
  return {x: x[0], y: y[0], experiment: experiment.name, beta, seeds: experiment.seeds[place], metric, ...numbers};
}
