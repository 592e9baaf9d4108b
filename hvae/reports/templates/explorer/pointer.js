// A click chooses the nearest point; a drag with a mouse or a pen brushes a region.
const SLIP = 4; // pixels that a click may move
let start = null;

function plotArea() { return byId("chart").querySelector("svg.marks .root .background").getBoundingClientRect(); }

function at(event) {
  const area = plotArea(), clamp = (value, most) => Math.max(0, Math.min(value, most));
  return { x: clamp(event.clientX - area.left, area.width), y: clamp(event.clientY - area.top, area.height) };
}

function inside(event) {
  const area = plotArea();
  return event.clientX >= area.left - SLIP && event.clientX <= area.right + SLIP &&
    event.clientY >= area.top - SLIP && event.clientY <= area.bottom + SLIP;
}

function down(event) {
  if (!view || event.button !== 0 || !event.target.closest("svg.marks") || !inside(event)) return;
  start = at(event);
  if (event.pointerType !== "touch") event.preventDefault();
}

function moved(event) {
  const here = at(event);
  return Math.hypot(here.x - start.x, here.y - start.y) > SLIP;
}

function drag(event) {
  if (!start || event.pointerType === "touch" || !moved(event)) return;
  byId("tip").hidden = true;
  const here = at(event);
  const side = (name, column) => [start[name], here[name]]
    .map((pixel) => view.scale(name).invert(pixel) / factor(column)).sort((a, b) => a - b);
  change({ region: { x: side("x", state.x), y: state.y === METRIC_AXIS ? null : side("y", state.y) } });
}

function up(event) {
  if (!start) return;
  const here = at(event), clicked = !moved(event);
  start = null;
  if (!clicked) { announce(regionSentence()); return; }
  const found = nearestTo(here);
  if (found) change({ point: found.name });
}

function nearestTo(here) {
  const far = (one) => Math.hypot(view.scale("x")(one.x) - here.x, view.scale("y")(one.y) - here.y);
  return rows(drawn()).reduce((best, one) => (best && far(best) <= far(one) ? best : one), null);
}

function listenToPointer() {
  byId("chart").addEventListener("pointerdown", down);
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", () => { start = null; });
}
