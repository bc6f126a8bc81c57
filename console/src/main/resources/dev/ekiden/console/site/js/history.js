// What queues did over time, made fit for charts.
import { api, get } from "./api.js";

export function history(query, signal) {
  return get(api`/history`, { query, signal });
}

/** Attempts per minute that ended in one of the ways: every step counts, also one in which nothing happened. */
export function perMinute({ from, to, stepSeconds, items }, ...ways) {
  const ended = new Map();
  for (const point of items.flatMap(({ points }) => points)) {
    const at = new Date(point.at).getTime();
    ended.set(at, ways.reduce((sum, way) => sum + point[way], ended.get(at) ?? 0));
  }
  const step = stepSeconds * 1_000;
  const start = new Date(from).getTime();
  // The last step has not ended yet: it would always look like a fall.
  const steps = Math.max(0, Math.floor((new Date(to).getTime() - start) / step));
  return Array.from({ length: steps }, (_, n) => start + n * step).map((at) => ({
    at,
    value: ((ended.get(at) ?? 0) * 60) / stepSeconds,
  }));
}

/** A measure of all queues together at the times somebody looked; summed, or by another rule. */
export function measured({ items }, name, rule = (one, other) => one + other) {
  const values = new Map();
  for (const point of items.flatMap(({ points }) => points)) {
    if (point.ready === undefined) continue;
    const at = new Date(point.at).getTime();
    const value = point[name] ?? 0;
    values.set(at, values.has(at) ? rule(values.get(at), value) : value);
  }
  return [...values].sort(([one], [other]) => one - other).map(([at, value]) => ({ at, value }));
}
