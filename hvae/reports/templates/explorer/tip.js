// The handful that matters, beside the mouse; what stands beside the plane has every number.
function tip(_, event, __, name) {
  const point = points.get(name);
  if (!point || start) { leave(); return; }
  const box = byId("tip");
  box.hidden = false;
  box.replaceChildren(make("strong", {}, named(point)), tipTable(point));
  hover(name);
  besides(box, event);
}

function leave() {
  byId("tip").hidden = true;
  hover(null);
}

function tipTable(point) {
  const few = (column) => isRate(column.name) || [state.metric, firstMetric()].includes(column.name);
  const lines = data.columns.filter((column) => few(column) && point.values[column.name]).map((column) =>
    make("div", column.name === state.metric ? { class: "explorer-shown" } : {},
      make("span", {}, column.title), make("b", {}, withInterval(point, column))));
  return make("div", { class: "explorer-lines" }, ...lines);
}

function withInterval(point, column) {
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  const unit = column.unit ? ` ${shownUnit(column.unit).replace(" per item", "")}` : "";
  return Number.isFinite(low) ? `${number(value)}${unit} (${number(low)} to ${number(high)})` : number(value) + unit;
}

// Beside the mouse, on the side that has room, and not over the numbers beside the plane.
function besides(box, event) {
  const { width, height } = box.getBoundingClientRect();
  const edge = Math.min(innerWidth, byId("chart").getBoundingClientRect().right + 32);
  const left = event.clientX + 16 + width > edge ? event.clientX - 16 - width : event.clientX + 16;
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - height - 4))}px`;
}
