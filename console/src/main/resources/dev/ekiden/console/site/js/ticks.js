// Where a scale has its marks: at values a person would choose.
import { zoneOffset } from "./time.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const timeSteps = [second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day];
const spanSteps = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400];

/** At most `most` round times from one to another, in the zone that is shown. */
export function timeTicks(from, to, most) {
  const step = timeSteps.find((candidate) => (to - from) / candidate <= most) ?? timeSteps.at(-1);
  const offset = zoneOffset(from);
  const ticks = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** Whether the marks of so long a time are days rather than hours. */
export function isDays(from, to) {
  return to - from > 2 * day;
}

/** Whether they are less than a minute apart. */
export function isMoments(from, to) {
  return to - from < 5 * minute;
}

/** How far apart, in seconds, marks of durations stand, where `longest` is the highest. */
export function spanStep(longest) {
  return spanSteps.find((step) => longest / step <= 4) ?? Math.ceil(longest / 4 / 86_400) * 86_400;
}
