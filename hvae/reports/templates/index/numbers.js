// Values as [value, standard error], and with the two ends of an interval that is not so many of these:
// of means over trainings it has Student's t, and of shares it is not symmetric.

function short(number) {
  return String(Number(number.toPrecision(4))).replace("-", "−");
}

function interval(value) {
  const half = DATA.interval * value[1];
  return value.length === 4 ? value.slice(2) : [value[0] - half, value[0] + half];
}

function withInterval(value) {
  const [low, high] = interval(value).map(short);
  return value[1] === 0 ? short(value[0]) : `${short(value[0])} (95 % from ${low} to ${high})`;
}

function plusMinus(value) {
  return `${short(value[0])} ± ${short(Number(value[1].toPrecision(2)))}`;
}

function atBeta(beta) {
  return beta.map(short).join(", ");
}
