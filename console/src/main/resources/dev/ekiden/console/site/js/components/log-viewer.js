import { html, nothing } from "lit";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { link } from "../router.js";
import { absolute, clock } from "../time.js";

const lineHeight = 20;
const scrollBar = 18;
const margin = 30; // lines drawn beyond what is seen

/**
 * Lines of a log, any number of them: only those in sight are drawn, and fetched.
 *
 * - `source`: LogLines
 * - `job`: whose log it is, for the addresses of its lines
 * - `words`: what to mark; `current`: the number of the line that stands out, 1 for the first
 * - `follows`: stays at the end; tells "leave" when somebody scrolls up
 * - `times`: whether each line begins with its time
 */
class LogViewer extends Element {
  static properties = {
    source: { attribute: false },
    job: {},
    words: {},
    current: { type: Number },
    follows: { type: Boolean },
    times: { type: Boolean },
    top: { state: true },
    height: { state: true },
  };

  constructor() {
    super();
    this.top = 0;
    this.height = 400;
    this.redraw = () => this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.source?.removeEventListener("change", this.redraw);
  }

  willUpdate(changed) {
    if (!changed.has("source")) return;
    changed.get("source")?.removeEventListener("change", this.redraw);
    this.source.addEventListener("change", this.redraw);
  }

  firstUpdated() {
    const pane = this.pane;
    new ResizeObserver(() => (this.height = pane.clientHeight)).observe(pane);
  }

  updated() {
    if (this.follows) this.pane.scrollTop = this.pane.scrollHeight;
    this.source.want(...this.seen());
  }

  get pane() {
    return this.querySelector(".lines");
  }

  /** Brings the nth of the lines that are shown into the middle. */
  async show(n) {
    await this.updateComplete;
    this.pane.scrollTop = n * lineHeight - this.height / 2;
  }

  seen() {
    const first = Math.max(0, Math.floor(this.top / lineHeight) - margin);
    return [first, Math.min(this.source.matched ?? 0, Math.ceil((this.top + this.height) / lineHeight) + margin)];
  }

  render() {
    const total = this.source.matched ?? 0;
    const [first, last] = this.seen();
    const seen = Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
    return html`<div
      class="lines mono"
      .style=${`height: min(${Math.max(3, total) * lineHeight + scrollBar}px, 60vh, 32rem)`}
      tabindex="0"
      role="log"
      aria-live="off"
      aria-label=${t("log.title")}
      @scroll=${this.scrolled}
    >
      <div class="roll" .style=${`height: ${total * lineHeight}px`}>
        <div class="window" .style=${`transform: translateY(${first * lineHeight}px)`}>${seen.map((n) => this.line(n))}</div>
      </div>
    </div>`;
  }

  line(n) {
    const line = this.source.at(n);
    if (!line) return html`<div class="line awaited"><span class="line-number"></span><span class="text">…</span></div>`;
    const { number, attempt, time, level, text } = line;
    const before = this.source.at(n - 1);
    const begins = before && before.attempt !== attempt;
    return html`<div class="line ${level} ${number === this.current ? "current" : ""} ${begins ? "begins" : ""}">
      <a class="line-number" tabindex="-1" href=${link(`/jobs/${this.job}`, { line: number })}>${number}</a>
      ${this.times ? html`<time datetime=${time} data-tip=${absolute(time)}>${clock(time, { millis: true })}</time>` : nothing}
      <span class="attempt" data-tip=${t("log.ofAttempt", attempt)}>#${attempt}</span>
      <span class="text">${this.marked(text)}</span>
    </div>`;
  }

  marked(text) {
    const sought = this.words?.toLowerCase();
    if (!sought) return text;
    const lower = text.toLowerCase();
    const parts = [];
    let from = 0;
    for (let at; (at = lower.indexOf(sought, from)) >= 0; from = at + sought.length) {
      parts.push(text.slice(from, at), html`<mark>${text.slice(at, at + sought.length)}</mark>`);
    }
    return [...parts, text.slice(from)];
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.pane;
    this.top = scrollTop;
    if (this.follows && scrollHeight - scrollTop - clientHeight > lineHeight) this.dispatchEvent(new Event("leave"));
  }
}
customElements.define("log-viewer", LogViewer);
