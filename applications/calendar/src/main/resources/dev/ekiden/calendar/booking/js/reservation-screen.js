// One booking, by the token after the # of the address: held, requested, confirmed or over; what can be done about it.
import { html, nothing } from "lit";
import { go, link } from "./address.js";
import { actKey, api } from "./api.js";
import { clock, countdown, duration, localDate, moment, money, period } from "./format.js";
import { fittingWish } from "./free-times.js";
import { download, icsOf } from "./ics.js";
import { elsewhere, failed, icon, notice, skeleton, tile } from "./parts.js";
import { View } from "./view.js";
import { explain, words } from "./words.js";

const looks = {
  HELD: ["warning", "scheduled"],
  REQUESTED: ["scheduled", "scheduled"],
  CONFIRMED: ["good", "check"],
  REJECTED: ["bad", "failed"],
  EXPIRED: ["canceled", "canceled"],
  CANCELED: ["canceled", "canceled"],
};
const MOST_EXTENSIONS = 16;

export class ReservationScreen extends View {
  static properties = { address: { attribute: false } };

  #clock;

  connectedCallback() {
    super.connectedCallback();
    this.#clock = setInterval(() => this.tick(), 1_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  get token() {
    return this.address.token;
  }

  willUpdate(changed) {
    if (changed.get("address") && changed.get("address").token !== this.token) this.reservation = null;
    this.ask(
      this.token,
      (signal) => api.reservation(this.token, signal),
      async (reservation) => {
        this.plan = await api.plan(reservation.plan).catch(() => null); // it may not be offered any more
        this.take(reservation);
      },
    );
  }

  take(reservation) {
    this.reservation = reservation;
    document.title = `${words().states[reservation.state]} · ${reservation.space.name} · ${words().title}`;
    this.requestUpdate();
  }

  /** Only the server knows whether a hold is over: this clock may be wrong. */
  tick() {
    if (this.reservation?.state !== "HELD" || this.busy) return;
    const over = this.secondsLeft() <= 0;
    if (over && Date.now() - (this.lookedAt ?? 0) > 5_000) {
      this.lookedAt = Date.now();
      this.forget();
    }
    this.requestUpdate();
  }

  secondsLeft() {
    return Math.max(0, Math.ceil((Date.parse(this.reservation.expiresAt) - Date.now()) / 1_000));
  }

  render() {
    const say = words();
    if (this.failure?.status === 404)
      return html`<div class="empty card">${icon("failed", true)}<h1 tabindex="-1">${say.unknownReservation}</h1>
        <p>${say.unknownReservationLead}</p><a class="button" href=${link("search")}>${say.toSearch}</a></div>`;
    if (this.failure && !this.reservation)
      return html`<h1 tabindex="-1" class="unseen">${say.reservation}</h1>${failed(this.failure, () => this.again())}`;
    if (!this.reservation) return html`<h1 tabindex="-1" class="unseen">${say.loading}</h1>${skeleton(4)}`;
    const { state } = this.reservation;
    const [kind, sign] = looks[state];
    return html`
      <header class="row apart">
        <h1 tabindex="-1">${say.reservation}</h1>
        <span class="status ${kind} big">${icon(sign)}${say.states[state]}</span>
      </header>
      ${this.problem ? notice("bad", html`<p>${this.explainProblem()}</p>`) : nothing}
      ${this.done ? notice("good", html`<p>${say[this.done]}</p>`) : nothing}
      ${this.lead()}
      <section class="card padded stack">${this.facts()}${this.mainActions()}</section>
      ${["CONFIRMED", "REQUESTED"].includes(state) ? this.keep() : nothing}
      ${this.isChanging ? this.changing() : nothing}
      ${this.cancelDialog()}
    `;
  }

  lead() {
    const say = words();
    const { state, expiresAt, space, total, currency, cancelFee } = this.reservation;
    const zone = space.venue.zone;
    const shown = history.state?.shown;
    switch (state) {
      case "HELD":
        return html`
          ${shown !== undefined && shown !== null && shown !== total
            ? notice("warning", html`<p>${say.priceChanged(money(shown, currency), money(total, currency))}</p>`)
            : nothing}
          <p role="timer" aria-live="off">${this.secondsLeft() ? say.heldLead(countdown(this.secondsLeft())) : say.heldOver}</p>`;
      case "REQUESTED":
        return html`<p>${say.requestedLead(moment(expiresAt, zone))}</p>`;
      case "CONFIRMED":
        return html`<p>${say.confirmedLead}</p>`;
      case "CANCELED":
        return html`<p>${say.canceledLead} ${cancelFee ? say.canceledFee(money(cancelFee, currency)) : say.canceledFree}</p>`;
      case "REJECTED":
        return html`<p>${say.rejectedLead}</p>`;
      default:
        return html`<p>${say.expiredLead}</p>`;
    }
  }

  facts() {
    const say = words();
    const { id, space, planName, start, end, total, tax, currency } = this.reservation;
    const zone = space.venue.zone;
    const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
    const line = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;
    return html`
      <div class="place">${tile(space)}<div><h2>${space.name}</h2><p class="muted">${space.venue.name}</p></div></div>
      <dl class="pairs">
        ${line(say.when, html`<strong>${period(start, end, zone, true)}</strong> <span class="muted">${duration(minutes)}</span>
          ${elsewhere(zone, start) ? html`<br><span class="muted small">${say.venueClock(zone)}</span>` : nothing}`)}
        ${line(say.plan, planName)}
        ${total === undefined
          ? nothing
          : line(say.price, html`<strong class="number">${money(total, currency)}</strong>
              ${tax ? html`<span class="muted small">${say.taxIncluded(money(tax, currency))}</span>` : nothing}`)}
        ${["HELD", "REQUESTED", "CONFIRMED"].includes(this.reservation.state) ? line(say.cancellation, this.terms()) : nothing}
        ${line(say.number, html`<span class="number">${id}</span>`)}
      </dl>
    `;
  }

  terms() {
    const say = words();
    const { freeCancelUntil, cancelFeePercent, space, start } = this.reservation;
    if (!cancelFeePercent) return say.cancelFree;
    if (Date.parse(freeCancelUntil) <= Date.now() || Date.parse(freeCancelUntil) >= Date.parse(start))
      return say.cancelAlways(cancelFeePercent);
    return say.cancelUntilMoment(moment(freeCancelUntil, space.venue.zone), cancelFeePercent);
  }

  mainActions() {
    const say = words();
    const { state, space, start, end, plan } = this.reservation;
    const zone = space.venue.zone;
    if (state === "HELD")
      return html`
        <div class="actions">
          <button class="button primary" type="button" ?disabled=${this.busy} @click=${this.confirm}>
            ${this.busy ? say.reserving : this.plan?.policy.approvalMinutes ? say.request : say.confirm}</button>
          <button class="button" type="button" ?disabled=${this.busy} @click=${this.release}>${say.release}</button>
        </div>`;
    if (["CONFIRMED", "REQUESTED"].includes(state)) return nothing;
    const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
    const query = { date: localDate(start, zone), time: clock(start, zone), minutes };
    return html`<div class="actions">
      ${this.plan ? html`<a class="button primary" href=${link("plans", plan, query)}>${say.seeTimes}</a>` : nothing}
      <a class="button" href=${link("search", undefined, query)}>${say.again}</a></div>`;
  }

  keep() {
    const say = words();
    const confirmed = this.reservation.state === "CONFIRMED";
    const begun = Date.parse(this.reservation.start) <= Date.now();
    const over = Date.parse(this.reservation.end) <= Date.now();
    return html`
      <section class="card padded stack keep">
        <h2>${say.keep}</h2>
        <div class="actions">
          <button class="button" type="button" @click=${this.copy}>${icon("link")}<span role="status">${this.copied ? say.copied : say.copyLink}</span></button>
          <button class="button" type="button" @click=${this.saveIcs}>${icon("download")}${say.calendarFile}</button>
          <button class="button" type="button" @click=${() => print()}>${icon("copy")}${say.print}</button>
        </div>
        <p class="muted small">${this.copyFailed ? say.copyNotice : say.linkSecret}</p>
        <div class="actions parting">
          ${confirmed && this.plan && !begun && !this.isChanging
            ? html`<button class="button" type="button" @click=${() => this.openChange()}>${icon("edit")}${say.change}</button>`
            : nothing}
          ${confirmed && this.plan && !over ? this.extension() : nothing}
          <button class="button quiet-danger" type="button" ?disabled=${this.busy} @click=${this.askCancel}>${icon("close")}${say.cancel}</button>
        </div>
      </section>
    `;
  }

  /** Later ends that the plan's rules allow; whether they are free, the server says. */
  extension() {
    const say = words();
    const { start, end, space } = this.reservation;
    const { unitMinutes, maximumMinutes } = this.plan.rules;
    const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
    const count = Math.min(MOST_EXTENSIONS, Math.floor((maximumMinutes - minutes) / unitMinutes));
    if (count < 1) return nothing;
    const ends = Array.from({ length: count }, (_, n) => new Date(Date.parse(end) + (n + 1) * unitMinutes * 60_000).toISOString());
    return html`
      <form class="row extend" @submit=${this.extend}>
        <label class="unseen" for="extend">${say.extendTo}</label>
        <select class="input" id="extend" name="end">
          ${ends.map((time, n) => html`<option value=${time}>${clock(time, space.venue.zone)} (+${duration((n + 1) * unitMinutes)})</option>`)}
        </select>
        <button class="button" ?disabled=${this.busy}>${icon("plus")}${say.extend}</button>
      </form>
    `;
  }

  get isChanging() {
    return this.address.query.change !== undefined && this.reservation.state === "CONFIRMED" && this.plan;
  }

  get wish() {
    const { start, end, space } = this.reservation;
    return fittingWish(this.plan, this.address.query, {
      date: localDate(start, space.venue.zone),
      minutes: (Date.parse(end) - Date.parse(start)) / 60_000,
    });
  }

  changing() {
    const say = words();
    const { date, time, minutes } = this.wish;
    const zone = this.reservation.space.venue.zone;
    const chosen =
      this.answer?.minutes === minutes
        ? this.answer.times.find((one) => localDate(one.start, zone) === date && clock(one.start, zone) === time)
        : undefined;
    return html`
      <section class="card padded stack" id="change">
        <h2 tabindex="-1">${say.changeHeading}</h2>
        <free-times name="change" .plan=${this.plan} .date=${date} .minutes=${minutes} .time=${time}
          @wish=${(event) => this.openChange({ ...this.wish, ...event.detail })}
          @times=${(event) => {
            this.answer = event.detail;
            this.requestUpdate();
          }}></free-times>
        ${chosen
          ? html`<p role="status"><strong>${period(chosen.start, chosen.end, zone)}</strong> ·
              <span class="number">${money(chosen.total, this.answer.currency)}</span></p>`
          : nothing}
        <div class="actions">
          <button class="button primary" type="button" ?disabled=${!chosen || this.busy} @click=${() => this.change(chosen)}>${say.changeTo}</button>
          <button class="button" type="button" @click=${() => this.closeChange()}>${say.keepOld}</button>
        </div>
      </section>
    `;
  }

  cancelDialog() {
    const say = words();
    const { total = 0, cancelFeePercent, freeCancelUntil, currency } = this.reservation;
    const late = cancelFeePercent && Date.now() > Date.parse(freeCancelUntil);
    const fee = late ? Math.floor((total * cancelFeePercent + 50) / 100) : 0;
    return html`
      <dialog id="cancel" aria-labelledby="cancel-title">
        <div class="content">
          <h2 id="cancel-title">${say.cancelQuestion}</h2>
          <p>${fee ? say.cancelCosts(money(fee, currency)) : say.cancelIsFree}</p>
          <div class="actions">
            <button class="button" type="button" autofocus @click=${this.closeDialog}>${say.keepBooking}</button>
            <button class="button danger" type="button" ?disabled=${this.busy} @click=${this.cancel}>${say.cancel}</button>
          </div>
        </div>
      </dialog>
    `;
  }

  explainProblem() {
    const say = words();
    const reasons = this.problem.reasons.map((reason) => say.reasons[reason.code] ?? reason.detail);
    return reasons.length ? `${say.notOpen} ${[...new Set(reasons)].join(" · ")}` : explain(this.problem);
  }

  /** Does one act, once; afterwards the server's word is shown, whatever it was. */
  async act(name, work, done) {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    this.done = null;
    this.requestUpdate();
    const act = actKey(`${name} ${this.token}`);
    try {
      this.take(await work(act.key));
      act.done();
      this.done = done;
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 500) act.done();
      this.problem = problem;
      this.forget();
    } finally {
      this.busy = false;
      this.requestUpdate();
    }
  }

  confirm = () => this.act("confirm", (key) => api.confirm(this.token, key));

  async release() {
    const { plan, start, end, space } = this.reservation;
    await this.act("cancel", (key) => api.cancel(this.token, key));
    if (this.problem) return;
    const zone = space.venue.zone;
    const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
    go(link("plans", plan, { date: localDate(start, zone), time: clock(start, zone), minutes }));
  }

  askCancel = () => this.renderRoot.querySelector("#cancel").showModal();
  closeDialog = () => this.renderRoot.querySelector("#cancel").close();

  async cancel() {
    await this.act("cancel", (key) => api.cancel(this.token, key));
    this.closeDialog();
    this.renderRoot.querySelector("h1").focus();
  }

  async extend(event) {
    event.preventDefault();
    const end = new FormData(event.target).get("end");
    await this.act(`extend ${end}`, (key) => api.extend(this.token, { end }, key), "extended");
  }

  async change({ start, end }) {
    await this.act(`change ${start} ${end}`, (key) => api.change(this.token, { start, end }, key), "changed");
    if (this.problem) this.renderRoot.querySelector("free-times")?.reload();
    else this.closeChange();
  }

  async openChange(wish = {}) {
    const first = !this.isChanging;
    go(link("reservation", undefined, { change: "time", ...wish }, this.token), { replace: true });
    if (!first) return;
    await new Promise(requestAnimationFrame); // the address comes back from the page around this
    await this.updateComplete;
    this.renderRoot.querySelector("#change h2")?.focus();
  }

  closeChange() {
    go(link("reservation", undefined, {}, this.token), { replace: true });
    this.renderRoot.querySelector("h1").focus();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.copied = true;
    } catch {
      this.copyFailed = true;
    }
    this.requestUpdate();
  }

  saveIcs() {
    const { id, total, currency } = this.reservation;
    const price = total === undefined ? "" : money(total, currency);
    download(`reservation-${id}.ics`, "text/calendar", icsOf(this.reservation, price));
  }

  again() {
    this.forget();
    this.requestUpdate();
  }
}

customElements.define("reservation-screen", ReservationScreen);
