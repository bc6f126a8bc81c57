// Dates on the clock of the venue, amounts in their currency, lengths of time.
import { preference } from "../design/preferences.js";

const locale = () => (preference("locale") === "ja" ? "ja-JP" : "en-GB");
const made = new Map();

function formatter(kind, options) {
  const key = `${kind.name} ${locale()} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new kind(locale(), options));
  return made.get(key);
}

const date = (options, zone) => formatter(Intl.DateTimeFormat, { timeZone: zone, ...options });
const japanese = () => preference("locale") === "ja";

/** An amount of whole minor units: yen, cents. */
export function money(amount, currency) {
  const format = formatter(Intl.NumberFormat, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  const digits = format.resolvedOptions().maximumFractionDigits;
  return format.format(amount / 10 ** digits).replace("￥", "¥");
}

/** 90 → 1 h 30 min, 1時間30分. */
export function duration(minutes) {
  const days = minutes >= 2880 && minutes % 1440 === 0 ? minutes / 1440 : 0;
  if (days) return japanese() ? `${days}日` : `${days} days`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const parts = japanese()
    ? [hours && `${hours}時間`, (rest || !hours) && `${rest}分`]
    : [hours && `${hours} h`, (rest || !hours) && `${rest} min`];
  return parts.filter(Boolean).join(japanese() ? "" : " ");
}

/** Tue 1 Dec, 12月1日(火); with the year if asked for. */
export function day(time, zone, withYear = false) {
  const options = { month: japanese() ? "long" : "short", day: "numeric", weekday: "short" };
  return date(withYear ? { year: "numeric", ...options } : options, zone).format(new Date(time));
}

/** 10:00, on the clock of the venue. */
export const clock = (time, zone) =>
  date({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone).format(new Date(time));

/** Tue 1 Dec 10:00–12:00; an end at midnight is 24:00, one on a later day carries its date. */
export function period(start, end, zone, withYear = false) {
  return `${day(start, zone, withYear)} ${hours(start, end, zone)}`;
}

export function hours(start, end, zone) {
  const sameDay = localDate(start, zone) === localDate(new Date(end) - 1, zone);
  const last = clock(end, zone);
  if (sameDay) return `${clock(start, zone)}–${last === "00:00" ? "24:00" : last}`;
  return `${clock(start, zone)}–${day(end, zone)} ${last}`;
}

/** A moment: day and clock. */
export const moment = (time, zone) => `${day(time, zone)} ${clock(time, zone)}`;

/** 2026-12-01T10:00, on the clock of whoever looks. */
export const localNow = () => `${localDate(Date.now(), undefined)}T${clock(Date.now(), undefined)}`;

/** 2026-12-01, on the calendar of the venue. */
export const localDate = (time, zone) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .format(new Date(time));

export const weekday = (isoDate) => date({ weekday: "short" }, "UTC").format(new Date(`${isoDate}T00:00Z`));

/** 1 Dec, 12/1: in parts of the types day and month, the month with what stands between. */
export function shortDate(isoDate) {
  const [year, month, dayOfMonth] = isoDate.split("-").map(Number);
  if (japanese()) return [{ type: "month", text: `${month}/` }, { type: "day", text: `${dayOfMonth}` }];
  const name = date({ month: "short" }, "UTC").format(new Date(Date.UTC(year, month - 1, 1)));
  return [{ type: "day", text: `${dayOfMonth}` }, { type: "month", text: ` ${name}` }];
}

/** Tue 1 Dec, 12月1日(火); with the year if it is not this one. */
export const longDate = (isoDate) =>
  day(`${isoDate}T00:00Z`, "UTC", isoDate.slice(0, 4) !== localDate(Date.now(), undefined).slice(0, 4));

/** Tuesday 1 December 2026, 2026年12月1日火曜日, to be read out. */
export const fullDate = (isoDate) => date({ dateStyle: "full" }, "UTC").format(new Date(`${isoDate}T00:00Z`));

export const monthAndYear = (isoDate) =>
  date({ year: "numeric", month: "long" }, "UTC").format(new Date(`${isoDate}T00:00Z`));

/** Whether it is a day that there is: no 30th of February. */
export const isDate = (text) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && plusDays(text, 0) === text;

/** The first day of the week of a day: Sunday in Japan, Monday elsewhere. */
export function weekStart(isoDate) {
  const weekday = new Date(`${isoDate}T00:00Z`).getUTCDay();
  return plusDays(isoDate, japanese() ? -weekday : -((weekday + 6) % 7));
}

/** The names of the days of a week, from its first. */
export function weekdays() {
  const first = weekStart("2026-01-01");
  const named = (isoDate, weekday) => date({ weekday }, "UTC").format(new Date(`${isoDate}T00:00Z`));
  return Array.from({ length: 7 }, (_, n) => plusDays(first, n)).map((isoDate) => ({
    short: named(isoDate, "short"),
    long: named(isoDate, "long"),
  }));
}

export function plusDays(isoDate, days) {
  const moved = new Date(`${isoDate}T00:00Z`);
  if (Number.isNaN(+moved)) return "";
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** The same day of another month, or its last if it is shorter. */
export function monthLater(isoDate, months) {
  const [year, month, dayOfMonth] = isoDate.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  last.setUTCDate(Math.min(dayOfMonth, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}

/** A time without an offset, as much later: 2026-12-01T23:00 and 120 → 2026-12-02T01:00. */
export const plusMinutes = (local, minutes) =>
  new Date(Date.parse(`${local}Z`) + minutes * 60_000).toISOString().slice(0, 16);

/** 4 min 05 s, 4分05秒, for what is counted down. */
export function countdown(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return japanese() ? `${minutes}分${rest}秒` : `${minutes} min ${rest} s`;
}
