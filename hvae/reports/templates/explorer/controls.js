// Controls change the state, and show it.
const SIDES = [["x", 1], ["y", 2]];
const TABS = { pictures: "Pictures", numbers: "Numbers", limits: "Limits", prices: "Prices", files: "Files", embedding: "Embedding", region: "Region" };

function fill() {
  byId("metric").replaceChildren(...grouped(data.columns, (column) => column.group, (column) => option(column.name, column.title)));
  byId("x").replaceChildren(...data.axes.map((name) => option(name, columns.get(name).title)));
  byId("y").replaceChildren(...data.axes.map((name) => option(name, columns.get(name).title)),
    option(METRIC_AXIS, "what colours the marks"));
  byId("seed").replaceChildren(option("", "all"), ...data.seeds.map((seed) => option(String(seed), String(seed))));
  byId("seed").parentElement.hidden = data.seeds.length === 1;
  byId("tabs").replaceChildren(...Object.entries(TABS).map(([name, text]) => {
    byId(name).setAttribute("aria-labelledby", `explorer-tab-${name}`);
    return make("button", { type: "button", role: "tab", id: `explorer-tab-${name}`, "aria-controls": `explorer-${name}` }, text);
  }));
  data.betas.forEach((axis, i) => { slider(i).max = axis.length - 1; slider(i).disabled = axis.length === 1; });
}

function grouped(list, group, make_, gather = (label, options) => make("optgroup", { label }, ...options)) {
  const groups = new Map();
  list.forEach((one) => groups.set(group(one), [...(groups.get(group(one)) || []), make_(one)]));
  return [...groups].map(([label, made]) => gather(label, made));
}

function slider(i) { return byId(`beta-${i + 1}`); }

function listen() {
  ["metric", "unit", "scale", "point"].forEach((name) =>
    byId(name).addEventListener("change", (event) => change({ [name]: event.target.value })));
  ["x", "y"].forEach((name) => byId(name).addEventListener("change", (event) => change({ [name]: event.target.value, region: null })));
  byId("seed").addEventListener("change", (event) => change({ seed: event.target.value, point: ofOtherSeed(event.target.value) }));
  data.betas.forEach((_, i) => slider(i).addEventListener("input", slide));
  SIDES.forEach(([, n]) => ["from", "to"].forEach((end) => byId(`${end}-${n}`).addEventListener("input", typed)));
  Object.keys(TABS).forEach((name) => byId(`tab-${name}`).addEventListener("click", () => change({ tab: name })));
  byId("tabs").addEventListener("keydown", alongTabs);
  byId("clear").addEventListener("click", () => change({ region: null }));
  byId("pin").addEventListener("click", pin);
  document.querySelectorAll(".explorer-controls").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
}

// Arrow keys move among the tabs that there are, as readers of screens expect.
function alongTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const there = Object.keys(TABS).filter(isThere);
  change({ tab: there[(there.indexOf(state.tab) + step + there.length) % there.length] });
  byId(`tab-${state.tab}`).focus();
}

function isThere(name) { return !byId(`tab-${name}`).hidden; }

function showTabs() {
  if (!state.tab || !isThere(state.tab)) state.tab = Object.keys(TABS).find(isThere);
  Object.keys(TABS).forEach((name) => {
    const chosen = name === state.tab, tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(name).hidden = !chosen;
  });
}

// The same β in the other seed.
function ofOtherSeed(seed) {
  const now = points.get(state.point);
  if (seed === "" || !isGrid(now)) return state.point;
  return nearest(now.beta, data.points.filter((point) => isGrid(point) && String(point.seed) === seed)).name;
}

function slide() {
  const wanted = data.betas.map((axis, i) => axis[Number(slider(i).value)]);
  const now = points.get(state.point), seed = state.seed || String(isGrid(now) ? now.seed : data.seeds[0]);
  change({ point: nearest(wanted, data.points.filter((point) => isGrid(point) && String(point.seed) === seed)).name });
}

function typed() {
  const side = (name, column, n) => {
    const ends = ["from", "to"].map((end) => byId(`${end}-${n}`).value)
      .map((text) => (text === "" ? null : Number(text) / factor(column)));
    return ends.every((end) => end === null) ? null : ends;
  };
  const x = side("x", state.x, 1), y = state.y === METRIC_AXIS ? null : side("y", state.y, 2);
  change({ region: x || y ? { x, y } : null });
  announce(regionSentence());
}

function showControls(changed) {
  ["metric", "unit", "scale", "x", "y", "seed"].forEach((name) => { byId(name).value = state[name]; });
  if (!changed || "seed" in changed) {
    const listed = data.points.filter(ofSeed);
    byId("point").replaceChildren(...grouped(listed, (point) => point.kind, (point) => option(point.name, `${named(point)}${point.trained ? "" : ", diverged"}`)));
  }
  byId("point").value = state.point;
  showSliders();
  byId("side-2").hidden = state.y === METRIC_AXIS;
  SIDES.forEach(([side, n]) => showRegion(side, n));
  byId("clear").disabled = !state.region;
  drawPin();
}

function showSliders() {
  points.get(state.point).beta.forEach((value, i) => {
    byId(`value-${i + 1}`).textContent = number(value);
    if (value === null) return; // the slider stays where it was
    const far = (other) => Math.abs(Math.log(other / value));
    const place_ = data.betas[i].reduce((best, other, k) => (far(other) < far(data.betas[i][best]) ? k : best), 0);
    slider(i).value = place_;
    slider(i).setAttribute("aria-valuetext", `β ${i + 1} = ${number(value)}`);
  });
}

function showRegion(side, n) {
  const column = side === "x" ? state.x : yColumn();
  byId(`legend-${n}`).textContent = titled(column);
  const ends = (state.region && state.region[side]) || [null, null];
  ["from", "to"].forEach((end, i) => {
    const input = byId(`${end}-${n}`);
    if (input !== document.activeElement) input.value = ends[i] === null ? "" : Number((ends[i] * factor(column)).toPrecision(4));
  });
}

// One way round: a change of the state, then whatever of the page it concerns.
const CHART = ["metric", "unit", "scale", "seed", "x", "y"];
const POINT = ["point", "unit", "pinned"];

function change(changed) {
  const leaves = "point" in changed && state.tab === "region" ? { tab: null } : {};
  Object.assign(state, "point" in changed ? { hovered: null } : {}, leaves, changed);
  const concerns = (names) => names.some((name) => name in changed);
  showControls(changed);
  if (concerns(CHART)) drawChart(); else overlay();
  if (concerns(POINT)) drawPoint();
  if (concerns([...CHART, "region"])) drawSummary();
  showTabs();
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
  drawPrices();
  drawFiles();
  showTabs();
}

function pointSentence() {
  const point = points.get(state.point), value = point.values[state.metric];
  const known = value ? `${titled(state.metric)} ${number(value[0] * factor(state.metric))}` : `no ${columns.get(state.metric).title}`;
  return `${named(point)}: ${point.trained ? known : "diverged"}.${pairSentence()}`;
}

function announce(text) { byId("status").textContent = text; }

fill();
listen();
listenToPointer();
showControls(null);
drawPoint();
drawSummary();
drawChart();
