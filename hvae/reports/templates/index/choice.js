// What is chosen: read from the page's address, and written back there.

function chosenInAddress() {
  const asked = new URLSearchParams(location.hash.replace(/^#/, ""));
  const names = new Set((asked.get("with") || "").split(","));
  const known = DATA.experiments.filter((one) => names.has(one.name));
  return {
    experiments: known.length > 0 ? known : DATA.experiments.slice(0, 2),
    metric: asked.get("metric") || "",
    first: asked.get("first") || "",
    second: asked.get("second") || "",
  };
}

// An address that is not one of a comparison, as #unreadable, is left alone until something changes.
function intoAddress(chosen) {
  const asked = new URLSearchParams({
    with: chosen.experiments.map((one) => one.name).join(","),
    metric: chosen.metric,
    first: chosen.first,
    second: chosen.second,
  });
  history.replaceState(null, "", `#${asked}`);
}
