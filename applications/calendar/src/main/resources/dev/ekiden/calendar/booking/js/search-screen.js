// First the time: the spaces that have something free then, the cheapest first.
import { html, nothing } from "lit";
import { go, link, rememberResults } from "./address.js";
import { api } from "./api.js";
import { duration, localNow, longDate, money, period, plusDays, plusMinutes } from "./format.js";
import { anHour, elsewhere, failed, holds, icon, noSpacesYet, notice, skeleton, tile } from "./parts.js";
import { View } from "./view.js";
import { words } from "./words.js";
import { check, usual } from "./search-form.js";

const PAGE = 20;
const MOST = 100;

/** The question to the server for what was chosen. */
export function question({ date, time, minutes, people, words: name, maximum }) {
  const start = `${date}T${time}`;
  return { start, end: plusMinutes(start, +minutes), name, capacity: people, maxTotal: maximum };
}

export class SearchScreen extends View {
  static properties = { address: { attribute: false } };

  constructor() {
    super();
    this.elsewhen = [];
    this.isEditing = false; // on phones, where the form gives way to the results
  }

  get wish() {
    return { ...usual(), ...this.address.query };
  }

  get isAsked() {
    return !!this.address.query.date && Object.keys(check(this.wish)).length === 0;
  }

  willUpdate() {
    if (!this.isAsked) return;
    const { shown, ...wish } = this.wish;
    const limit = Math.min(Math.max(PAGE, +shown || 0), MOST);
    this.ask(
      JSON.stringify(wish),
      (signal) => api.searchSpaces({ ...question(wish), limit }, signal),
      async (page, signal) => {
        this.page = page;
        this.elsewhen = [];
        rememberResults();
        if (page.total > 0) return;
        const { items } = await api.spaces({ limit: 1 }, signal);
        this.isEmpty = items.length === 0;
        if (!this.isEmpty) this.lookElsewhen(wish, signal);
      },
    );
  }

  render() {
    const say = words();
    const asked = this.isAsked;
    return html`
      <section class="hero ${asked && !this.isEditing ? "asked" : ""}">
        <h1 tabindex="-1">${say.searchHeading}</h1>
        ${asked
          ? html`<button class="button wish" type="button" @click=${this.edit}>
              ${icon("search")}<span>${this.wishInWords()}</span><span class="change">${say.changeSearch}</span></button>`
          : html`<p class="muted">${say.searchLead}</p>`}
        <search-form .values=${this.address.query} @look=${this.search}></search-form>
      </section>
      ${asked ? this.results() : nothing}
    `;
  }

  results() {
    const say = words();
    if (this.failure) return failed(this.failure, () => this.again());
    if (this.loading || !this.page) return skeleton(4);
    const { items, total, ready, complete } = this.page;
    return html`
      <section class="results" aria-label=${say.search}>
        ${ready ? nothing : notice("info", say.notReady)}
        ${total === 0
          ? this.isEmpty
            ? noSpacesYet()
            : this.nothingFree()
          : html`
              <div class="row apart">
                <p class="unseen" role="status">${say.found(total)}</p><h2>${say.found(total)}</h2>
                <span class="muted small">${this.asked()} · ${say.cheapestFirst}</span>
              </div>
              <ul class="cards">${items.map((item) => html`<li>${this.card(item)}</li>`)}</ul>
              ${this.page.next
                ? html`<button class="button wide" type="button" ?disabled=${this.adding} @click=${this.more}>
                    ${this.adding ? say.loading : say.more} <span class="muted">${items.length} / ${total}</span></button>`
                : total > PAGE
                  ? html`<p class="muted small centered">${say.shownAll(total)}</p>`
                  : nothing}
              ${complete ? nothing : html`<p class="muted small">${say.incomplete}</p>`}
            `}
      </section>
    `;
  }

  /** What was asked for, in words. */
  asked() {
    const { date, time, minutes } = this.wish;
    return `${longDate(date)} ${time} · ${duration(+minutes)}`;
  }

  /** All that was asked for. */
  wishInWords() {
    const say = words();
    const { people, words: name, maximum } = this.wish;
    return [this.asked(), people && say.forPeople(people), name, maximum && say.atMost(money(+maximum, "JPY"))].filter(Boolean).join(" · ");
  }

  async edit() {
    this.isEditing = true;
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector("#date").focus();
  }

  card({ space, capacity, plan, price, start, end, units, plans }) {
    const say = words();
    const { date, time, minutes } = this.wish;
    const zone = space.venue.zone;
    return html`
      <a class="result" href=${link("spaces", space.code, { date, time, minutes })}>
        ${tile(space)}
        <span class="what">
          <strong>${space.name}</strong>
          <span class="facts"><span>${space.venue.name}</span>
            ${holds(capacity)}
            ${elsewhere(zone, start) ? html`<span class="fact">${icon("globe")}${period(start, end, zone)}</span>` : nothing}
          </span>
          <span class="small">${plan.name}${plans > 1 ? html` <span class="muted">${say.morePlans(plans - 1)}</span>` : nothing}</span>
        </span>
        <span class="cost">
          <strong class="number">${money(price.total, price.currency)}</strong>
          <span class="muted small">${anHour(price, +minutes)}</span>
          ${this.extras(price)}
          ${units > 1 && units <= 3 ? html`<span class="status warning">${icon("warning")}${say.unitsLeft(units)}</span>` : nothing}
        </span>
      </a>
    `;
  }

  /** What else the price is made of than hours. */
  extras(price) {
    const say = words();
    const parts = [
      price.afterDayPrice < price.slotSum && `${say.dayCap} −${money(price.slotSum - price.afterDayPrice, price.currency)}`,
      price.afterMinimum > price.afterDayPrice &&
        `${say.atLeast} +${money(price.afterMinimum - price.afterDayPrice, price.currency)}`,
      price.total > price.afterMinimum && `${say.tax} +${money(price.total - price.afterMinimum, price.currency)}`,
    ].filter(Boolean);
    return parts.map((part) => html`<span class="muted small">${part}</span>`);
  }

  nothingFree() {
    const say = words();
    const { date, time, minutes } = this.wish;
    const wishes = ["people", "words", "maximum"].some((name) => this.address.query[name]);
    return html`
      <div class="empty card">
        ${icon("scheduled", true)}
        <p class="unseen" role="status">${say.nothing}</p><h2>${say.nothing}</h2>
        <p>${this.asked()}</p>
        <p>${`${date}T${time}` < localNow() ? say.timeOver : say.nothingLead}</p>
        ${this.elsewhen.length
          ? html`
              <h3>${say.elsewhen}</h3>
              <p class="row centered">
                ${this.elsewhen.map(
                  ({ wish, total }) => html`
                    <a class="button" href=${link("search", undefined, wish)}>
                      ${wish.date === date ? nothing : longDate(wish.date)} ${wish.time}
                      <span class="muted small">${say.freeThen(total)}</span></a>`,
                )}
              </p>
            `
          : nothing}
        ${wishes ? html`<p><a class="button" href=${link("search", undefined, { date, time, minutes })}>${say.relax}</a></p>` : nothing}
      </div>
    `;
  }

  /** Asks for some other times, one after the other, until a few have something. */
  async lookElsewhen(wish, signal) {
    const start = `${wish.date}T${wish.time}`;
    const times = [-60, 60, -120, 120, 240]
      .map((minutes) => plusMinutes(start, minutes))
      .filter((time) => time.startsWith(wish.date))
      .concat(`${plusDays(wish.date, 1)}T${wish.time}`, `${plusDays(wish.date, 7)}T${wish.time}`);
    for (const time of times) {
      const other = { ...wish, date: time.slice(0, 10), time: time.slice(11) };
      try {
        const { total } = await api.searchSpaces({ ...question(other), limit: 1 }, signal);
        if (total > 0) this.elsewhen = [...this.elsewhen, { wish: other, total }];
      } catch {
        return; // left, or the server has other worries: it is only a hint
      }
      this.requestUpdate();
      if (this.elsewhen.length === 4) return;
    }
  }

  async more() {
    this.adding = true;
    this.requestUpdate();
    const { shown, ...wish } = this.wish;
    const asked = this.page;
    try {
      const next = await api.searchSpaces({ ...question(wish), limit: PAGE, after: asked.next });
      if (this.page !== asked) return;
      this.page = { ...next, items: [...asked.items, ...next.items] };
      // A reload shows as many again.
      go(link("search", undefined, { ...this.address.query, shown: this.page.items.length }), { replace: true });
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

  search(event) {
    this.isEditing = false;
    this.forget();
    go(link("search", undefined, event.detail));
    this.requestUpdate();
  }
}

customElements.define("search-screen", SearchScreen);
