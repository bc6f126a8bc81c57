// The address is the state: which screen, which job, which filter. Nothing else remembers them.
const base = "/console";

const screens = [
  ["/", "overview"],
  ["/jobs", "jobs"],
  ["/jobs/:id", "job"],
  ["/queues", "queues"],
  ["/queues/:name", "queue"],
  ["/schedules", "schedules"],
  ["/schedules/:name", "schedule"],
  ["/workers", "workers"],
  ["/fleets", "fleets"],
  ["/fleets/:name", "fleet"],
  ["/costs", "costs"],
  ["/definitions", "definitions"],
  ["/sign-in", "sign-in"],
];

const changes = new EventTarget();

/** Where we are: the screen's name, the parameters of its path and those of its query. */
export function here() {
  const path = location.pathname.slice(base.length).replace(/\/$/, "") || "/";
  for (const [pattern, screen] of screens) {
    const params = match(pattern, path);
    if (params) return { screen, params, query: Object.fromEntries(new URLSearchParams(location.search)) };
  }
  return { screen: "nowhere", params: {}, query: {} };
}

/** The address of a screen: link("/jobs", { state: "failed" }). */
export function link(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(filled).toString();
  return base + path + (text && "?" + text);
}

export function go(address, { replace = false } = {}) {
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  changes.dispatchEvent(new Event("change"));
}

/** Changes some parameters of the query and keeps the others; what is empty goes. */
export function refine(query, options) {
  const path = location.pathname.slice(base.length);
  go(link(path, { ...here().query, ...query }), options);
}

export function onNavigation(callback) {
  changes.addEventListener("change", callback);
  addEventListener("popstate", callback);
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!anchor || !plain || event.defaultPrevented || anchor.target || anchor.hasAttribute("download")) return;
    if (anchor.origin !== location.origin || !(anchor.pathname + "/").startsWith(base + "/")) return;
    if (anchor.hash) return;
    event.preventDefault();
    go(anchor.pathname + anchor.search);
  });
}

function match(pattern, path) {
  const expected = pattern.split("/");
  const actual = path.split("/");
  if (expected.length !== actual.length) return null;
  const params = {};
  for (let n = 0; n < expected.length; n++) {
    if (expected[n].startsWith(":")) params[expected[n].slice(1)] = decodeURIComponent(actual[n]);
    else if (expected[n] !== actual[n]) return null;
  }
  return params;
}
