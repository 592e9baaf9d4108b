// Second minus first at equal β, with the standard errors of two independent estimates.

const ONE_TRAINING = "undecided: one training";

// How many standard errors a difference takes at 5 % over all β (Bonferroni): Student's t with the
// fewest degrees of freedom of the two spreads over trainings. One training says nothing of others.
function reach(seeds) {
  const degrees = Math.min(...seeds) - 1;
  return degrees ? DATA.reach[Math.min(degrees, DATA.reach.length) - 1] : Infinity;
}

function differences(first, second, key) {
  const places = new Map(second.beta.map((beta, place) => [beta.join(), place]));
  return first.beta.flatMap((beta, place) => {
    if (!beta.length) return []; // a model at given rates
    const other = places.get(beta.join());
    const values = [valueAt(first, key, place), other === undefined ? null : valueAt(second, key, other)];
    if (values.includes(null)) return [];
    return [cell(beta, ...values, reach([first.seeds[place], second.seeds[other]]))];
  });
}

function cell(beta, one, other, far) {
  const difference = other[0] - one[0];
  const error = Math.hypot(one[1], other[1]);
  const sure = Math.abs(difference) > far * error;
  const text = {beta: atBeta(beta), change: plusMinus([difference, error]), first: plusMinus(one), second: plusMinus(other)};
  const axes = {beta_1: beta[0], beta_2: beta.length > 1 ? beta[1] : "one layer"};
  return {...axes, ...text, difference, sure, known: far < Infinity, upper: beta.slice(2), errors: [one[1], other[1]]};
}

// Why the items' errors of the two are combined as if these were independent.
function pairing(first, second) {
  if (first.items !== second.items) return "no: they have other test items";
  if (first.trainings.join() !== second.trainings.join()) return "no: they have other training seeds";
  return "no: the page has no item's own value, so a difference may be surer than its error says";
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

// All β share their test items: an experiment's mean errs by at most the mean of its errors.
function summary(cells, first, second) {
  const error = Math.hypot(...[0, 1].map((which) => mean(cells.map((one) => one.errors[which]))));
  const count = (sign) => String(cells.filter((one) => one.sure && sign * one.difference > 0).length);
  const words = (sign) => (cells.some((one) => one.known) ? count(sign) : ONE_TRAINING);
  return {
    "Common β": String(cells.length),
    "Compared in pairs": pairing(first, second),
    "Mean difference": plusMinus([mean(cells.map((one) => one.difference)), error]),
    "Significantly higher": words(1),
    "Significantly lower": words(-1),
    "Least": cells.reduce((a, b) => (a.difference < b.difference ? a : b)).change,
    "Most": cells.reduce((a, b) => (a.difference > b.difference ? a : b)).change,
  };
}
