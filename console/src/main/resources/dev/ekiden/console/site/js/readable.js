import { duration } from "./numbers.js";
import { absolute } from "./time.js";

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const span = /\bP(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?(?![\w])/g;

/** The server's words, with its times and durations as the reader's language and zone write them. */
export function readable(text) {
  return text
    .replace(instant, (at) => absolute(at))
    .replace(span, (written, days = 0, hours = 0, minutes = 0, seconds = 0) =>
      duration(Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)),
    );
}
