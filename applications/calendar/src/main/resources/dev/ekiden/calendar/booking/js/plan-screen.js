// One plan: what it is, when it is free, what the chosen time costs, and on to the booking.
import { html, nothing } from "lit";
import { go, link } from "./address.js";
import { actKey, api } from "./api.js";
import { clock, duration, hours, localDate, longDate, money, period } from "./format.js";
import { fittingWish } from "./free-times.js";
import { breakdown, cancelTerms, failed, holds, icon, notice, skeleton, tile } from "./parts.js";
import { View } from "./view.js";
import { explain, words } from "./words.js";

const ALTERNATIVES = 4;

export class PlanScreen extends View {
  static properties = { address: { attribute: false } };

  /** What was asked for, made to fit the plan. */
  get wish() {
    return fittingWish(this.plan, this.address.query);
  }

  willUpdate(changed) {
    const { code } = this.address;
    if (changed.has("address")) this.choose();
    this.ask(
      code,
      (signal) => api.plan(code, signal),
      (plan) => {
        this.plan = plan;
        document.title = `${plan.plan.name} · ${plan.space.name} · ${words().title}`;
      },
    );
  }

  render() {
    const say = words();
    if (this.failure)
      return html`<h1 tabindex="-1" class="unseen">${say.plan}</h1>${failed(this.failure, () => this.again())}
        <p><a class="button" href=${link("search")}>${say.toSearch}</a></p>`;
    if (this.loading || !this.plan) return html`<h1 tabindex="-1" class="unseen">${say.loading}</h1>${skeleton(4)}`;
    const { plan, space, rules, policy } = this.plan;
    const { date, time, minutes } = this.wish;
    return html`
      <nav class="crumbs small" aria-label=${say.back}><a href=${link("spaces", space.code, this.address.query.date ? { date, time, minutes } : {})}>${icon("left")}${space.name}</a></nav>
      <header class="place">
        ${tile(space, true)}
        <div>
          <h1 tabindex="-1">${plan.name}</h1>
          <p class="muted">${space.name} · ${space.venue.name}</p>
          <p class="facts">${holds(space.capacity)}</p>
        </div>
      </header>
      <div class="beside">
        <section class="card padded stack">
          <free-times .plan=${this.plan} .date=${date} .minutes=${minutes} .time=${time} .without=${this.refused?.start}
            @wish=${this.wishes} @times=${this.times}></free-times>
        </section>
        <div class="stack">
          ${this.summary()}
          <section class="card padded stack">
            <h2>${say.rules}</h2>
            <ul class="rules">
              <li>${icon("scheduled")}${say.ruleLength(duration(rules.minimumMinutes), duration(rules.maximumMinutes), duration(rules.unitMinutes))}</li>
              ${rules.minimumNoticeMinutes ? html`<li>${icon("info")}${say.ruleNotice(duration(rules.minimumNoticeMinutes))}</li>` : nothing}
              <li>${icon("schedules")}${say.ruleWindow(rules.bookingWindowDays)}</li>
              ${policy.approvalMinutes ? html`<li>${icon("people")}${say.ruleApproval}</li>` : nothing}
              <li>${icon("canceled")}${cancelTerms(policy)}</li>
            </ul>
          </section>
        </div>
      </div>
    `;
  }

  summary() {
    const say = words();
    const zone = this.plan.space.venue.zone;
    return html`
      <section class="card padded stack choice ${this.chosen ? "made" : ""}" aria-label=${say.yourChoice}>
        <h2 tabindex="-1">${say.yourChoice}</h2>
        ${this.refused ? this.alternatives() : nothing}
        ${this.chosen
          ? html`
              <p class="chosen" role="status"><strong>${period(this.chosen.start, this.chosen.end, zone)}</strong>
                <span class="muted">${duration(this.wish.minutes)}</span></p>
              ${this.price
                ? breakdown(this.price, this.wish.minutes, this.stretches())
                : html`<p class="number total-only">${money(this.chosen.total, this.answer.currency)}</p>`}
              <button class="button primary wide in-card" type="button" ?disabled=${this.busy} @click=${this.reserve}>
                ${this.busy ? say.reserving : say.reserve}</button>
              <p class="muted small">${say.heldNext}</p>
            `
          : html`<p class="muted">${say.chooseStart}</p>`}
      </section>
      ${this.chosen
        ? html`<div class="bar">
            <span><strong>${period(this.chosen.start, this.chosen.end, zone)}</strong>
              <span class="number">${money((this.price ?? this.chosen).total, this.answer.currency)}</span></span>
            <button class="button primary" type="button" ?disabled=${this.busy} @click=${this.reserve}>
              ${this.busy ? say.reserving : say.reserve}</button>
          </div>`
        : nothing}
    `;
  }

  alternatives() {
    const say = words();
    const zone = this.plan.space.venue.zone;
    const { problem, nearest = [], others = [], start } = this.refused;
    const taken = problem.reasons.some((reason) => ["OCCUPIED", "BUFFER", "BLOCKED"].includes(reason.code));
    const why = [...new Set(problem.reasons.map((reason) => say.reasons[reason.code] ?? reason.detail))].join(" · ");
    const single = this.plan;
    return notice(
      "bad",
      html`
        <p><strong>${taken ? say.taken : problem.reasons.length ? say.notOpen : explain(problem)}</strong>
          ${start ? html`<br>${period(start, this.refused.end, zone)}` : nothing}
          ${!taken && why ? html`<br>${why}` : nothing}</p>
        ${nearest.length
          ? html`<p>${say.takenLead}</p><p class="row">${nearest.map(
              (time) => html`<button class="chip" type="button" @click=${() => this.pick(time)}>
                ${localDate(time.start, zone) === localDate(start, zone) ? nothing : longDate(localDate(time.start, zone))}
                ${clock(time.start, zone)} · ${money(time.total, single.prices.currency)}</button>`,
            )}</p>`
          : nothing}
        ${others.length
          ? html`<p>${say.takenOther}</p><p class="row">${others.map(
              ({ plan, price }) => html`<a class="chip" href=${link("plans", plan.code, this.address.query)}>${plan.name} · ${money(price.total, price.currency)}</a>`,
            )}</p>`
          : nothing}
      `,
    );
  }

  /** Neighbouring slots of one price, as one. */
  stretches() {
    const zone = this.plan.space.venue.zone;
    const { start, end } = this.chosen;
    const within = this.answer.slots.filter((slot) => Date.parse(slot.start) >= Date.parse(start) && Date.parse(slot.end) <= Date.parse(end));
    const all = [];
    for (const slot of within) {
      const minutes = (Date.parse(slot.end) - Date.parse(slot.start)) / 60_000;
      const anHour = Math.round((slot.amount * 60) / minutes);
      const last = all.at(-1);
      if (last && last.anHour === anHour) {
        last.end = slot.end;
        last.sum += slot.amount;
      } else all.push({ start: slot.start, end: slot.end, anHour, sum: slot.amount });
    }
    // What is over midnight of the week's last day is not among the slots that were asked for.
    if (all.length === 0 || Date.parse(all.at(-1).end) !== Date.parse(end)) return [];
    return all.map((stretch) => ({ ...stretch, hours: hours(stretch.start, stretch.end, zone) }));
  }

  wishes(event) {
    if (event.detail.minutes || event.detail.date || event.detail.time) this.refused = event.detail.time ? null : this.refused;
    const query = { ...this.wish, ...event.detail };
    go(link("plans", this.address.code, query), { replace: true });
  }

  times(event) {
    this.answer = event.detail;
    this.choose();
    this.requestUpdate();
  }

  /** The time of the address, if it is free; and its price, from the server. */
  choose() {
    if (!this.plan || !this.answer || this.answer.plan.code !== this.address.code) {
      this.chosen = null;
      return;
    }
    const zone = this.plan.space.venue.zone;
    const { date, time, minutes } = this.wish;
    const before = this.chosen?.start + minutes;
    this.chosen =
      this.answer.minutes === minutes
        ? (this.answer.times.find(
            (one) =>
              localDate(one.start, zone) === date && clock(one.start, zone) === time && one.start !== this.refused?.start,
          ) ?? null)
        : null;
    if (!this.chosen) this.price = null;
    else if (this.chosen.start + minutes !== before || !this.price) this.ofPrice(this.chosen);
  }

  async ofPrice(chosen) {
    this.price = null;
    const found = await api
      .plansOfSpace(this.plan.space.code, { start: chosen.start, end: chosen.end })
      .catch(() => ({ plans: [] }));
    if (this.chosen !== chosen) return;
    this.price = found.plans.find(({ plan }) => plan.code === this.plan.plan.code)?.price ?? null;
    this.requestUpdate();
  }

  pick(time) {
    const zone = this.plan.space.venue.zone;
    this.refused = null;
    const query = { ...this.wish, date: localDate(time.start, zone), time: clock(time.start, zone) };
    go(link("plans", this.address.code, query), { replace: true });
  }

  async reserve() {
    if (this.busy) return;
    this.busy = true;
    this.requestUpdate();
    const { start, end, total } = this.chosen;
    const shown = this.price?.total ?? total;
    const act = actKey(`hold ${this.plan.plan.code} ${start} ${end}`);
    try {
      const held = await api.hold({ plan: this.plan.plan.code, start, end }, act.key);
      act.done();
      this.refused = null;
      go(link("reservation", undefined, {}, held.token), { state: { shown } });
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500) act.done();
      await this.refuse(problem, start, end);
    } finally {
      this.busy = false;
      this.requestUpdate();
    }
  }

  /** Tells why not, and what is free instead: near that time, or then by another plan. */
  async refuse(problem, start, end) {
    if (problem.reasons.length === 0) {
      this.refused = { problem };
      return;
    }
    this.refused = { problem, start, end };
    this.chosen = null;
    const { code } = this.address;
    const { date, minutes } = this.wish;
    const [near, space] = await Promise.all([
      api.availability(code, { from: date, to: date, minutes }).catch(() => ({ times: [] })),
      api.plansOfSpace(this.plan.space.code, { start, end }).catch(() => ({ plans: [] })),
    ]);
    const week = [...near.times, ...this.answer.times.filter((time) => localDate(time.start, this.plan.space.venue.zone) !== date)];
    const distance = (time) => Math.abs(Date.parse(time.start) - Date.parse(start));
    this.refused = {
      problem,
      start,
      end,
      nearest: week
        .filter((time) => time.start !== start)
        .sort((one, other) => distance(one) - distance(other))
        .slice(0, ALTERNATIVES)
        .sort((one, other) => Date.parse(one.start) - Date.parse(other.start)),
      others: space.plans.filter(({ plan }) => plan.code !== code).slice(0, 3),
    };
    this.renderRoot.querySelector("free-times")?.reload();
    this.requestUpdate();
    await this.updateComplete;
    // What was pressed is gone, and on a phone it was elsewhere.
    const choice = this.renderRoot.querySelector(".choice");
    choice?.querySelector("h2").focus({ preventScroll: true });
    choice?.scrollIntoView({ block: "nearest" });
  }

  again() {
    this.forget();
    this.requestUpdate();
  }
}

customElements.define("plan-screen", PlanScreen);
