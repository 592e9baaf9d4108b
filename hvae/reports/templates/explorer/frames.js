// Pictures and latents of the chosen point, or of the nearest one that has them.
function frameOf(point, frames) {
  const among = data.points.filter((one) => frames[one.name]);
  const same = among.filter((one) => one.seed === point.seed);
  return frames[point.name] ? point : nearest(point.beta, same.length ? same : among);
}

function whose(what, point, frame) {
  const text = frame === point ? "" : `${what} are of the nearest looked-into point, ${named(frame)}.`;
  return text ? [make("p", { class: "note explorer-nearest" }, text)] : [];
}

function drawPictures() {
  const point = shownPoint(), frame = data.image ? frameOf(point, data.strips) : null;
  byId("pictures").hidden = !frame;
  if (!frame) return;
  byId("pictures").dataset.frame = frame.name;
  const strips = [data.originals, ...data.strips[frame.name]].filter(Boolean);
  byId("pictures").replaceChildren(make("h4", {}, "Pictures"), ...whose("Pictures", point, frame),
    ...strips.map((strip) => picture(strip, frame)));
}

function picture(strip, frame) {
  const own = strip === data.originals ? "" : ` at ${named(frame)}`;
  const image = make("img", { src: strip.uri, width: strip.width, height: strip.height,
    alt: `${strip.count} pictures side by side. ${strip.text}${own}` });
  return make("figure", { class: "strip" }, image, make("figcaption", {}, strip.text));
}

function drawEmbedding() {
  const point = shownPoint(), frame = frameOf(point, data.planes);
  byId("embedding").hidden = !frame;
  if (!frame) return;
  byId("embedding").dataset.frame = frame.name;
  const planes = make("div", { class: "explorer-planes" }, ...data.planes[frame.name].map((plane) => planeFigure(plane, frame)));
  byId("embedding").replaceChildren(make("h4", {}, "Latents in a plane (posterior means)"),
    ...whose("Latents", point, frame), planes, ...(data.labelled ? [key()] : []));
}

function planeFigure(plane, frame) {
  const dots_ = shape("svg", { class: "marks", role: "img", viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-label":
    `${plane.title}: ${plane.labels.length} test items${data.labelled ? ", coloured by class," : ""} at ${named(frame)}` }, ...dots(plane));
  return make("figure", {}, dots_, make("figcaption", {}, plane.title));
}

const SIDE = 200;
const EDGE = 6;

// Colours stand as attributes, which the page's style exchanges in the dark.
function dots({ places, labels }) {
  const side = (from) => {
    const values = labels.map((_, i) => places[2 * i + from]);
    const least = Math.min(...values), span = Math.max(...values) - least || 1;
    return (value) => EDGE + (SIDE - 2 * EDGE) * ((value - least) / span);
  };
  const x = side(0), y = side(1);
  return labels.map((label, i) => shape("circle", { r: 2.5, fill: data.classes[label][1], "fill-opacity": 0.8,
    cx: x(places[2 * i]).toFixed(1), cy: (SIDE - y(places[2 * i + 1])).toFixed(1) }));
}

function key() {
  return make("ul", { class: "key" }, ...data.classes.map(([name, color]) =>
    make("li", {}, make("span", { style: `background: ${color}` }), name)));
}
