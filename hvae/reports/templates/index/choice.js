// The choice: read from the page's address, and written back there.

function chosenInAddress() {
  const query = new URLSearchParams(location.hash.replace(/^#/, ""));
  const names = new Set((query.get("with") || "").split(","));
  const known = DATA.experiments.filter((one) => names.has(one.name));
  return {
    experiments: known.length > 0 ? known : DATA.experiments.slice(0, 2),
    metric: query.get("metric") || "",
    first: query.get("first") || "",
    second: query.get("second") || "",
  };
}

// An address of something else, such as #unreadable, stays until the choice changes.
function intoAddress(chosen) {
  const query = new URLSearchParams({
    with: chosen.experiments.map((one) => one.name).join(","),
    metric: chosen.metric,
    first: chosen.first,
    second: chosen.second,
  });
  history.replaceState(null, "", `#${query}`);
}
