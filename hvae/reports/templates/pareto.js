"use strict";
// Redraws the chart of two applications when another one is selected. The page has drawn the first
// pair; the numbers of all are in #pareto-data, and text reaches the page as attributes alone.
(() => {
  const {name, roles, found, spec} = JSON.parse(document.getElementById("pareto-data").textContent);
  const selects = ["pareto-across", "pareto-up"].map((id) => document.getElementById(id));
  let chosen = selects.map((select) => select.value);
  let drawn = Promise.resolve();

  const side = (axis, [value, low, high]) => ({[axis]: value, [axis + "_low"]: low, [axis + "_high"]: high});

  function rows([first, second]) {
    const members = found.fronts.find(({pair}) => pair.includes(first) && pair.includes(second)).members;
    const across = found.values[first], up = found.values[second];
    const role = (i) => members.includes(i) ? roles.front : across[i][3] || up[i][3] ? roles.barred : roles.off;
    return found.points
      .map((point, i) => across[i] && up[i] && {...point, ...side("x", across[i]), ...side("y", up[i]), role: role(i)})
      .filter(Boolean);
  }

  function specification(pair) {
    const copy = structuredClone(spec);
    copy.data.values = rows(pair);
    copy.description = "Pareto front of " + pair.join(" and ");
    for (const {encoding} of copy.layer) {
      encoding.x.title = found.titles[pair[0]];
      encoding.y.title = found.titles[pair[1]];
    }
    return copy;
  }

  async function draw(pair) {
    const copy = specification(pair);
    await embed(name, copy);
  }

  // an application against itself would be a diagonal: the other select takes the old value
  function choose(place) {
    const now = selects.map((select) => select.value);
    if (now[0] === now[1]) selects[1 - place].value = now[1 - place] = chosen[place];
    chosen = now;
    // one after the other, so that the last choice is what stays
    drawn = drawn.then(() => draw(now));
  }

  selects.forEach((select, place) => select.addEventListener("change", () => choose(place)));
})();
