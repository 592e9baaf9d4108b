// Draws a chart in the element of its name. The look stands once, and not in each specification.
const embed = (() => {
  "use strict";
  const actions = {export: true, source: false, compiled: false, editor: false};

  // Rows may stand in layers, facets and look-ups, and some layers share theirs.
  function tables(part, found = new Map()) {
    if (Array.isArray(part)) part.forEach(one => tables(one, found));
    else if (part && typeof part === "object") {
      for (const [key, value] of Object.entries(part)) {
        if (key === "data" && Array.isArray(value?.values)) keep(value.values, found);
        else if (key === "datasets") Object.values(value).forEach(rows => keep(rows, found));
        else tables(value, found);
      }
    }
    return [...found.values()];
  }

  function keep(rows, found) {
    if (rows.length) found.set(JSON.stringify(rows), rows);
  }

  function text(value) {
    if (value === null || value === undefined) return "";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  function quoted(cell) {
    return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }

  // As `hvae.reports.rows` writes files: one table of all columns, and which part a row is of.
  function csv(spec) {
    const parts = tables(spec);
    const rows = parts.flatMap((part, i) => part.map(row => parts.length > 1 ? {part: i + 1, ...row} : row));
    const columns = [...new Set(rows.flatMap(Object.keys))];
    const lines = [columns, ...rows.map(row => columns.map(column => row[column]))];
    return lines.map(line => line.map(cell => quoted(text(cell))).join(",") + "\n").join("");
  }

  // Points by what people call them; Vega asks for every text of a tooltip.
  function shown(value) {
    const text = String(called[value] ?? value);
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  }

  // Made when the menu opens: most are never asked for.
  function offer(place, spec, name) {
    const menu = place.querySelector("details");
    if (!menu) return;
    // The button is a picture alone.
    menu.querySelector("summary").setAttribute("aria-label", `Save the chart: ${spec.description}`);
    const link = document.createElement("a");
    link.textContent = "Save data as CSV";
    link.download = `${name}.csv`;
    menu.querySelector(".vega-actions").append(link);
    menu.addEventListener("toggle", () => {
      link.href = URL.createObjectURL(new Blob([csv(spec)], {type: "text/csv"}));
    }, {once: true});
  }

  return async (name, spec) => {
    const place = document.getElementById(name);
    // What is folded away has no width, so it is drawn when it is opened.
    for (let fold; (fold = place.closest("details:not([open])"));) {
      await new Promise((opened) => fold.addEventListener("toggle", opened, {once: true}));
    }
    place.setAttribute("aria-label", spec.description);
    await vegaEmbed(place, spec, {actions, tooltip: {sanitize: shown}, config: look, downloadFileName: name, renderer: "svg"});
    offer(place, spec, name);
  };
})();
