// Every word a person reads, in their language. A message is text, or a function of what it speaks of.
import { preference } from "/console/design/preferences.js";
import en from "./i18n/en.js";
import ja from "./i18n/ja.js";

const languages = { en, ja };

export const locales = { en: "English", ja: "日本語" };

export function locale() {
  return preference("locale") in languages ? preference("locale") : "en";
}

/** The message of a key such as "jobs.title". */
export function t(key, values) {
  const message = find(languages[locale()], key) ?? find(en, key);
  if (message === undefined) throw new Error(`there is no message '${key}'`);
  return typeof message === "function" ? message(values) : message;
}

/** The message of a key that may have none, such as the title of a reason that the server has made up since. */
export function tOr(key, otherwise) {
  return find(languages[locale()], key) ?? find(en, key) ?? otherwise;
}

function find(messages, key) {
  return key.split(".").reduce((part, name) => part?.[name], messages);
}
