import { html, nothing } from "lit";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { t } from "../i18n.js";
import { hasEnded } from "../jobs.js";
import { LogLines } from "../log-lines.js";
import { count } from "../numbers.js";
import { failureNotice } from "./failure.js";
import { icon } from "./icon.js";
import "./log-viewer.js";

const levels = ["", "info", "warn", "error"];
const typingMillis = 250;
const downloadedAtOnce = 10_000;

/**
 * The log of a job: follows its end until somebody scrolls up, searched and filtered by the server. Searching marks what
 * matches and walks over it, or leaves out the rest.
 *
 * - `job`
 * - `line`: the number of the line to begin at, from the address
 */
class JobLog extends Element {
  static properties = {
    job: { attribute: false },
    line: {},
    words: { state: true },
    level: { state: true },
    attempt: { state: true },
    only: { state: true },
    at: { state: true },
    current: { state: true },
    follows: { state: true },
    times: { state: true },
  };

  constructor() {
    super();
    Object.assign(this, { words: "", level: "", attempt: "", only: false, at: -1, follows: true, times: true });
    this.redraw = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(["log"], () => [this.lines, this.found].forEach((lines) => lines?.refresh()));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
    clearTimeout(this.typing);
  }

  willUpdate(changed) {
    if (["level", "attempt"].some((name) => changed.has(name))) this.lines = this.ask({});
    if (["level", "attempt", "words"].some((name) => changed.has(name))) {
      this.found = this.words ? this.ask({ q: this.words }) : null;
      this.at = -1;
    }
  }

  updated(changed) {
    if (changed.has("line") && this.line) this.begin(Number(this.line));
  }

  ask(query, pageSize) {
    const lines = new LogLines(this.job.id, { ...query, level: this.level, attempt: this.attempt }, pageSize);
    lines.addEventListener("change", this.redraw);
    lines.refresh();
    return lines;
  }

  /** Lines of one level have other places than they have in the whole log: there, only matches are shown. */
  get shown() {
    return this.found && (this.only || this.level) ? this.found : this.lines;
  }

  get viewer() {
    return this.querySelector("log-viewer");
  }

  render() {
    const { failure, total } = this.shown;
    if (total === null) return failure ? failureNotice(failure, () => this.shown.refresh()) : nothing;
    if (total === 0 && !this.attempt) return html`<p class="muted">${t("log.none")}</p>`;
    return html`<div class="log">
      <div class="row tools">${this.search()} ${this.filters()} ${this.choices()}</div>
      <log-viewer
        .source=${this.shown}
        .job=${this.job.id}
        .words=${this.words}
        .current=${this.current}
        .follows=${this.follows}
        .times=${this.times}
        @leave=${() => (this.follows = false)}
      ></log-viewer>
      <div class="row small muted">
        <span class="number" role="status">${this.counts()}</span>
        ${hasEnded(this.job) ? nothing : html`<span>${t("log.growing")}</span>`}
      </div>
    </div>`;
  }

  search() {
    return html`<div class="search">
        ${icon("search")}
        <input class="input" type="search" aria-label=${t("log.search")} placeholder=${t("log.search")} @input=${this.typed} @keydown=${this.key} />
      </div>
      ${this.found
        ? html`<span class="muted small number" role="status">${this.matches()}</span>
            ${this.found.matched
              ? html`<button class="button quiet icon-only" aria-label=${t("log.previous")} @click=${() => this.walk(-1)}>${icon("left")}</button>
                  <button class="button quiet icon-only" aria-label=${t("log.next")} @click=${() => this.walk(1)}>${icon("right")}</button>`
              : nothing}
            ${this.level
              ? nothing
              : html`<button class="button" aria-pressed=${this.only} @click=${() => (this.only = !this.only)}>${icon("filter")}${t("log.only")}</button>`}`
        : nothing}`;
  }

  filters() {
    const attempts = this.job.attempts;
    return html`<select class="input" aria-label=${t("log.level")} @change=${(event) => (this.level = event.target.value)}>
        ${levels.map((level) => html`<option value=${level}>${t(`log.levels.${level || "all"}`)}</option>`)}
      </select>
      ${attempts.length > 1
        ? html`<select class="input" aria-label=${t("job.attempts")} @change=${(event) => (this.attempt = event.target.value)}>
            <option value="">${t("log.allAttempts")}</option>
            ${attempts.map(({ number }) => html`<option value=${number}>${t("log.ofAttempt", number)}</option>`)}
          </select>`
        : nothing}`;
  }

  choices() {
    return html`<span class="grow"></span>
      <button class="button" aria-pressed=${this.times} @click=${() => (this.times = !this.times)}>${icon("scheduled")}${t("log.times")}</button>
      <button class="button" aria-pressed=${this.follows} @click=${() => (this.follows = !this.follows)}>${icon("follow")}${t("log.follow")}</button>
      <button class="button" @click=${this.download}>${icon("download")}${t("log.download")}</button>`;
  }

  counts() {
    const { matched, total } = this.shown;
    return matched === total ? t("log.count", total) : t("log.countOf", { matched, total });
  }

  matches() {
    const { matched } = this.found;
    if (matched === null) return t("ask.counting");
    if (matched === 0) return t("log.noMatch");
    return this.at < 0 ? t("log.matches", matched) : `${count(this.at + 1)} / ${count(matched)}`;
  }

  typed(event) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => (this.words = event.target.value), typingMillis);
  }

  async key(event) {
    const { target, key, shiftKey } = event;
    if (key !== "Enter" && key !== "Escape") return;
    event.preventDefault();
    clearTimeout(this.typing);
    if (key === "Escape") target.value = "";
    this.words = target.value;
    await this.updateComplete;
    if (key === "Enter") this.walk(shiftKey ? -1 : 1);
  }

  /** To the next match, from the last one to the first. */
  async walk(step) {
    const { found } = this;
    if (!found) return;
    const first = await found.line(0);
    if (!first || found !== this.found) return;
    this.at = this.at < 0 && step < 0 ? found.matched - 1 : (this.at + step + found.matched) % found.matched;
    const line = await found.line(this.at);
    if (line && found === this.found) this.standOut(line.number, this.shown === found ? this.at : line.number - 1);
  }

  /** The line that the address names. */
  async begin(number) {
    Object.assign(this, { level: "", attempt: "", only: false });
    await this.updateComplete;
    if (!(await this.lines.line(0))) return;
    await this.standOut(number, number - 1);
    this.scrollIntoView({ block: "nearest" });
  }

  async standOut(number, place) {
    this.follows = false;
    this.current = number;
    await this.updateComplete;
    await this.viewer?.show(place);
  }

  async download() {
    const lines = [];
    for await (const { attempt, time, text } of this.ask(this.shown === this.found ? { q: this.words } : {}, downloadedAtOnce).all()) {
      lines.push(`${time} #${attempt} ${text}`);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/plain" }));
    link.download = `job-${this.job.id}.log`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  }
}
customElements.define("job-log", JobLog);
