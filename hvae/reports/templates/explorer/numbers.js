// The chosen point: its name and all of its numbers.
function drawNumbers() {
  const point = shownPoint();
  byId("panel").dataset.point = state.point;
  byId("panel").dataset.shown = point.name;
  byId("title").textContent = named(point);
  const title = make("h4", {}, `Numbers and their 95 % intervals; ${state.unit} are per item`);
  byId("numbers").replaceChildren(title, point.trained ? numbersTable(point) : lost());
}

function lost() { return make("p", { class: "empty" }, "The training of this point diverged: it has no numbers."); }

// A table a group, a row a number, side by side for the sets of layers: all of it is seen at once.
function numbersTable(point) {
  const having = data.columns.filter((column) => point.values[column.name]);
  const tables = grouped(having, (column) => column.group, (column) => column, (label, mine) => groupTable(point, label, mine));
  return make("div", { class: "explorer-groups" }, ...tables);
}

// Below those of no layer in particular, sets of layers have a column each.
function groupTable(point, label, mine) {
  const sets = [...new Set(mine.map((column) => column.layers).filter(Boolean))];
  const aside = (column) => sets.length > 1 && column.layers;
  const whole = mine.filter((column) => !aside(column)).map((column) => wholeRow(point, column, sets.length));
  const lines = grouped(mine.filter(aside), (column) => numberTitle(column).replace(` on ${column.layers}`, ""), (column) => column,
    (title, same) => row(title, ...sets.map((layers) => numberCell(point, same.find((column) => column.layers === layers)))));
  const heads = lines.length ? sets.map((layers) => make("th", { class: "number", scope: "col" }, `on ${layers}`)) : [];
  const head = (text, ...others) => make("tr", { class: "explorer-head" }, make("th", { scope: "col" }, text), ...others);
  const first = whole.length ? [head(label), ...whole, ...(heads.length ? [head("", ...heads)] : [])] : [head(label, ...heads)];
  return make("table", heads.length ? { class: "explorer-wide" } : {}, make("tbody", {}, ...first, ...lines));
}

function wholeRow(point, column, width) {
  const line = row(numberTitle(column), numberCell(point, column));
  line.lastChild.colSpan = Math.max(width, 1);
  return line;
}

function numberTitle(column) {
  return titled(column.name).replace(`${column.group}: `, "").replace(" per item)", ")");
}

function numberCell(point, column) {
  if (!column) return "";
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  return make("span", {}, make("b", {}, number(value)), " ", make("span", {}, Number.isFinite(low) ? `(${number(low)} to ${number(high)})` : ""));
}
