import { html, nothing } from "lit";
import { Problem } from "../api.js";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { history, measured, perMinute } from "../history.js";
import { t } from "../i18n.js";
import { brief, duration } from "../numbers.js";
import { spanStep } from "../ticks.js";
import { failureNotice } from "./failure.js";
import { figure } from "./figure.js";

const spans = { "1h": 1, "6h": 6, "24h": 24, "7d": 168, "30d": 720 };

/** Throughput, depth and age of one queue, or of all, over a time that can be chosen. */
class HistoryCharts extends Element {
  static properties = { queue: {}, span: { state: true }, data: { state: true }, failure: { state: true } };

  constructor() {
    super();
    this.span = "1h";
  }

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(["queues"], () => this.freshen());
    this.updateComplete.then(() => this.load());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
  }

  /** History grows by the minute; asking more often would show nothing new. */
  freshen() {
    if (!this.asked || Date.now() - this.asked > 10_000) this.load();
  }

  async load() {
    this.asked = Date.now();
    const from = new Date(this.asked - spans[this.span] * 3_600_000).toISOString();
    try {
      this.data = await history({ from, queue: this.queue });
      this.failure = null;
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.failure = failure;
    }
  }

  render() {
    return html`<section class="stack" aria-label=${t("history.title")}>
      <div class="row apart">
        <h2>${t("history.title")}</h2>
        <div class="segments" role="group" aria-label=${t("history.span")}>
          ${Object.keys(spans).map(
            (span) => html`<button class="button" aria-pressed=${span === this.span} @click=${() => this.choose(span)}>${t(`history.spans.${span}`)}</button>`,
          )}
        </div>
      </div>
      ${this.failure ? failureNotice(this.failure, () => this.load()) : nothing}
      <div class="columns">${this.data ? this.charts(this.data) : [0, 1].map(() => html`<div class="card"><div class="chart"></div></div>`)}</div>
    </section>`;
  }

  charts(data) {
    const line = (label, color, points) => ({ label, color, points });
    const [from, to] = [data.from, data.to].map((at) => new Date(at).getTime());
    const chart = (title, write, series, step) => figure(title, { from, to, write, step, series });
    return html`
      ${chart(t("history.throughput"), brief, [
        line(t("state.SUCCEEDED"), "succeeded", perMinute(data, "succeeded")),
        line(t("history.failures"), "failed", perMinute(data, "failed", "retried")),
      ])}
      ${chart(t("history.depth"), brief, [
        line(t("state.READY"), "ready", measured(data, "ready")),
        line(t("state.RUNNING"), "running", measured(data, "running")),
      ])}
      ${chart(t("history.age"), (value) => (value === 0 ? "0" : duration(value)), [
        line(t("queues.oldest"), "blocked", measured(data, "oldestReadySeconds", Math.max)),
      ], spanStep)}
    `;
  }

  choose(span) {
    this.span = span;
    this.load();
  }
}
customElements.define("history-charts", HistoryCharts);
