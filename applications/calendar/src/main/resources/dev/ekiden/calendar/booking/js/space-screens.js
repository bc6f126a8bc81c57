// All spaces by name, and one space: its plans that can be booked at a time, why the others cannot, or all its plans.
import { html, nothing } from "lit";
import { go, lastResults, link, rememberResults } from "./address.js";
import { api } from "./api.js";
import { clock, duration, longDate, moment, money, plusDays, localDate } from "./format.js";
import { anHour, elsewhere, failed, holds, icon, noSpacesYet, notice, skeleton, tile } from "./parts.js";
import { question } from "./search-screen.js";
import { check, usual } from "./search-form.js";
import { View } from "./view.js";
import { words } from "./words.js";

const PAGE = 30;
const MOST = 100;

/** First the plan: a space is found by its name. */
export class SpacesScreen extends View {
  static properties = { address: { attribute: false } };

  willUpdate() {
    const { words: name, shown } = this.address.query;
    this.ask(
      name ?? "",
      (signal) => api.spaces({ name, limit: Math.min(Math.max(PAGE, +shown || 0), MOST) }, signal),
      (page) => {
        this.page = page;
        rememberResults();
      },
    );
  }

  render() {
    const say = words();
    return html`
      <section class="hero">
        <h1 tabindex="-1">${say.spacesHeading}</h1>
        <form class="search by-name" @submit=${this.find}>
          <div class="field"><label for="words">${say.words}</label>
            <input id="words" name="words" type="search" autocomplete="off" maxlength="100" enterkeyhint="search"
              placeholder=${say.wordsHint} .value=${this.address.query.words ?? ""}></div>
          <button class="button primary submit">${icon("search")}${say.find}</button>
        </form>
      </section>
      ${this.failure ? failed(this.failure, () => this.again()) : this.loading || !this.page ? skeleton(6) : this.list()}
    `;
  }

  list() {
    const say = words();
    if (this.page.items.length === 0 && !this.address.query.words) return noSpacesYet();
    if (this.page.items.length === 0)
      return html`<div class="empty card">${icon("search", true)}<p class="unseen" role="status">${say.noSpaces}</p><h2>${say.noSpaces}</h2><p>${say.noSpacesLead}</p></div>`;
    return html`
      <ul class="cards">
        ${this.page.items.map(
          (space) => html`
            <li><a class="result" href=${link("spaces", space.code)}>
              ${tile(space)}
              <span class="what"><strong>${space.name}</strong><span class="facts"><span>${space.venue.name}</span>${holds(space.capacity)}</span></span>
              ${icon("right")}
            </a></li>`,
        )}
      </ul>
      ${this.page.next
        ? html`<button class="button wide" type="button" ?disabled=${this.adding} @click=${this.more}>${this.adding ? say.loading : say.more}</button>`
        : nothing}
    `;
  }

  find(event) {
    event.preventDefault();
    go(link("spaces", undefined, { words: new FormData(event.target).get("words").trim() }));
  }

  async more() {
    this.adding = true;
    this.requestUpdate();
    const { words: name } = this.address.query;
    try {
      const next = await api.spaces({ name, limit: PAGE, after: this.page.next });
      this.page = { ...next, items: [...this.page.items, ...next.items] };
      go(link("spaces", undefined, { ...this.address.query, shown: this.page.items.length }), { replace: true });
    } catch (failure) {
      this.failure = failure;
    } finally {
      this.adding = false;
      this.requestUpdate();
    }
  }

  again() {
    this.forget();
    this.requestUpdate();
  }
}

/** One space, at the time of the address if it has one. */
export class SpaceScreen extends View {
  static properties = { address: { attribute: false } };

  get time() {
    const { date, time, minutes } = this.address.query;
    const asked = { ...usual(), date, ...(time && { time }), ...(minutes && { minutes }) };
    return date && Object.keys(check(asked)).length === 0 ? asked : null;
  }

  willUpdate() {
    const { code } = this.address;
    const time = this.time;
    this.ask(
      JSON.stringify([code, time]),
      async (signal) =>
        time
          ? await api.plansOfSpace(code, { start: question(time).start, end: question(time).end, reasons: true }, signal)
          : await api.space(code, signal),
      async (answer, signal) => {
        this.answer = answer;
        this.next = new Map();
        document.title = `${answer.space.name} · ${words().title}`;
        if (answer.unavailable) this.lookForNext(answer.unavailable, time, signal);
      },
    );
  }

  render() {
    const say = words();
    if (this.failure)
      return html`<h1 tabindex="-1" class="unseen">${say.space}</h1>${failed(this.failure, () => this.again())}`;
    if (this.loading || !this.answer) return html`<h1 tabindex="-1" class="unseen">${say.loading}</h1>${skeleton(4)}`;
    const { space } = this.answer;
    const time = this.time;
    return html`
      <nav class="crumbs small" aria-label=${say.back}><a href=${lastResults() ?? link(time ? "search" : "spaces", undefined, time ?? {})}>${icon("left")}${say.toResults}</a></nav>
      <header class="place">
        ${tile(space, true)}
        <div>
          <h1 tabindex="-1">${space.name}</h1>
          <p class="muted">${space.venue.name}</p>
          <p class="facts">${holds(space.capacity)}</p>
        </div>
      </header>
      <section class="card padded stack">
        <h2>${time ? say.changeTime : say.chooseTime}</h2>
        <search-form timeOnly .values=${this.address.query} @look=${this.search}></search-form>
        ${elsewhere(space.venue.zone) ? html`<p class="muted small">${say.venueClock(space.venue.zone)}</p>` : nothing}
      </section>
      ${time ? this.plansThen(time) : this.allPlans()}
    `;
  }

  plansThen(time) {
    const say = words();
    const { plans, unavailable = [], ready } = this.answer;
    const cheapest = [...plans].sort((one, other) => one.price.total - other.price.total);
    return html`
      <section class="stack">
        <p class="unseen" role="status">${say.plansThen(`${longDate(time.date)} ${time.time} · ${duration(+time.minutes)}`)}</p><h2>${say.plansThen(`${longDate(time.date)} ${time.time} · ${duration(+time.minutes)}`)}</h2>
        ${ready ? nothing : notice("info", say.notReady)}
        ${plans.length === 0 ? html`<div class="empty card"><p>${say.noPlansThen}</p></div>` : nothing}
        <ul class="cards">${cheapest.map((plan) => html`<li>${this.bookable(plan, time)}</li>`)}</ul>
      </section>
      ${unavailable.length
        ? html`<section class="stack">
            <h2>${say.plansNotThen}</h2>
            <ul class="lines card">${unavailable.map((plan) => html`<li>${this.unavailable(plan, time)}</li>`)}</ul>
          </section>`
        : nothing}
    `;
  }

  bookable({ plan, price, units }, time) {
    const say = words();
    return html`
      <a class="result" href=${link("plans", plan.code, time)}>
        <span class="what">
          <strong>${plan.name}</strong>
          <span class="muted small">${anHour(price, +time.minutes)}</span>
          ${units > 1 && units <= 3 ? html`<span class="status warning">${icon("warning")}${say.unitsLeft(units)}</span>` : nothing}
        </span>
        <span class="cost"><strong class="number">${money(price.total, price.currency)}</strong></span>
        <span class="button primary as-link" aria-hidden="true">${say.book}</span>
      </a>
    `;
  }

  unavailable({ plan, reasons }, time) {
    const say = words();
    const next = this.next.get(plan.code);
    return html`
      <div class="line">
        <div class="what">
          <strong>${plan.name}</strong>
          <span class="reason muted small">${icon("blocked")}${[...new Set(reasons.map((reason) => say.reasons[reason.code] ?? reason.detail))].join(" · ")}</span>
        </div>
        <div class="next small">
          ${next === undefined
            ? html`<span class="muted">…</span>`
            : next.length === 0
              ? html`<span class="muted">${say.noneSoon}</span>`
              : html`<span class="muted">${say.nextFree}</span> ${next.map((free) => html`<a class="chip" href=${link("plans", plan.code, free.query)}>${free.label}</a>`)}`}
          <a href=${link("plans", plan.code, { date: time.date, minutes: time.minutes })}>${say.seeTimes}</a>
        </div>
      </div>
    `;
  }

  allPlans() {
    const say = words();
    return html`
      <section class="stack">
        <h2>${say.allPlans}</h2>
        <ul class="cards">
          ${this.answer.plans.map(
            (plan) => html`
              <li><a class="result" href=${link("plans", plan.code)}><span class="what"><strong>${plan.name}</strong>
                <span class="muted small">${say.seeTimes}</span></span>${icon("right")}</a></li>`,
          )}
        </ul>
      </section>
    `;
  }

  /** The next times that each of the other plans has for that length, one plan after the other. */
  async lookForNext(unavailable, time, signal) {
    const zone = this.answer.space.venue.zone;
    for (const { plan, reasons } of unavailable) {
      const codes = reasons.map((reason) => reason.code);
      const details = await api.plan(plan.code, signal).catch(() => null);
      if (signal.aborted || !details) return;
      const { minimumMinutes, maximumMinutes, unitMinutes } = details.rules;
      const fitting = Math.min(Math.max(+time.minutes, minimumMinutes), maximumMinutes);
      const minutes = Math.ceil(fitting / unitMinutes) * unitMinutes;
      const answer = codes.includes("BEYOND_BOOKING_WINDOW")
        ? { times: [] }
        : await api
            .availability(plan.code, { from: time.date, to: plusDays(time.date, 6), minutes }, signal)
            .catch(() => null);
      if (signal.aborted || !answer) return;
      const wanted = `${time.date}T${time.time}`;
      this.next.set(
        plan.code,
        answer.times
          .filter((free) => free.start.slice(0, 16) >= wanted)
          .slice(0, 2)
          .map((free) => ({
            label: `${localDate(free.start, zone) === time.date ? clock(free.start, zone) : moment(free.start, zone)}${minutes === +time.minutes ? "" : ` (${duration(minutes)})`}`,
            query: { date: localDate(free.start, zone), time: free.start.slice(11, 16), minutes },
          })),
      );
      this.requestUpdate();
    }
  }

  search(event) {
    const { date, time, minutes } = event.detail;
    go(link("spaces", this.address.code, { date, time, minutes }));
  }

  again() {
    this.forget();
    this.requestUpdate();
  }
}

customElements.define("spaces-screen", SpacesScreen);
customElements.define("space-screen", SpaceScreen);
