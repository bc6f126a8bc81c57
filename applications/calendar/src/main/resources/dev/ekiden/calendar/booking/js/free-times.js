// The free times of a plan: how long, which day of a week, which start. Says "wish" when something else is chosen, and
// "times" when it is known what is free.
import { html, nothing } from "lit";
import { api } from "./api.js";
import { clock, duration, isDate, localDate, longDate, money, plusDays, shortDate, weekday } from "./format.js";
import { elsewhere, failed, icon, skeleton } from "./parts.js";
import { View } from "./view.js";
import { words } from "./words.js";

const DAYS = 7;
const LOOK_AHEAD_DAYS = 31;
const BANDS = [
  ["night", 0],
  ["morning", 5],
  ["afternoon", 12],
  ["evening", 17],
];

/** The lengths that a plan allows: every one up to some hours, then whole hours, then days. */
export function lengths({ unitMinutes, minimumMinutes, maximumMinutes }) {
  const all = [];
  for (let minutes = minimumMinutes; minutes <= maximumMinutes; ) {
    all.push(minutes);
    const step = minutes < 240 ? unitMinutes : minutes < 1440 ? 60 : 1440;
    minutes += Math.ceil(step / unitMinutes) * unitMinutes;
  }
  return all;
}

/** The allowed length next to the one that was asked for. */
function fitting(rules, minutes) {
  const all = lengths(rules);
  return all.reduce((best, one) => (Math.abs(one - minutes) < Math.abs(best - minutes) ? one : best), all[0]);
}

/** What an address asks of a plan, made to fit it; `otherwise` is the day and the length if it does not say. */
export function fittingWish({ space, rules }, { date, time, minutes }, otherwise = {}) {
  const today = localDate(Date.now(), space.venue.zone);
  const last = plusDays(today, rules.bookingWindowDays);
  const asked = isDate(date) && date >= today ? date : (otherwise.date ?? today);
  return {
    date: asked < last ? asked : last,
    time,
    minutes: fitting(rules, +minutes || otherwise.minutes || rules.minimumMinutes),
  };
}

export class FreeTimes extends View {
  static properties = {
    plan: { attribute: false },
    date: {},
    minutes: { type: Number },
    time: {},
    without: { attribute: false }, // a start that has just been refused
    name: {}, // of the radio buttons: there may be two of these on a page
  };

  constructor() {
    super();
    this.name = "free";
  }

  get zone() {
    return this.plan.space.venue.zone;
  }

  get today() {
    return localDate(Date.now(), this.zone);
  }

  get last() {
    return plusDays(this.today, this.plan.rules.bookingWindowDays);
  }

  /** The week that the day is in, counted from today. */
  get first() {
    const days = Math.max(0, Math.round((Date.parse(this.date) - Date.parse(this.today)) / 86_400_000));
    return plusDays(this.today, Math.floor(days / DAYS) * DAYS);
  }

  willUpdate() {
    const { first, minutes } = this;
    const code = this.plan.plan.code;
    this.ask(
      `${code} ${first} ${minutes}`,
      (signal) => api.availability(code, { from: first, to: plusDays(first, DAYS - 1), minutes }, signal),
      async (answer, signal) => {
        this.answer = answer;
        this.ahead = undefined;
        if (this.firstFree && this.of(this.date).length === 0 && answer.times.length > 0)
          this.wish({ date: localDate(answer.times[0].start, this.zone), time: undefined });
        this.firstFree = false;
        this.say("times", answer);
        if (answer.times.length === 0) this.lookAhead(signal);
      },
    );
  }

  /** Asks again, for what is free may have changed. */
  reload() {
    this.forget();
    this.requestUpdate();
  }

  of(date) {
    return (this.answer?.times ?? []).filter(
      (time) => localDate(time.start, this.zone) === date && time.start !== this.without,
    );
  }

  render() {
    const say = words();
    return html`
      <div class="field length">
        <label for="${this.name}-minutes">${say.duration}</label>
        <select id="${this.name}-minutes" @change=${(event) => this.wish({ minutes: +event.target.value })}>
          ${lengths(this.plan.rules).map(
            (minutes) => html`<option value=${minutes} .selected=${minutes === this.minutes}>${duration(minutes)}</option>`,
          )}
        </select>
      </div>
      ${this.week()}
      ${this.failure
        ? failed(this.failure, () => this.reload())
        : this.loading || !this.answer
          ? skeleton(2)
          : this.starts()}
      ${elsewhere(this.zone) ? html`<p class="muted small">${say.venueClock(this.zone)}</p>` : nothing}
    `;
  }

  week() {
    const say = words();
    const first = this.first;
    const days = Array.from({ length: DAYS }, (_, n) => plusDays(first, n));
    return html`
      <fieldset class="week">
        <legend class="label">${say.week}</legend>
        <button class="button icon-only" type="button" aria-label=${say.earlier} ?disabled=${first <= this.today}
          @click=${() => this.turn(-DAYS)}>${icon("left")}</button>
        <span class="range" aria-hidden="true">${longDate(first)} – ${longDate(days.at(-1))}</span>
        <div class="days">${days.map((date) => this.day(date))}</div>
        <button class="button icon-only" type="button" aria-label=${say.later} ?disabled=${plusDays(first, DAYS) > this.last}
          @click=${() => this.turn(DAYS)}>${icon("right")}</button>
      </fieldset>
    `;
  }

  day(date) {
    const say = words();
    const free = this.of(date);
    const known = this.answer && !this.loading;
    const cheapest = Math.min(...free.map((time) => time.total));
    const kind = new Date(`${date}T00:00Z`).getUTCDay();
    return html`
      <label class="day ${kind === 0 ? "sunday" : kind === 6 ? "saturday" : ""} ${known && !free.length ? "none" : ""}">
        <input class="unseen" type="radio" name="${this.name}-day" value=${date} .checked=${date === this.date}
          @change=${() => this.wish({ date })}>
        <span class="small">${weekday(date)}</span>
        <strong class="number">${shortDate(date).map(({ type, text }) => (type === "month" ? html`<span class="word">${text}</span>` : text))}</strong>
        <span class="count">${known ? (free.length ? say.free(free.length).map((part) => (typeof part === "number" ? part : html`<span class="word">${part}</span>`)) : date > this.last ? say.closed : say.full) : "…"}</span>
        ${known && free.length ? html`<span class="count number">${say.from(money(cheapest, this.answer.currency))}</span>` : nothing}
      </label>
    `;
  }

  starts() {
    const say = words();
    const free = this.of(this.date);
    if (free.length === 0) return this.nothingFree();
    const bands = BANDS.map(([band, from], index) => ({
      band,
      times: free.filter((time) => {
        const hour = +clock(time.start, this.zone).slice(0, 2);
        return hour >= from && hour < (BANDS[index + 1]?.[1] ?? 24);
      }),
    })).filter(({ times }) => times.length);
    const several = free.some((time) => time.units > 1);
    return html`
      <fieldset class="starts">
        <legend class="label">${say.times(longDate(this.date))}</legend>
        ${bands.map(
          ({ band, times }) => html`
            <div class="band" role="group" aria-label=${say[band]}>
              <span class="muted small">${say[band]}</span>
              <div class="times">${times.map((time) => this.start(time, several))}</div>
            </div>`,
        )}
      </fieldset>
    `;
  }

  start(time, several) {
    const label = clock(time.start, this.zone);
    return html`
      <label class="time">
        <input class="unseen" type="radio" name="${this.name}-start" value=${time.start} .checked=${label === this.time}
          @change=${() => this.wish({ time: label })}>
        <strong class="number">${label}</strong>
        <span class="number small">${money(time.total, this.answer.currency)}</span>
        ${several && time.units === 1 ? html`<span class="left">${words().unitsLeft(1)}</span>` : nothing}
      </label>
    `;
  }

  nothingFree() {
    const say = words();
    const inWeek = this.answer.times.find((time) => localDate(time.start, this.zone) > this.date);
    const next = inWeek ? localDate(inWeek.start, this.zone) : this.ahead;
    return html`
      <div class="empty small-empty">
        <p role="status">${this.answer.times.length ? say.noTimes : this.ahead === null ? say.noneInWindow : say.noWeek}</p>
        ${next ? html`<button class="button" type="button" @click=${() => this.wish({ date: next, time: undefined })}>${say.goTo(longDate(next))}</button>` : nothing}
      </div>
    `;
  }

  /** The next day with something free, if there is one within the booking window. */
  async lookAhead(signal) {
    for (let from = plusDays(this.first, DAYS); from <= this.last; from = plusDays(from, LOOK_AHEAD_DAYS)) {
      const answer = await api
        .availability(this.plan.plan.code, { from, to: plusDays(from, LOOK_AHEAD_DAYS - 1), minutes: this.minutes }, signal)
        .catch(() => undefined);
      if (signal.aborted || !answer) return;
      if (answer.times.length) {
        this.ahead = localDate(answer.times[0].start, this.zone);
        this.requestUpdate();
        return;
      }
    }
    this.ahead = null;
    this.requestUpdate();
  }

  turn(days) {
    const first = plusDays(this.first, days);
    this.firstFree = true;
    this.wish({ date: first < this.today ? this.today : first, time: undefined });
  }

  wish(change) {
    this.say("wish", change);
  }
}

customElements.define("free-times", FreeTimes);
