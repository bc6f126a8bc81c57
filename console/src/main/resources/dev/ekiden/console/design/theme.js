// Runs before the first paint, so nothing flashes: notes what was chosen on the root element.
// preferences.js, a module, reads and changes the same choices later.
(() => {
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(`ekiden-${name}`);
    } catch {
      return null; // storage may be switched off
    }
  };
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  root.lang = kept("locale") ?? (navigator.language.startsWith("ja") ? "ja" : "en");
})();
