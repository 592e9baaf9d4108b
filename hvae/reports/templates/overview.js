// The chosen application's map at the head of the page: the chart of its section, with arrows.
(() => {
  "use strict";
  const choice = document.getElementById("overview-choice");
  if (!choice) return;
  const arrows = JSON.parse(document.getElementById("overview-arrows").textContent);
  const HEIGHT = 265;
  let drawn = Promise.resolve();

  function draw() {
    const spec = figures[names.indexOf(`map-${choice.value}`)];
    const layered = {...spec, height: HEIGHT, ...(arrows && {layer: [...spec.layer, arrows]})};
    drawn = drawn.then(() => embed("overview-chart", layered));
  }

  choice.addEventListener("change", draw);
  document.querySelectorAll("[data-application]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    choice.value = link.dataset.application;
    draw();
  }));
  draw();
})();
