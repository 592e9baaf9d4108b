// Elements from data: text is only ever set as text, so that no name can become markup.
function byId(name) { return document.getElementById(`explorer-${name}`); }

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

function shape(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

function option(value, text) { return make("option", { value }, text); }

function table(headings, rows) {
  const head = headings.map((text, i) => make("th", i ? { class: "number", scope: "col" } : { scope: "col" }, text));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function row(first, ...others) {
  return make("tr", {}, make("th", { scope: "row" }, first),
    ...others.map((cell) => make("td", { class: "number" }, cell)));
}

// A long table scrolls inside a box that the keyboard can reach.
function boxed(content, label) {
  return make("div", { class: "explorer-box", tabindex: "0", role: "region", "aria-label": label }, content);
}

function goTo(point, text) {
  const button = make("button", { type: "button", class: "explorer-link" }, text);
  button.addEventListener("click", () => change({ point: point.name }));
  return button;
}
