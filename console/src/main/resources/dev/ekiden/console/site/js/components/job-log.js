import { html, nothing } from "lit";
import { api, get } from "../api.js";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { t } from "../i18n.js";
import { hasEnded } from "../jobs.js";
import { failureNotice } from "./failure.js";
import "./log-viewer.js";

/** The log of a job, read again as it grows. */
class JobLog extends Element {
  static properties = { job: { attribute: false }, lines: { state: true }, failure: { state: true } };

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
    try {
      const { items } = await get(api`/jobs/${this.job.id}/logs`);
      if (items.length !== this.lines?.length) this.lines = items;
      this.failure = null;
    } catch (failure) {
      this.failure = failure;
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
