// The pinned point beside the shown one: differences, with intervals and verdicts, come from the
// tables. Here they are only looked up, and turned round where the pair stands the other way.
const PAIRS = data.pairs.applications;
const placeOf = new Map(data.pairs.places.flatMap((names, place_) => names.map((name) => [name, place_])));
const HOW = { "+": ["better", "worse"], "-": ["worse", "better"], "?": ["undecided", "undecided"],
  "1": ["undecided: one training", "undecided: one training"] };

// Of all places but the first k, n − 1, n − 2, … pairs stand before those of place k.
function pairNumber(first, second, count) { return first * (2 * count - first - 1) / 2 + second - first - 1; }

// How the one point differs from the other in an application; null where it was not measured there.
function differing(application, one, other) {
  const [a, b] = [one, other].map((point) => application.at.indexOf(placeOf.get(point.name)));
  const k = pairNumber(Math.min(a, b), Math.max(a, b), application.at.length);
  if (a < 0 || b < 0 || a === b || application.words.length === 0) return null;
  const times = state.unit === "bits" && application.unit.startsWith("nats") ? 1 / Math.LN2 : 1;
  const [first, second] = [a, b].map((place_) => application.values[place_] * times), word = application.words[k];
  const half = application.half[k] === null ? null : application.half[k] * times;
  return { first, second, value: first - second, half, degrees: application.degrees[k],
    how: HOW[word] ? HOW[word][a < b ? 0 : 1] : "" };
}

function pinnedPoint() { return points.get(state.pinned); }

function drawPin() {
  const here = state.pinned === state.point;
  const text = !state.pinned ? "Pin to compare" : here ? "Unpin this point" : `Unpin ${named(pinnedPoint())}`;
  byId("pin").textContent = text;
  byId("pin").setAttribute("aria-pressed", Boolean(state.pinned));
}

function pin() {
  change({ pinned: state.pinned ? null : state.point });
  announce(state.pinned ? `${named(pinnedPoint())} is pinned. Choose another point to compare with it.` : "No point is pinned.");
}

// What stands over the numbers of the shown point; nothing without another one that is pinned.
function drawPair() {
  const one = shownPoint(), other = pinnedPoint();
  if (!other || one === other) return other ? [make("p", { class: "note" }, "This point is pinned: choose another one to compare with it.")] : [];
  const why = notCompared(one, other);
  const title = make("h4", {}, `Less the pinned ${seedless(other)}`);
  return [make("div", { class: "explorer-pair" }, title, ...(why ? [make("p", { class: "empty" }, why)] : [pairTable(one, other), pairNote(one, other)]))];
}

function notCompared(one, other) {
  if (!PAIRS.length) return "Nothing is compared: no application has scores of its items.";
  const lost = [one, other].find((point) => !placeOf.has(point.name));
  if (lost) return `Not compared: no application was measured at ${named(lost)}.${data.part ? ` They were at ${data.part}.` : ""}`;
  if (placeOf.get(one.name) === placeOf.get(other.name)) return "Both were trained for the same, with other seeds: comparisons are over all seeds, so choose another place.";
  if (PAIRS.every((application) => application.words === "")) return `Not compared: there are ${data.pairs.places.length} places, and every two of them would be too much for one page.`;
  return "";
}

// Comparisons are of places, over all of their seeds.
function seedless(point) { return named(point).replace(/, seed \d+$/, ""); }

function pairTable(one, other) {
  const lines = PAIRS.map((application) => pairRow(application, differing(application, one, other)));
  const shown = table(["Application: here, pinned", "Difference (95 %)", "Here is"], lines);
  return boxed(shown, `Differences of ${seedless(one)} and ${seedless(other)}`);
}

function pairRow(application, found) {
  const title = withUnit(application.title, application);
  if (!found) return row(title, "–", "not measured at both");
  const values = [found.first, found.second].map((value) => (found.half ? value.toFixed(decimals(found.half)) : number(value))).join(", ");
  const line = row(make("span", {}, title, make("small", {}, values)), ...(found.how ? [differenceText(found), found.how] : ["–", "not compared: other size"]));
  if (found.how === "better" || found.how === "worse") line.lastChild.classList.add("explorer-sure");
  return line;
}

function differenceText({ value, half, degrees }) {
  const text = make("span", {}, signed(value, half));
  if (half !== null) text.append(make("small", {}, `${signed(value - half, half)} to ${signed(value + half, half)}; ${degrees === null ? "many" : Math.round(degrees)} df`));
  return text;
}

// To two digits of the half-width, and four decimals at most: less does not matter here.
function decimals(half) { return half ? Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(half)))) : 3; }

function signed(value, half) {
  const text = Math.abs(value).toFixed(decimals(half));
  return `${Number(text) === 0 ? "" : value > 0 ? "+" : "−"}${text}`;
}

function pairNote(one, other) {
  const count = data.pairs.places[placeOf.get(one.name)].length;
  const told = PAIRS.filter((application) => (differing(application, one, other) || {}).how).length;
  const sure = count > 1 ? `Intervals and verdicts hold together for all ${PAIRS.length} applications (Bonferroni, Student's t with these degrees of freedom, df). ` +
    "They do not know how many pairs you looked at." : "With one training nothing is known of another, so nothing is decided.";
  return make("p", { class: "note" }, `${told} of ${PAIRS.length} applications compared on the same test items, in pairs over items and ` +
    `${count === 1 ? "one training" : `${count} trainings`}; each place is read in the way that is best there on validation items. ${sure}`);
}

function pairSentence() {
  const other = pinnedPoint(), one = points.get(state.point);
  if (!other || one === other) return "";
  const why = notCompared(one, other);
  if (why) return ` ${why}`;
  const found = PAIRS.map((application) => differing(application, one, other)).filter((one_) => one_ && one_.how);
  const count = (how) => found.filter((one_) => one_.how.startsWith(how)).length;
  return ` Against the pinned ${seedless(other)}: better in ${count("better")}, worse in ${count("worse")}, undecided in ${count("undecided")}.`;
}
