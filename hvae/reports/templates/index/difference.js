// Second minus first at equal β, with the standard errors of two independent estimates.

const SURE = 2; // standard errors

function differences(first, second, key) {
  const places = new Map(second.beta.map((beta, place) => [beta.join(), place]));
  return first.beta.flatMap((beta, place) => {
    if (!beta.length) return []; // a model at given rates
    const other = places.get(beta.join());
    const values = [valueAt(first, key, place), other === undefined ? null : valueAt(second, key, other)];
    return values.includes(null) ? [] : [cell(beta, ...values)];
  });
}

function cell(beta, one, other) {
  const difference = other[0] - one[0];
  const error = Math.hypot(one[1], other[1]);
  const sure = Math.abs(difference) > SURE * error;
  const text = {beta: atBeta(beta), change: plusMinus([difference, error]), first: plusMinus(one), second: plusMinus(other)};
  const axes = {beta_1: beta[0], beta_2: beta.length > 1 ? beta[1] : "one layer"};
  return {...axes, ...text, difference, sure, upper: beta.slice(2), errors: [one[1], other[1]]};
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

// All β share their test items: an experiment's mean errs by at most the mean of its errors.
function summary(cells) {
  const error = Math.hypot(...[0, 1].map((which) => mean(cells.map((one) => one.errors[which]))));
  const sure = cells.filter((one) => one.sure);
  return {
    "Common β": String(cells.length),
    "Mean difference": plusMinus([mean(cells.map((one) => one.difference)), error]),
    "Higher by more than two standard errors": String(sure.filter((one) => one.difference > 0).length),
    "Lower by more than two standard errors": String(sure.filter((one) => one.difference < 0).length),
    "Least": cells.reduce((a, b) => (a.difference < b.difference ? a : b)).change,
    "Most": cells.reduce((a, b) => (a.difference > b.difference ? a : b)).change,
  };
}
