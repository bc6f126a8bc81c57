// What a person chose for this browser: theme, locale, time zone. Tells listeners of every change.
const defaults = {
  theme: () => "system",
  locale: () => (navigator.language.startsWith("ja") ? "ja" : "en"),
  zone: () => "local",
};

const apply = {
  theme: (value) => {
    if (value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
  },
  locale: (value) => (document.documentElement.lang = value),
  zone: () => {},
};

const changes = new EventTarget();
const memory = new Map(); // where storage is switched off

/** The choice for "theme" (system, light, dark), "locale" (en, ja) or "zone" (local, or a zone's name). */
export function preference(name) {
  if (memory.has(name)) return memory.get(name);
  try {
    return localStorage.getItem(`ekiden-${name}`) ?? defaults[name]();
  } catch {
    return defaults[name]();
  }
}

export function prefer(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`ekiden-${name}`, value);
  } catch {
    // kept for this page only
  }
  apply[name](value);
  changes.dispatchEvent(new CustomEvent("change", { detail: name }));
}

/** Calls back with the name of each choice that changes, also of the system's theme; returns how to stop. */
export function onPreference(callback) {
  const listener = (event) => callback(event.detail);
  changes.addEventListener("change", listener);
  return () => changes.removeEventListener("change", listener);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  changes.dispatchEvent(new CustomEvent("change", { detail: "theme" }));
});

// Another tab of the same server chose.
addEventListener("storage", (event) => {
  const name = event.key?.replace(/^ekiden-/, "");
  if (!(name in defaults)) return;
  memory.delete(name);
  apply[name](preference(name));
  changes.dispatchEvent(new CustomEvent("change", { detail: name }));
});
