// Charts and tables from rows. Text goes into the page as text alone.

function chart(id, spec, rows, text) {
  const filled = {...spec, datasets: {rows}, description: text};
  document.getElementById(id).setAttribute("aria-label", text);
  const actions = {export: true, source: false, compiled: false, editor: false};
  const config = typeof look === "undefined" ? {} : look; // where the page keeps its style apart
  return vegaEmbed(`#${id}`, filled, {actions, config, downloadFileName: id, renderer: "svg"})
    .then(() => nameMenu(id, text));
}

// Its button is a picture alone.
function nameMenu(id, text) {
  document.querySelector(`#${id} summary`).setAttribute("aria-label", `Save the chart: ${text}`);
}

// Colour and shape go by the order of choice, so that they stay when data change.
function named(spec, experiments) {
  const copy = structuredClone(spec);
  for (const channel of ["color", "shape"]) {
    const scale = copy.encoding[channel].scale;
    const range = scale.range;
    scale.domain = experiments.map((one) => one.name);
    scale.range = scale.domain.map((_, place) => range[place % range.length]);
  }
  return copy;
}

function titled(spec, title) {
  const copy = structuredClone(spec);
  copy.encoding.y.title = title;
  return copy;
}

// Zero stays white in the middle: as far down as up.
function centred(spec, rows, title) {
  const copy = structuredClone(spec);
  const most = Math.max(...rows.map((row) => Math.abs(row.difference))) || 1;
  copy.layer[0].encoding.color.scale.domain = [-most, most];
  copy.title = title;
  return copy;
}

function element(name, text, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = kind;
  return made;
}

function tableRow(head, ...cells) {
  const made = document.createElement("tr");
  made.append(element("th", head), ...cells.map((text) => element("td", text, "number")));
  return made;
}

function option(value, text, selected, disabled = false) {
  const made = new Option(text, value, selected, selected);
  made.disabled = disabled;
  return made;
}
