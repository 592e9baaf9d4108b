// The chosen point: its name and all of its numbers.
function drawNumbers() {
  const point = shownPoint();
  byId("panel").dataset.point = state.point;
  byId("panel").dataset.shown = point.name;
  byId("title").textContent = named(point);
  const title = make("p", { class: "note" }, `With 95 % intervals; ${state.unit} are per item.`);
  byId("numbers").replaceChildren(...drawPair(), title, point.trained ? numbersTable(point) : lost());
}

function lost() { return make("p", { class: "empty" }, "The training of this point diverged: it has no numbers."); }

const OF_FILES = "Compression";

// A table a group, a row a number, side by side for the sets of layers: all of it is seen at once.
function numbersTable(point, wanted = (group) => group !== OF_FILES) {
  const having = data.columns.filter((column) => point.values[column.name] && wanted(column.group));
  const tables = grouped(having, (column) => column.group, (column) => column, (label, mine) => groupTable(point, label, mine));
  return make("div", { class: "explorer-groups" }, ...tables);
}

// Below those of no layer in particular, sets of layers have a column each.
function groupTable(point, label, mine) {
  const sets = [...new Set(mine.map((column) => column.layers).filter(Boolean))];
  const aside = (column) => sets.length > 1 && column.layers;
  const whole = mine.filter((column) => !aside(column)).map((column) => wholeRow(point, column, sets.length));
  const lines = grouped(mine.filter(aside), (column) => numberTitle(column, column.brief), (column) => column,
    (title, same) => row(title, ...sets.map((layers) => numberCell(point, same.find((column) => column.layers === layers)))));
  const heads = lines.length ? sets.map((layers) => make("th", { class: "number", scope: "col" }, `on ${layers}`)) : [];
  const head = (text, ...others) => make("tr", { class: "explorer-head" }, make("th", { scope: "col" }, text), ...others);
  const first = whole.length ? [head(label), ...whole, ...(heads.length ? [head("", ...heads)] : [])] : [head(label, ...heads)];
  return make("table", heads.length ? { class: "explorer-wide" } : {}, make("tbody", {}, ...first, ...lines));
}

function wholeRow(point, column, width) {
  const read = column.layers ? ` on ${column.layers}` : "";
  const line = row(numberTitle(column, column.brief + read), numberCell(point, column));
  line.lastChild.colSpan = Math.max(width, 1);
  return line;
}

function numberTitle(column, text) {
  return withUnit(text, column).replace(" per item)", ")");
}

function numberCell(point, column) {
  if (!column) return "";
  const [value, low, high] = point.values[column.name].map((one) => (one === null ? undefined : one * factor(column.name)));
  return make("span", {}, make("b", {}, number(value)), " ", make("span", {}, Number.isFinite(low) ? `(${number(low)} to ${number(high)})` : ""));
}

// What the point's files take, where some were written.
function drawFiles() {
  const point = shownPoint(), isFile = (group) => group === OF_FILES;
  byId("tab-files").hidden = !data.columns.some((column) => isFile(column.group) && point.values[column.name]);
  byId("files").replaceChildren(make("p", { class: "note" }, "Of test items, with 95 % intervals."), numbersTable(point, isFile));
}

// What one more nat in each layer saves, where the point was trained to given rates.
function drawPrices() {
  const found = data.prices[shownPoint().name];
  byId("tab-prices").hidden = !found;
  if (!found) return;
  const lines = found.rows.map((cells) => row(...cells));
  byId("prices").replaceChildren(
    make("p", { class: "note" }, "What one more nat in a layer saves, in nats of distortion. On test items it is over all trainings, ± one standard error."),
    boxed(table(["", ...found.layers], lines), "Prices of the chosen point"), make("p", {}, found.text));
}

// How far the chosen point is from each limit.
const VERDICTS = { holds: "hold", violated: "violated", undecided: "undecided", vacuous: "vacuous" };

function drawLimits() {
  const point = shownPoint(), found = data.limits[point.name];
  const content = found ? checks(found) : unchecked(point);
  byId("limits").replaceChildren(...content);
}

function unchecked(point) {
  const among = data.points.filter((one) => one.trained && data.limits[one.name]);
  const sentence = make("p", { class: "empty" }, "No limit was checked at this point. ");
  if (among.length && point.trained) {
    const other = closest(point, among);
    sentence.append("The nearest that was: ", goTo(other, named(other)), ".");
  }
  return [sentence];
}

function checks({ counts, checks: list }) {
  const told = Object.entries(VERDICTS).filter(([verdict]) => counts[verdict]).map(([verdict, text]) => `${counts[verdict]} ${text}`);
  const lines = list.map(checkRow);
  const headings = ["Bound", "Slack", "Measured", "Limit", "Verdict"];
  return [
    make("p", { class: "note" }, `Of all checks here ${told.join(", ")}. Of each bound the tightest check; ± is one standard error.`),
    boxed(table(headings, lines), "Checks of the chosen point"),
  ];
}

function checkRow(check) {
  const times = state.unit === "bits" && check.unit.startsWith("nats") ? 1 / Math.LN2 : 1;
  const of = [check.layers, check.method].filter(Boolean).join(", ");
  const first = make("span", { title: data.bounds[check.bound] || "" }, check.bound);
  const cell = row(first, `${number(check.slack * times)} ± ${number(check.slack_se * times)}`,
    number(check.measured * times), number(check.limit * times), check.verdict);
  cell.firstChild.append(make("small", {}, [of, shownUnit(check.unit)].filter(Boolean).join("; ")));
  cell.lastChild.className = check.verdict;
  return cell;
}

// Pictures and latents of the chosen point, or of the nearest one that has them.
function frameOf(point, frames) {
  const among = data.points.filter((one) => frames[one.name]);
  const same = among.filter((one) => one.seed === point.seed);
  return frames[point.name] ? point : closest(point, same.length ? same : among);
}

function whose(what, point, frame) {
  const text = frame === point ? "" : `${what} are of the nearest evaluated point, ${named(frame)}.`;
  return text ? [make("p", { class: "note explorer-nearest" }, text)] : [];
}

function drawPictures() {
  const point = shownPoint(), frame = data.image ? frameOf(point, data.strips) : null;
  byId("tab-pictures").hidden = !frame;
  if (!frame) return;
  byId("pictures").dataset.frame = frame.name;
  const strips = [data.originals, ...data.strips[frame.name]].filter(Boolean);
  byId("pictures").replaceChildren(...whose("Pictures", point, frame),
    ...strips.map((strip) => picture(strip, frame)));
}

function picture(strip, frame) {
  const own = strip === data.originals ? "" : ` at ${named(frame)}`;
  const image = make("img", { src: strip.uri, width: strip.width, height: strip.height,
    alt: `${strip.count} pictures side by side. ${strip.text}${own}` });
  return make("figure", { class: "strip" }, image, make("figcaption", {}, strip.text));
}

function drawEmbedding() {
  const point = shownPoint(), frame = frameOf(point, data.planes);
  byId("tab-embedding").hidden = !frame;
  if (!frame) return;
  byId("embedding").dataset.frame = frame.name;
  const planes = make("div", { class: "explorer-planes" }, ...data.planes[frame.name].map((plane) => planeFigure(plane, frame)));
  byId("embedding").replaceChildren(make("p", { class: "note" }, "Posterior means of test items."),
    ...whose("Latents", point, frame), planes, ...(data.labelled ? [key()] : []));
}

function planeFigure(plane, frame) {
  const dots_ = shape("svg", { class: "marks", role: "img", viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-label":
    `${plane.title}: ${plane.labels.length} test items${data.labelled ? ", coloured by class," : ""} at ${named(frame)}` }, ...dots(plane));
  return make("figure", {}, dots_, make("figcaption", {}, plane.title));
}

const SIDE = 200;
const EDGE = 6;

// Colours stand as attributes, which the page's style exchanges in the dark.
function dots({ places, labels }) {
  const side = (from) => {
    const values = labels.map((_, i) => places[2 * i + from]);
    const least = Math.min(...values), span = Math.max(...values) - least || 1;
    return (value) => EDGE + (SIDE - 2 * EDGE) * ((value - least) / span);
  };
  const x = side(0), y = side(1);
  return labels.map((label, i) => shape("circle", { r: 2.5, fill: data.classes[label][1], "fill-opacity": 0.8,
    cx: x(places[2 * i]).toFixed(1), cy: (SIDE - y(places[2 * i + 1])).toFixed(1) }));
}

function key() {
  return make("ul", { class: "key" }, ...data.classes.map(([name, color]) =>
    make("li", {}, make("span", { style: `background: ${color}` }), name)));
}

// The points in the region, or all where there is none.
function within() {
  const box = state.region || {};
  const inside = (value, ends) => !ends || ((ends[0] === null || value >= ends[0]) && (ends[1] === null || value <= ends[1]));
  return drawn().filter((point) => {
    const [x, y] = place(point);
    return inside(x[0], box.x) && inside(y[0], box.y);
  });
}

function regionSentence() {
  const found = within(), total = data.layers > 1 ? "total" : data.axes[0];
  const count = `${found.length} ${found.length === 1 ? "point" : "points"}${state.region ? " in the region" : ", all that are drawn"}`;
  if (!found.length) return `${count}.`;
  const rates = found.map((point) => point.values[total][0] * factor(total));
  return `${count}; total rates from ${number(Math.min(...rates))} to ${number(Math.max(...rates))} ${state.unit} per item.`;
}

const FLATTERED = "The best are the best of the same test items, and so a little flattered.";

function drawSummary() {
  const found = within(), summary = byId("summary");
  summary.dataset.count = found.length;
  summary.dataset.region = state.region ? "chosen" : "none";
  const first = columns.get(state.metric);
  const order = [first, ...data.columns.filter((column) => column !== first)];
  const lines = order.map((column) => summaryRow(column, found)).filter(Boolean);
  const shown = lines.length ? [boxed(table(["Quantity", "Least", "Median", "Most", "Best at"], lines), "Summary of the region")] : [];
  summary.replaceChildren(make("p", { class: "note" }, `${regionSentence()} ${FLATTERED}`), ...shown);
}

function summaryRow(column, found) {
  const having = found.filter((point) => point.values[column.name])
    .sort((a, b) => a.values[column.name][0] - b.values[column.name][0]);
  if (!having.length) return null;
  const values = having.map((point) => point.values[column.name][0] * factor(column.name));
  const best = { higher: having[having.length - 1], lower: having[0] }[column.better];
  return row(titled(column.name), number(values[0]), number(median(values)), number(values[values.length - 1]),
    best ? goTo(best, named(best)) : "–");
}

function median(sorted) {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
