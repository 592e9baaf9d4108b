// Second minus first where both were trained for the same: in pairs over the same test items where
// the tables allow it, else with the standard errors of two independent estimates.

const ONE_TRAINING = "undecided: one training";
const BLIND = ["objective"]; // at given rates it has the prices in it, which are not alike

// How many standard errors an unpaired difference takes at 5 % over all places (Bonferroni):
// Student's t with the fewest degrees of freedom of the two spreads over trainings. One training
// says nothing of others.
function reach(seeds) {
  const degrees = Math.min(...seeds) - 1;
  return degrees ? DATA.reach[Math.min(degrees, DATA.reach.length) - 1] : Infinity;
}

// What was compared in pairs, turned round where the two stand the other way.
function inPairs(first, second, key) {
  const found = DATA.pairs.find((one) => one.key === key &&
    [one.first, one.second].sort().join("\n") === [first.name, second.name].sort().join("\n"));
  if (!found || found.first === first.name) return found;
  const turned = ([value, error, half]) => [-value, error, half];
  return {...found, cells: found.cells.map(([one, other, ...rest]) => [other, one, ...turned(rest)]), mean: turned(found.mean)};
}

function differences(first, second, key) {
  const paired = inPairs(first, second, key);
  if (paired) return paired.cells.map(([one, other, ...numbers]) => cell(first, second, key, one, other, ...numbers));
  const trained = (one, place) => `${one.beta[place]}|${one.target[place]}`;
  const places = new Map(second.beta.map((_, place) => [trained(second, place), place]));
  return first.beta.flatMap((beta, place) => {
    const other = places.get(trained(first, place));
    const values = [valueAt(first, key, place), other === undefined ? null : valueAt(second, key, other)];
    if (values.includes(null) || (BLIND.includes(key) && !beta.length)) return [];
    const error = Math.hypot(values[0][1], values[1][1]);
    const half = reach([first.seeds[place], second.seeds[other]]) * error;
    return [cell(first, second, key, place, other, values[1][0] - values[0][0], error, half)];
  });
}

function cell(first, second, key, place, other, difference, error, half) {
  const [one, two] = [valueAt(first, key, place), valueAt(second, key, other)];
  const rated = first.beta[place].length === 0, at_ = rated ? first.target[place] : first.beta[place];
  const text = {aim: first.aim[place], change: plusMinus([difference, error]), first: plusMinus(one), second: plusMinus(two)};
  const axes = {across: at_[0], up: at_.length > 1 ? at_[1] : "one layer", slice: sliceOf(rated, at_.slice(2))};
  return {...axes, ...text, rated, difference, sure: Math.abs(difference) > half, known: half < Infinity, errors: [one[1], two[1]]};
}

// Places that are drawn together: of β or of given rates, at one value of each layer above the second.
function sliceOf(rated, upper) {
  const more = upper.length ? ` with ${atBeta(upper)} above` : "";
  return `${rated ? "given rates" : "β"}${more}`;
}

// Why the items' errors of the two are combined as if these were independent.
function pairing(first, second, key) {
  const found = inPairs(first, second, key);
  if (found) return `yes: over the same ${found.items} test items and ${first.trainings} trainings each`;
  if (first.items !== second.items) return "no: they have other test items, so errors are those of independent estimates";
  if (first.trainings !== second.trainings) return "no: they have not as many trainings, so errors are those of independent estimates";
  if (first.trainings === 1) return "no: each has one training, which says nothing of another";
  return "no: not all places have scores of the same items, so errors are those of independent estimates";
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

// All places share their test items: an experiment's mean errs by at most the mean of its errors.
function meanOf(cells, paired) {
  if (paired) {
    const [value, error, half] = paired.mean;
    return `${plusMinus([value, error])} (95 % from ${short(value - half)} to ${short(value + half)})`;
  }
  return plusMinus([mean(cells.map((one) => one.difference)), Math.hypot(...[0, 1].map((which) => mean(cells.map((one) => one.errors[which]))))]);
}

function summary(cells, first, second, key) {
  const count = (sign) => String(cells.filter((one) => one.sure && sign * one.difference > 0).length);
  const words = (sign) => (cells.some((one) => one.known) ? count(sign) : ONE_TRAINING);
  return {
    "Common places": String(cells.length),
    "Compared in pairs": pairing(first, second, key),
    "Mean difference": meanOf(cells, inPairs(first, second, key)),
    "Significantly higher": words(1),
    "Significantly lower": words(-1),
    "Least": cells.reduce((a, b) => (a.difference < b.difference ? a : b)).change,
    "Most": cells.reduce((a, b) => (a.difference > b.difference ? a : b)).change,
  };
}
