import { html, nothing } from "lit";
import { api, get, Problem } from "../api.js";
import { cli, curl } from "../commands.js";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { t, tOr } from "../i18n.js";
import { jobLink } from "../jobs.js";
import { count } from "../numbers.js";
import { readable } from "../readable.js";
import { link } from "../router.js";
import "./copy-menu.js";
import "./data-table.js";
import { failureNotice } from "./failure.js";
import { status } from "./status.js";

const first = 6;
const most = 100;

/** The jobs of a queue that go next, each with the reason why it has not started yet. */
class QueueHead extends Element {
  static properties = { queue: {}, limit: { state: true }, data: { state: true }, failure: { state: true } };

  constructor() {
    super();
    this.limit = first;
  }

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(["queues"], () => this.load());
    this.updateComplete.then(() => this.load());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
  }

  async load() {
    if (this.loading) return;
    this.loading = true;
    try {
      this.data = await get(api`/queues/${this.queue}/head`, { query: { limit: this.limit } });
      this.failure = null;
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.failure = failure;
    } finally {
      this.loading = false;
    }
  }

  render() {
    return html`<section class="card" aria-label=${t("queues.head")}>
      <header>
        <div>
          <h2>${t("queues.head")}</h2>
          <p class="muted small">${t("queues.headText")}</p>
        </div>
        <copy-menu
          .label=${t("queues.head")}
          .cli=${cli("queues", "head", this.queue)}
          .curl=${curl("GET", api`/queues/${this.queue}/head`)}
        ></copy-menu>
      </header>
      ${this.failure ? failureNotice(this.failure, () => this.load()) : this.data ? this.jobs(this.data) : nothing}
    </section>`;
  }

  jobs({ items, more }) {
    if (items.length === 0) return html`<p class="content muted">${t("queues.noHead")}</p>`;
    return html`<data-table
        .label=${t("queues.head")}
        .columns=${columns()}
        .rows=${items}
        .href=${(job) => link(`/jobs/${job.id}`)}
      ></data-table>
      ${more && this.limit < most
        ? html`<div class="pages"><span></span><button class="button" @click=${this.showMore}>${t("queues.moreHead", most)}</button></div>`
        : nothing}`;
  }

  showMore() {
    this.limit = most;
    this.load();
  }
}
customElements.define("queue-head", QueueHead);

const columns = () => [
  { title: t("queues.position"), end: true, cell: (job) => count(job.position) },
  { title: t("jobs.id"), cell: (job) => jobLink(job.id) },
  { title: t("jobs.state"), cell: (job) => status(job.state) },
  { title: t("jobs.definition"), minor: true, cell: (job) => job.definition },
  { title: t("jobs.priority"), minor: true, end: true, cell: (job) => count(job.priority) },
  { title: t("queues.waits"), minor: true, cell: (job) => html`<time-span .from=${job.runAt ?? job.createdAt}></time-span>` },
  { title: t("queues.because"), cell: ({ reasons: [reason] }) => reason && because(reason) },
];

/** What it means in the reader's language, and the server's words with the numbers. */
function because({ code, text }) {
  const meaning = tOr(`why.${code}`, null);
  return html`<span class="because">${meaning ?? readable(text)}${meaning ? html` <span class="muted minor" lang="en">${readable(text)}</span>` : nothing}</span>`;
}
