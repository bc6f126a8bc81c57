import { html, nothing } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import "../components/history-charts.js";
import { icon } from "../components/icon.js";
import { editLimit, limitText } from "../components/limit-editor.js";
import "../components/queue-head.js";
import { t } from "../i18n.js";
import { count, duration } from "../numbers.js";
import { pause, queueStatus, redrive, resume } from "../queues.js";
import { link, refine } from "../router.js";
import { Screen } from "../screen.js";

/** One queue: how it stands and stood, what is next in it and why that does not start, its limits. */
class QueueScreen extends Screen {
  topics = ["queues"];

  async load(signal) {
    const { name } = this.params;
    const by = this.query.by ?? "definition";
    const [queue, depth, limits, failed] = await Promise.all([
      get(api`/queues/${name}`, { signal }),
      get(api`/queues/${name}/depth`, { signal, query: { by } }),
      get(api`/limits`, { signal }),
      get(api`/jobs`, { signal, query: { queue: name, state: "failed", limit: 1 } }),
    ]);
    return { queue, depth: depth.items, by, limits: limits.items, hasFailed: failed.items.length > 0 };
  }

  view({ queue, depth, by, limits, hasFailed }) {
    return html`<div class="stack">
      <div class="row apart">
        <div class="row">
          <h1>${queue.name}</h1>
          ${queueStatus(queue)}
        </div>
        <div class="row actions">
          ${queue.paused
            ? html`<button class="button" @click=${() => this.after(resume(queue))}>${icon("running")}${t("action.resume")}…</button>`
            : html`<button class="button" @click=${() => this.after(pause(queue))}>${icon("paused")}${t("action.pause")}…</button>`}
          <button class="button" @click=${() => this.after(redrive(queue))}>${icon("retry")}${t("action.redrive")}…</button>
          <copy-menu .label=${queue.name} .cli=${cli("queues", "depth", queue.name)} .curl=${curl("GET", api`/queues/${queue.name}`)}></copy-menu>
        </div>
      </div>
      ${queue.paused
        ? html`<div class="notice warning">
            ${icon("paused")}
            <div>${t("queues.pausedSince")} <time-ago focusable .at=${queue.pausedAt}></time-ago>${queue.pausedReason ? html`: ${queue.pausedReason}` : nothing}
              <p>${t("queues.draining", queue.running)}</p>
            </div>
          </div>`
        : nothing}
      ${hasFailed
        ? html`<div class="notice bad">
            ${icon("failed")}
            <div class="grow">${t("queues.hasFailed")}</div>
            <a class="button" href=${link("/jobs", { queue: queue.name, state: "failed" })}>${t("queues.showFailed")}</a>
          </div>`
        : nothing}
      <div class="tiles">
        ${["ready", "running", "scheduled", "blocked"].map(
          (state) => html`<a class="tile" href=${link("/jobs", { queue: queue.name, state })}>
            <span class="label">${icon(state)}${t(`state.${state.toUpperCase()}`)}</span>
            <strong class="number">${count(queue[state])}</strong>
          </a>`,
        )}
        <div class="tile">
          <span class="label">${icon("age")}${t("queues.oldest")}</span>
          <strong class="number">${queue.oldestReadySeconds === undefined ? "–" : duration(queue.oldestReadySeconds)}</strong>
        </div>
      </div>
      <queue-head .queue=${queue.name}></queue-head>
      <history-charts .queue=${queue.name}></history-charts>
      <div class="columns">
        <section class="card">
          <header>
            <h2>${t("queues.depthBy")}</h2>
            <div class="segments" role="group" aria-label=${t("queues.depthBy")}>
              ${["definition", "group"].map(
                (name) => html`<button class="button" aria-pressed=${by === name} @click=${() => refine({ by: name }, { replace: true })}>${t(`jobs.${name}`)}</button>`,
              )}
            </div>
          </header>
          ${depth.length === 0
            ? html`<p class="content muted">${t("queues.idle")}</p>`
            : html`<data-table
                .label=${t("queues.depthBy")}
                .columns=${depthColumns(queue, by)}
                .rows=${depth.map((row) => ({ id: row[by] ?? "", ...row }))}
              ></data-table>`}
        </section>
        <section class="card">
          <header><h2>${t("limits.title")}</h2></header>
          <div class="content">${this.limits(queue, limits)}</div>
        </section>
      </div>
    </div>`;
  }

  limits(queue, limits) {
    const find = (scope) => limits.find((limit) => limit.scope === scope && limit.name === queue.name);
    return html`<dl class="pairs limits">
      ${["queue", "each-key"].map((scope) => {
        const limit = find(scope);
        return html`<dt>${t(`limits.${scope}`)}</dt>
          <dd class="row apart">
            <span>${limit ? limitText(limit) : html`<span class="muted">${t("limits.none")}</span>`}</span>
            <button class="button" @click=${() => this.after(editLimit(scope, queue.name, limit))}>${icon("edit")}${t("action.edit")}</button>
          </dd>`;
      })}
    </dl>`;
  }

  async after(done) {
    if (await done) this.reload();
  }
}
customElements.define("queue-screen", QueueScreen);

const depthColumns = (queue, by) => [
  {
    title: t(`jobs.${by}`),
    cell: (row) => (row[by] ? html`<a href=${link("/jobs", { queue: queue.name, [by]: row[by] })}>${row[by]}</a>` : html`<span class="muted">${t("queues.noGroup")}</span>`),
  },
  ...["ready", "running", "scheduled", "blocked"].map((state) => ({
    title: t(`state.${state.toUpperCase()}`),
    end: true,
    cell: (row) => count(row[state]),
  })),
];
