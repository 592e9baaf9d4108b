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

function groupTable(point, label, mine) {
  const read = mine.filter((column) => column.layers), sets = [...new Set(read.map((column) => column.layers))];
  const heads = sets.map((layers) => make("th", { class: "number", scope: "col" }, `on ${layers}`));
  const lines = grouped(read, numberTitle, (column) => column, (title, same) =>
    row(title, ...sets.map((layers) => numberCell(point, same.find((column) => column.layers === layers)))));
  const whole = mine.filter((column) => !column.layers).map((column) => wholeRow(point, column, sets.length));
  return make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, label), ...heads)), make("tbody", {}, ...lines, ...whole));
}

// Of no layer in particular.
function wholeRow(point, column, width) {
  const line = row(numberTitle(column), numberCell(point, column));
  line.lastChild.colSpan = Math.max(width, 1);
  return line;
}

function numberTitle(column) {
  return titled(column.name).replace(`${column.group}: `, "").replace(column.layers && ` on ${column.layers}`, "").replace(" per item)", ")");
}

function numberCell(point, column) {
  if (!column) return "";
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  return make("span", {}, make("b", {}, number(value)), " ", make("span", {}, Number.isFinite(low) ? `(${number(low)} to ${number(high)})` : ""));
}
