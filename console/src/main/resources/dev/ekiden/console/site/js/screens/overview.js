import { html, nothing } from "lit";
import { api, get } from "../api.js";
import { shown } from "../attention.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import "../components/history-charts.js";
import { empty } from "../components/empty.js";
import { icon } from "../components/icon.js";
import { filterOf } from "../components/job-filter.js";
import { sparkline } from "../components/sparkline.js";
import { history, perMinute } from "../history.js";
import { t } from "../i18n.js";
import { jobColumns } from "../jobs.js";
import { brief, count, duration, percent } from "../numbers.js";
import { queueStatus } from "../queues.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

const failedShown = 8;
const queuesShown = 10;
const hourMillis = 3_600_000;
const trendsAgeMillis = 20_000;
const manyFailures = 0.1;

/** How all of it is, at a glance: every number leads to the jobs behind it. */
class OverviewScreen extends Screen {
  topics = ["jobs", "queues", "schedules", "workers"];

  constructor() {
    super();
    this.query = {};
  }

  async load(signal) {
    const [overview, failed, trends] = await Promise.all([
      get(api`/overview`, { signal }),
      get(api`/jobs`, { signal, query: { ...filterOf({ state: "failed", since: "24h" }), limit: failedShown } }),
      this.trends(signal),
    ]);
    return { ...overview, failed: failed.items, trends };
  }

  /** The last hour of each queue, which changes by the minute. */
  trends(signal) {
    const now = Date.now();
    if (!this.trend || now - this.trend.at > trendsAgeMillis) {
      const asked = history({ from: new Date(now - hourMillis).toISOString() }, signal);
      this.trend = { at: now, asked };
      asked.catch(() => (this.trend = null));
    }
    return this.trend.asked;
  }

  view(data) {
    const { queues, workers, failed, trends, recentSeconds } = data;
    const sum = (...names) => queues.reduce((total, queue) => total + names.reduce((some, name) => some + queue[name], 0), 0);
    const oldest = Math.max(-1, ...queues.map((queue) => queue.oldestReadySeconds ?? -1));
    const minutes = recentSeconds / 60;
    if (queues.length === 0) {
      return html`<div class="stack">
        <h1>${t("overview.title")}</h1>
        <div class="card">${empty(t("overview.none"), t("overview.noneText"), "./ekiden demo")}</div>
      </div>`;
    }
    const recentFailures = sum("failed", "retried");
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("overview.title")}</h1>
        <copy-menu .label=${t("overview.title")} .cli=${cli("overview")} .curl=${curl("GET", api`/overview`)}></copy-menu>
      </div>
      <div class="tiles">
        ${tile("ready", t("overview.backlog"), count(sum("ready")), link("/jobs", { state: "ready" }))}
        ${tile("running", t("state.RUNNING"), html`${count(sum("running"))}<small> / ${brief(workers.places)}</small>`, link("/jobs", { state: "running" }))}
        ${tile("age", t("queues.oldest"), oldest < 0 ? "–" : duration(oldest), link("/jobs", { state: "ready" }))}
        ${tile("overview", t("overview.throughput"), html`${brief(sum("succeeded", "failed", "retried") / minutes)}<small> ${t("overview.perMinute")}</small>`, link("/jobs", { state: "succeeded" }))}
        ${tile("failed", t("overview.failures"), html`${count(recentFailures)}<small> / ${t("overview.minutes", minutes)}</small>`, link("/jobs", { state: "failed", since: "15m" }), recentFailures > 0 && "bad")}
        ${tile("blocked", t("state.BLOCKED"), count(sum("blocked")), link("/jobs", { state: "blocked" }))}
        ${tile("scheduled", t("state.SCHEDULED"), count(sum("scheduled")), link("/jobs", { state: "scheduled" }))}
        ${tile("workers", t("workers.title"), count(workers.workers), link("/workers"), workers.workers === 0 && "bad")}
      </div>
      ${this.attention(data.attention)}
      <history-charts></history-charts>
      <section class="card" aria-label=${t("queues.title")}>
        <header>
          <h2>${t("queues.title")}</h2>
          <a href=${link("/queues")}>${t(queues.length > queuesShown ? "overview.allOf" : "overview.all", queues.length)}</a>
        </header>
        <data-table
          .label=${t("queues.title")}
          .columns=${queueColumns(trends, minutes)}
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
            ${points.map(shown).map(
              (point) => html`<li>
                <a class=${point.gravity} href=${point.href}>
                  ${icon(point.icon)}
                  <span class="grow"><strong>${point.title}: ${point.name}</strong> <span class="muted">${point.text}</span></span>
                  ${icon("right")}
                </a>
              </li>`,
            )}
          </ul>`}
    </section>`;
  }
}
customElements.define("overview-screen", OverviewScreen);

function tile(symbol, label, value, href, kind) {
  return html`<a class="tile ${kind || ""}" href=${href}>
    <span class="label">${icon(symbol)}${label}</span>
    <strong class="number">${value}</strong>
  </a>`;
}

/** The queues where something goes on come first. */
function busiest(queues) {
  const weight = (queue) => queue.ready + queue.running + queue.blocked + queue.succeeded + queue.failed + queue.retried;
  return [...queues].sort((one, other) => weight(other) - weight(one)).slice(0, queuesShown);
}

function ended(queue) {
  return queue.succeeded + queue.failed + queue.retried;
}

function failures(queue) {
  const all = ended(queue);
  if (all === 0) return html`<span class="muted">–</span>`;
  const share = (queue.failed + queue.retried) / all;
  return html`<span class="share ${share >= manyFailures ? "bad" : ""}">${share >= manyFailures ? icon("warning") : nothing}${percent(share)}</span>`;
}

const queueColumns = (trends, minutes) => [
  { title: t("queues.name"), cell: (queue) => html`<a href=${link(`/queues/${queue.name}`)}>${queue.name}</a>` },
  { title: t("jobs.state"), cell: queueStatus },
  { title: t("overview.trend"), minor: true, cell: ({ name }) => sparkline(perMinute({ ...trends, items: trends.items.filter(({ queue }) => queue === name) }, "succeeded", "failed", "retried"), "running") },
  { title: t("overview.perMinute"), end: true, minor: true, cell: (queue) => (ended(queue) === 0 ? html`<span class="muted">–</span>` : brief(ended(queue) / minutes)) },
  { title: t("overview.failures"), end: true, minor: true, cell: failures },
  { title: t("state.READY"), end: true, cell: (queue) => count(queue.ready) },
  { title: t("state.RUNNING"), end: true, cell: (queue) => count(queue.running) },
  { title: t("queues.oldest"), end: true, cell: (queue) => (queue.oldestReadySeconds === undefined ? html`<span class="muted">–</span>` : duration(queue.oldestReadySeconds)) },
];
