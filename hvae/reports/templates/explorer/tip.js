const MANY = 16; // numbers, beyond which they stand in columns

// Every number of the mark under the mouse, in as many columns as it takes.
function tip(_, event, __, name) {
  const box = byId("tip"), point = points.get(name);
  box.hidden = !point;
  if (!point) return;
  box.replaceChildren(make("strong", {}, named(point)), tipTable(point));
  besides(box, event);
}

function tipTable(point) {
  const lines = data.columns.filter((column) => point.values[column.name]).map((column) =>
    make("div", column.name === state.metric ? { class: "explorer-shown" } : {},
      make("span", {}, column.title), make("b", {}, withInterval(point, column))));
  return make("div", { class: lines.length > MANY ? "explorer-lines explorer-wide" : "explorer-lines" }, ...lines);
}

function withInterval(point, column) {
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  const unit = column.unit ? ` ${shownUnit(column.unit).replace(" per item", "")}` : "";
  return Number.isFinite(low) ? `${number(value)}${unit} (${number(low)} to ${number(high)})` : number(value) + unit;
}

// Beside the mouse, on the side that has room.
function besides(box, event) {
  const { width, height } = box.getBoundingClientRect();
  const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - height - 4))}px`;
}
