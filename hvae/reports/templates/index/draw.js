// Charts and tables from rows. Text goes into the page only as text.

function chart(id, spec, rows, text) {
  return embed(id, {...spec, datasets: {rows}, description: text});
}

// Colour and shape follow the order of choice, so that they stay when data change.
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

// The two axes of a difference: of β, or of the rates that were asked for.
function sides(spec, rated) {
  const copy = structuredClone(spec);
  for (const layer of copy.layer) {
    const names = rated ? ["R₁ asked for (nats)", "R₂ asked for (nats)"] : ["β₁", "β₂"];
    [layer.encoding.x.title, layer.encoding.y.title] = names;
  }
  return copy;
}

// Zero stays white, in the middle of a symmetric range.
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
