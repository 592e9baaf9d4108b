// One way round: a change of the state, then whatever of the page it concerns.
const CHART = ["metric", "unit", "scale", "seed", "x", "y"];
const POINT = ["point", "unit"];

function change(changed) {
  Object.assign(state, "point" in changed ? { hovered: null } : {}, changed);
  const concerns = (names) => names.some((name) => name in changed);
  showControls(changed);
  if (concerns(CHART)) drawChart(); else overlay();
  if (concerns(POINT)) drawPoint();
  if (concerns([...CHART, "region"])) drawSummary();
  if ("point" in changed) announce(pointSentence());
}

// What stands beside the plane follows the mouse.
function hover(name) {
  if (name === state.hovered) return;
  state.hovered = name;
  drawPoint();
}

function drawPoint() {
  drawNumbers();
  drawPictures();
  drawEmbedding();
  drawLimits();
}

function pointSentence() {
  const point = points.get(state.point), value = point.values[state.metric];
  const known = value ? `${titled(state.metric)} ${number(value[0] * factor(state.metric))}` : `no ${columns.get(state.metric).title}`;
  return `${named(point)}: ${point.trained ? known : "diverged"}.`;
}

function announce(text) { byId("status").textContent = text; }

fill();
listen();
listenToPointer();
showControls(null);
drawPoint();
drawSummary();
drawChart();
