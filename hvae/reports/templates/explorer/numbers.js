// The chosen point: its name and all of its numbers.
function drawNumbers() {
  const point = points.get(state.point);
  [byId("panel"), byId("numbers")].forEach((element) => { element.dataset.point = point.name; });
  byId("title").textContent = named(point);
  const title = make("h4", {}, "Numbers");
  byId("numbers").replaceChildren(title, point.trained ? numbersTable(point) : lost());
}

function lost() { return make("p", { class: "empty" }, "The training of this point diverged: it has no numbers."); }

function numbersTable(point) {
  const lines = [];
  let group = "";
  data.columns.filter((column) => point.values[column.name]).forEach((column) => {
    if (column.group !== group) lines.push(groupRow(column.group, 3));
    group = column.group;
    const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
    const interval = Number.isFinite(low) ? `${number(low)} to ${number(high)}` : "–";
    lines.push(row(titled(column.name), number(value), interval));
  });
  return boxed(table(["Quantity", "Value", "95 %"], lines), "All numbers of the chosen point");
}
