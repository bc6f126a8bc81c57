import { html } from "lit";
import { api, get } from "../api.js";
import { attention } from "../attention.js";
import "../components/data-table.js";
import "../components/history-charts.js";
import { empty } from "../components/empty.js";
import { icon } from "../components/icon.js";
import { filterOf } from "../components/job-filter.js";
import { t } from "../i18n.js";
import { jobColumns } from "../jobs.js";
import { brief, count, duration } from "../numbers.js";
import { queueStatus } from "../queues.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

const failedShown = 8;

/** How all of it is, at a glance: every number leads to the jobs behind it. */
class OverviewScreen extends Screen {
  topics = ["jobs", "queues", "schedules", "workers"];

  constructor() {
    super();
    this.query = {};
  }

  async load(signal) {
    const list = (path, query) => get(path, { signal, query }).then(({ items }) => items);
    const [queues, workers, schedules, failed] = await Promise.all([
      list(api`/queues`),
      list(api`/workers`),
      list(api`/schedules`),
      list(api`/jobs`, { ...filterOf({ state: "failed", since: "24h" }), limit: failedShown }),
    ]);
    return { queues, workers, schedules, failed };
  }

  view(data) {
    const { queues, workers, failed } = data;
    const sum = (state) => queues.reduce((total, queue) => total + queue[state], 0);
    const oldest = Math.max(-1, ...queues.map((queue) => queue.oldestReadySeconds ?? -1));
    const capacity = workers.reduce((total, worker) => total + worker.concurrency, 0);
    if (queues.length === 0) {
      return html`<h1>${t("overview.title")}</h1>${empty(t("queues.none"), t("queues.noneText"), "./ekiden demo")}`;
    }
    return html`<div class="stack">
      <h1>${t("overview.title")}</h1>
      <div class="tiles">
        ${tile("ready", t("overview.backlog"), count(sum("ready")), link("/jobs", { state: "ready" }))}
        ${tile("running", t("state.RUNNING"), html`${count(sum("running"))}<small> / ${brief(capacity)}</small>`, link("/jobs", { state: "running" }))}
        ${tile("age", t("queues.oldest"), oldest < 0 ? "–" : duration(oldest), link("/jobs", { state: "ready" }))}
        ${tile("scheduled", t("state.SCHEDULED"), count(sum("scheduled")), link("/jobs", { state: "scheduled" }))}
        ${tile("blocked", t("state.BLOCKED"), count(sum("blocked")), link("/jobs", { state: "blocked" }))}
        ${tile("workers", t("workers.title"), count(workers.length), link("/workers"))}
      </div>
      ${this.attention(attention(data))}
      <history-charts></history-charts>
      <section class="card" aria-label=${t("queues.title")}>
        <header>
          <h2>${t("queues.title")}</h2>
          <a href=${link("/queues")}>${t("overview.all")}</a>
        </header>
        <data-table
          .label=${t("queues.title")}
          .columns=${queueColumns()}
          .rows=${busiest(queues).map((queue) => ({ id: queue.name, ...queue }))}
          .href=${(queue) => link(`/queues/${queue.name}`)}
        ></data-table>
      </section>
      <section class="card" aria-label=${t("overview.failed")}>
        <header>
          <h2>${t("overview.failed")}</h2>
          <a href=${link("/jobs", { state: "failed", since: "24h" })}>${t("overview.all")}</a>
        </header>
        ${failed.length === 0
          ? html`<p class="content muted">${t("overview.noneFailed")}</p>`
          : html`<data-table
              .label=${t("overview.failed")}
              .columns=${jobColumns()}
              .rows=${failed}
              .href=${(job) => link(`/jobs/${job.id}`)}
            ></data-table>`}
      </section>
    </div>`;
  }

  attention(points) {
    return html`<section class="card" aria-label=${t("attention.title")}>
      <header><h2>${t("attention.title")}</h2></header>
      ${points.length === 0
        ? html`<p class="content good row">${icon("check")}${t("attention.nothing")}</p>`
        : html`<ul class="attention">
            ${points.map(({ kind, icon: name, text, href }) => html`<li><a class=${kind} href=${href}>${icon(name)}<span class="grow">${text}</span>${icon("right")}</a></li>`)}
          </ul>`}
    </section>`;
  }
}
customElements.define("overview-screen", OverviewScreen);

function tile(symbol, label, value, href) {
  return html`<a class="tile" href=${href}>
    <span class="label">${icon(symbol)}${label}</span>
    <strong class="number">${value}</strong>
  </a>`;
}

/** The queues where something goes on come first. */
function busiest(queues) {
  const weight = (queue) => queue.ready + queue.running + queue.blocked + queue.scheduled;
  return [...queues].sort((one, other) => weight(other) - weight(one)).slice(0, 10);
}

const queueColumns = () => [
  { title: t("queues.name"), cell: (queue) => html`<a href=${link(`/queues/${queue.name}`)}>${queue.name}</a>` },
  { title: t("jobs.state"), cell: queueStatus },
  { title: t("state.READY"), end: true, cell: (queue) => count(queue.ready) },
  { title: t("state.RUNNING"), end: true, cell: (queue) => count(queue.running) },
  { title: t("state.SCHEDULED"), end: true, minor: true, cell: (queue) => count(queue.scheduled) },
  { title: t("state.BLOCKED"), end: true, minor: true, cell: (queue) => count(queue.blocked) },
  { title: t("queues.oldest"), end: true, cell: (queue) => (queue.oldestReadySeconds === undefined ? "–" : duration(queue.oldestReadySeconds)) },
];
