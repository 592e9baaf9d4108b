// How far the chosen point is from each limit.
const VERDICTS = { holds: "hold", violated: "violated", undecided: "undecided", vacuous: "cannot bind" };

function drawLimits() {
  const point = shownPoint(), found = data.limits[point.name];
  const content = found ? checks(found) : unchecked(point);
  byId("limits").replaceChildren(make("h4", {}, "Distance to each limit"), ...content);
}

function unchecked(point) {
  const among = data.points.filter((one) => one.trained && data.limits[one.name]);
  const sentence = make("p", { class: "empty" }, "No limit was checked at this point. ");
  if (among.length && point.trained) {
    const other = nearest(point.beta, among);
    sentence.append("The nearest that was: ", goTo(other, named(other)), ".");
  }
  return [sentence];
}

function checks({ counts, checks: list }) {
  const told = Object.entries(VERDICTS).filter(([verdict]) => counts[verdict]).map(([verdict, text]) => `${counts[verdict]} ${text}`);
  const lines = list.map(checkRow);
  const headings = ["Bound", "Slack", "Measured", "Limit", "Verdict"];
  return [
    make("p", { class: "note" }, `Of all checks here ${told.join(", ")}. Of each bound the most telling one; ± is one standard error.`),
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
