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
  const point = points.get(state.point), frame = data.image ? frameOf(point, data.strips) : null;
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
  const point = points.get(state.point), frame = frameOf(point, data.planes);
  byId("embedding").hidden = !frame;
  if (!frame) return;
  byId("embedding").dataset.frame = frame.name;
  const planes = make("div", { class: "explorer-planes" }, ...data.planes[frame.name].map((plane) => planeFigure(plane, frame)));
  byId("embedding").replaceChildren(make("h4", {}, "Latents in a plane (posterior means)"),
    ...whose("Latents", point, frame), planes, ...(data.labelled ? [key()] : []));
}

function planeFigure(plane, frame) {
  const canvas = make("canvas", { role: "img", width: 2 * SIDE, height: 2 * SIDE, "aria-label":
    `${plane.title}: ${plane.labels.length} test items${data.labelled ? ", coloured by class," : ""} at ${named(frame)}` });
  dots(canvas.getContext("2d"), plane);
  return make("figure", {}, canvas, make("figcaption", {}, plane.title));
}

const SIDE = 200; // half the pixels of a canvas, which is drawn finely for sharp screens
const EDGE = 12;

function dots(pen, { places, labels }) {
  const side = (from) => {
    const values = labels.map((_, i) => places[2 * i + from]);
    const least = Math.min(...values), span = Math.max(...values) - least || 1;
    return (value) => EDGE + (2 * SIDE - 2 * EDGE) * ((value - least) / span);
  };
  const x = side(0), y = side(1);
  pen.globalAlpha = 0.8;
  labels.forEach((label, i) => {
    pen.fillStyle = data.classes[label][1];
    pen.beginPath();
    pen.arc(x(places[2 * i]), 2 * SIDE - y(places[2 * i + 1]), 5, 0, 2 * Math.PI);
    pen.fill();
  });
}

function key() {
  return make("ul", { class: "key" }, ...data.classes.map(([name, color]) => {
    const dot = make("span");
    dot.style.background = color;
    return make("li", {}, dot, name);
  }));
}
