// The address is the state: which screen, and all that it needs to be as it was. The token of a booking stands after
// the #, which browsers send to nobody.
export const ROOT = "/calendar/booking";

const changes = new EventTarget();

/** The address as { screen, code, query, token }. */
export function address() {
  const path = location.pathname.slice(ROOT.length).split("/").filter(Boolean);
  return {
    screen: path[0] ?? "search",
    code: path[1] === undefined ? undefined : decodeURIComponent(path[1]),
    query: Object.fromEntries(new URLSearchParams(location.search)),
    token: location.hash.slice(1),
  };
}

/** A link within the page; what is undefined or empty is left out. */
export function link(screen, code, query = {}, token) {
  const path = [screen === "search" ? "" : `/${screen}`, code === undefined ? "" : `/${encodeURIComponent(code)}`];
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return (
    ROOT + path.join("") + (given.length ? `?${new URLSearchParams(given)}` : "") + (token ? `#${token}` : "")
  );
}

export function go(href, { replace = false, state = null } = {}) {
  history[replace ? "replaceState" : "pushState"](state, "", href);
  changes.dispatchEvent(new CustomEvent("change", { detail: { moved: !replace } }));
}

let results;

/** The last list that was looked at, to come back to. */
export const lastResults = () => results;
export const rememberResults = () => (results = location.pathname + location.search);

/** Calls back after each change of the address. */
export function onAddress(callback) {
  changes.addEventListener("change", (event) => callback(event.detail));
  addEventListener("popstate", () => callback({ moved: true }));
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    if (!anchor || anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    const inside = anchor.pathname === ROOT || anchor.pathname.startsWith(`${ROOT}/`);
    const within = anchor.pathname === location.pathname && anchor.search === location.search && anchor.hash;
    if (!inside || within) return;
    event.preventDefault();
    go(anchor.href);
  });
}
