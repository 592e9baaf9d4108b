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
