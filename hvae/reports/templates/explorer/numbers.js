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

// A table a group, side by side where there is room: all of it is seen at once beside the plane.
function numbersTable(point) {
  const having = data.columns.filter((column) => point.values[column.name]);
  const tables = grouped(having, (column) => column.group, (column) => numberRow(point, column), (label, rows_) =>
    make("table", {}, make("caption", {}, label), make("tbody", {}, ...rows_)));
  return make("div", { class: "explorer-groups" }, ...tables);
}

function numberRow(point, column) {
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  const title = titled(column.name).replace(`${column.group}: `, "").replace(" per item)", ")");
  return row(title, number(value), Number.isFinite(low) ? `${number(low)} to ${number(high)}` : "");
}
