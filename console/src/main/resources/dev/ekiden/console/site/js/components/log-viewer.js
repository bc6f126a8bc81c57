import { html, nothing } from "lit";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { count } from "../numbers.js";
import { absolute, clock } from "../time.js";
import { icon } from "./icon.js";

const lineHeight = 20;
const scrollBar = 18;
const margin = 20; // lines drawn beyond what is seen

// Colours and cursor moves that programs write for terminals.
const terminalCodes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*(?:\u0007|\u001b\\))/g;

/**
 * Lines of a log, any number of them: only those in sight are drawn. Follows its end until somebody scrolls up. Searching
 * marks what matches and walks over it, or leaves out the rest.
 *
 * - `lines`: `{ attempt, time, text }`, oldest first
 * - `growing`: whether more may come
 */
class LogViewer extends Element {
  static properties = {
    lines: { attribute: false },
    growing: { type: Boolean },
    top: { state: true },
    height: { state: true },
    words: { state: true },
    only: { state: true },
    at: { state: true },
    follows: { state: true },
    times: { state: true },
  };

  constructor() {
    super();
    this.lines = [];
    this.top = 0;
    this.height = 400;
    this.words = "";
    this.only = false;
    this.at = 0;
    this.follows = true;
    this.times = true;
  }

  willUpdate(changed) {
    if (changed.has("lines")) this.clean = this.lines.map(({ text }) => text.replace(terminalCodes, ""));
    if (changed.has("lines") || changed.has("words")) this.found = this.find();
    if (changed.has("words")) this.at = 0;
  }

  /** Numbers of the lines that match, null where nothing is sought. */
  find() {
    const sought = this.words.toLocaleLowerCase();
    if (!sought) return null;
    const found = [];
    this.clean.forEach((text, n) => text.toLocaleLowerCase().includes(sought) && found.push(n));
    return found;
  }

  firstUpdated() {
    const pane = this.querySelector(".lines");
    new ResizeObserver(() => (this.height = pane.clientHeight)).observe(pane);
  }

  updated(changed) {
    if (this.follows && (changed.has("lines") || changed.has("follows") || changed.has("height"))) {
      const pane = this.querySelector(".lines");
      pane.scrollTop = pane.scrollHeight;
    }
  }

  render() {
    const numbers = this.only && this.found ? this.found : null;
    const total = numbers ? numbers.length : this.lines.length;
    const first = Math.max(0, Math.floor(this.top / lineHeight) - margin);
    const last = Math.min(total, Math.ceil((this.top + this.height) / lineHeight) + margin);
    const seen = Array.from({ length: Math.max(0, last - first) }, (_, n) => (numbers ? numbers[first + n] : first + n));
    return html`<div class="log">
      <div class="row tools">
        <div class="search">
          ${icon("search")}
          <input
            class="input"
            type="search"
            aria-label=${t("log.search")}
            placeholder=${t("log.search")}
            .value=${this.words}
            @input=${(event) => (this.words = event.target.value)}
            @keydown=${this.searchKey}
          />
        </div>
        <span class="muted small number" role="status">${this.matches()}</span>
        ${this.found?.length
          ? html`<button class="button quiet icon-only" aria-label=${t("log.previous")} @click=${() => this.walk(-1)}>${icon("left")}</button>
              <button class="button quiet icon-only" aria-label=${t("log.next")} @click=${() => this.walk(1)}>${icon("right")}</button>`
          : nothing}
        ${this.words
          ? html`<button class="button" aria-pressed=${this.only} @click=${() => (this.only = !this.only)}>${icon("filter")}${t("log.only")}</button>`
          : nothing}
        <span class="grow"></span>
        <button class="button" aria-pressed=${this.times} @click=${() => (this.times = !this.times)}>${icon("scheduled")}${t("log.times")}</button>
        <button class="button" aria-pressed=${this.follows} @click=${() => (this.follows = !this.follows)}>${icon("follow")}${t("log.follow")}</button>
        <button class="button" @click=${this.download}>${icon("download")}${t("log.download")}</button>
      </div>
      <div
        class="lines mono"
        .style=${`height: min(${Math.max(3, total) * lineHeight + scrollBar}px, 60vh, 28rem)`}
        tabindex="0" role="log" aria-live="off" aria-label=${t("log.title")}
        @scroll=${this.scrolled}
      >
        <div class="roll" .style=${`height: ${total * lineHeight}px`}>
          <div class="window" .style=${`transform: translateY(${first * lineHeight}px)`}>
            ${seen.map((n) => this.line(n))}
          </div>
        </div>
      </div>
      <div class="row small muted">
        <span class="number">${t("log.count", this.lines.length)}</span>
        ${this.growing ? html`<span>${t("log.growing")}</span>` : nothing}
      </div>
    </div>`;
  }

  line(n) {
    const { attempt, time } = this.lines[n];
    const current = this.found?.[this.at] === n;
    const begins = n > 0 && this.lines[n - 1].attempt !== attempt;
    return html`<div class="line ${current ? "current" : ""} ${begins ? "begins" : ""}">
      <span class="line-number">${n + 1}</span>
      ${this.times ? html`<time datetime=${time} data-tip=${absolute(time)}>${clock(time, { millis: true })}</time>` : nothing}
      <span class="attempt" data-tip=${t("log.ofAttempt", attempt)}>#${attempt}</span>
      <span class="text">${this.marked(this.clean[n])}</span>
    </div>`;
  }

  marked(text) {
    const sought = this.words.toLocaleLowerCase();
    if (!sought) return text;
    const lower = text.toLocaleLowerCase();
    const parts = [];
    let from = 0;
    for (let at; (at = lower.indexOf(sought, from)) >= 0; from = at + sought.length) {
      parts.push(text.slice(from, at), html`<mark>${text.slice(at, at + sought.length)}</mark>`);
    }
    return [...parts, text.slice(from)];
  }

  matches() {
    if (!this.found) return nothing;
    if (this.found.length === 0) return t("log.noMatch");
    return `${count(this.at + 1)} / ${count(this.found.length)}`;
  }

  searchKey(event) {
    if (event.key === "Enter") this.walk(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") this.words = "";
    else return;
    event.preventDefault();
  }

  walk(step) {
    if (!this.found?.length) return;
    this.at = (this.at + step + this.found.length) % this.found.length;
    const index = this.only ? this.at : this.found[this.at];
    this.follows = false;
    this.querySelector(".lines").scrollTop = index * lineHeight - this.height / 2;
  }

  scrolled(event) {
    const pane = event.target;
    this.top = pane.scrollTop;
    const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < lineHeight;
    if (!atEnd) this.follows = false;
  }

  download() {
    const text = this.lines.map(({ attempt, time }, n) => `${time} #${attempt} ${this.clean[n]}`).join("\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "log.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  }
}
customElements.define("log-viewer", LogViewer);
