// Numbers and durations as the reader's language writes them.
import { locale } from "./i18n.js";

const formats = new Map();

function format(options) {
  const key = locale() + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale(), options));
  return formats.get(key);
}

export function count(value) {
  return format({}).format(value);
}

/** A short form for small places: 12.3K. */
export function brief(value) {
  return format({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(share) {
  return format({ style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);
}

/** How many times as much: 8.7, 34. */
export function times(ratio) {
  return format({ maximumSignificantDigits: ratio < 10 ? 2 : 3 }).format(ratio);
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** A duration in its two largest units, below ten seconds with a fraction, below one in milliseconds. */
export function duration(seconds) {
  if (seconds < 0.9995) return unit(Math.max(0, Math.round(seconds * 1_000)), "millisecond");
  if (seconds < 9.95) return unit(seconds, "second", 1);
  let rest = Math.round(seconds);
  const first = units.findIndex(([, size]) => rest >= size);
  const parts = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(unit(amount, name));
  }
  return parts.join(" ");
}

export function bytes(value) {
  const power = Math.min(2, Math.floor(Math.log(Math.max(1, value)) / Math.log(1_024)));
  return unit(value / 1_024 ** power, ["byte", "kilobyte", "megabyte"][power], power && 1);
}

/** Units that a language writes out where others have a letter. */
const spelled = { ja: ["day", "hour", "minute", "second"] };

function unit(value, name, digits = 0) {
  const unitDisplay = spelled[locale()]?.includes(name) ? "short" : "narrow";
  return format({ style: "unit", unit: name, unitDisplay, maximumFractionDigits: digits }).format(value);
}
