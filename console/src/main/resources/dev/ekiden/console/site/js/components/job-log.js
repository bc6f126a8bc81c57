import { html, nothing } from "lit";
import { api, get, Problem } from "../api.js";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { t } from "../i18n.js";
import { hasEnded } from "../jobs.js";
import { failureNotice } from "./failure.js";
import "./log-viewer.js";

const linesAtOnce = 10_000;

/** The log of a job: what is there is fetched in parts, and what is added after that as it comes. */
class JobLog extends Element {
  static properties = { job: { attribute: false }, lines: { state: true }, failure: { state: true } };

  #loading = false;
  #again = false;

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(["log"], () => this.load());
    this.updateComplete.then(() => this.load());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
  }

  async load() {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    try {
      do {
        this.#again = false;
        await this.fetchNew();
      } while (this.#again && this.isConnected);
      this.failure = null;
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.failure = failure;
    } finally {
      this.#loading = false;
    }
  }

  /** Lines are only ever added behind, but for a log that was cut: then it is read anew. */
  async fetchNew() {
    let lines = this.lines ?? [];
    for (let more = true; more && this.isConnected; ) {
      const answer = await get(api`/jobs/${this.job.id}/logs`, { query: { offset: lines.length, limit: linesAtOnce } });
      if (answer.total < lines.length) {
        lines = [];
        continue;
      }
      if (answer.items.length > 0 || !this.lines) this.lines = lines = [...lines, ...answer.items];
      more = answer.nextOffset !== undefined;
    }
  }

  render() {
    if (this.failure && !this.lines) return failureNotice(this.failure, () => this.load());
    if (!this.lines) return nothing;
    if (this.lines.length === 0) return html`<p class="muted">${t("log.none")}</p>`;
    return html`<log-viewer .lines=${this.lines} .growing=${!hasEnded(this.job)}></log-viewer>`;
  }
}
customElements.define("job-log", JobLog);
