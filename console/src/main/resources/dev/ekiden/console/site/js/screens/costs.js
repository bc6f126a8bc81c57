import { html, nothing } from "lit";
import { api, get, search } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { icon } from "../components/icon.js";
import { t } from "../i18n.js";
import { money, roughly } from "../money.js";
import { count, duration, percent, times } from "../numbers.js";
import { link, refine } from "../router.js";
import { Screen } from "../screen.js";
import { absolute, zone } from "../time.js";

const spans = { "24h": 1, "7d": 7, "30d": 30, "90d": 90 };
const groupings = ["definition", "queue", "group", "fleet", "class", "day"];

/** What a time cost, by what, and what the same runs would have cost otherwise. */
class CostsScreen extends Screen {
  async load(signal) {
    const { span, by } = this.chosen();
    const from = new Date(Date.now() - spans[span] * 86_400_000).toISOString();
    const [report, comparison] = await Promise.all([
      get(api`/costs`, { signal, query: { from, by, zone: zone() } }),
      get(api`/costs/comparison`, { signal, query: { from } }),
    ]);
    return { report, comparison, from };
  }

  chosen() {
    const { span, by } = this.query;
    return { span: span in spans ? span : "7d", by: groupings.includes(by) ? by : "definition" };
  }

  view({ report, comparison, from }) {
    const { span, by } = this.chosen();
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("costs.title")}</h1>
        <div class="row actions">
          ${segments(t("history.span"), Object.keys(spans), span, (name) => t(`costs.spans.${name}`), (name) => refine({ span: name }, { replace: true }))}
          <copy-menu .label=${t("costs.title")} .cli=${cli("costs", "report", { since: span, by })} .curl=${curl("GET", api`/costs` + search({ from, by }))}></copy-menu>
        </div>
      </div>
      ${this.tiles(report)}
      <section class="card">
        <header>
          <h2>${t("costs.by")}</h2>
          ${segments(t("costs.by"), groupings, by, (name) => t(`costs.grouping.${name}`), (name) => refine({ by: name }, { replace: true }))}
        </header>
        ${report.items.length === 0
          ? empty(t("costs.none"), t("costs.noneText"), "./ekiden costs report --since 30d")
          : html`<data-table .label=${t("costs.title")} .columns=${columns(by, report.total)} .rows=${rows(report)}></data-table>`}
      </section>
      <section class="card">
        <header>
          <h2>${t("costs.compare")}</h2>
          <copy-menu .label=${t("costs.compare")} .cli=${cli("costs", "compare", { since: span })} .curl=${curl("GET", api`/costs/comparison` + search({ from }))}></copy-menu>
        </header>
        <div class="content stack">${comparison.runs === 0 ? html`<p class="muted">${t("costs.none")}</p>` : bars(comparison)}</div>
      </section>
      ${assumptions(report, comparison)}
    </div>`;
  }

  tiles({ total }) {
    const tile = (name, value) => html`<div class="tile"><span class="label">${icon(name === "cost" ? "costs" : tileIcons[name])}${t(`costs.${name}`)}</span><strong class="number">${value}</strong></div>`;
    return html`<div class="tiles">
      ${["cost", "work", "idle", "startUp"].map((name) => tile(name, money(total[name])))} ${tile("attempts", count(total.attempts))}
    </div>`;
  }
}
customElements.define("costs-screen", CostsScreen);

const tileIcons = { work: "running", idle: "paused", startUp: "follow", attempts: "jobs" };

function segments(label, names, chosen, text, choose) {
  return html`<div class="segments" role="group" aria-label=${label}>
    ${names.map((name) => html`<button class="button" aria-pressed=${name === chosen} @click=${() => choose(name)}>${text(name)}</button>`)}
  </div>`;
}

function rows({ items, apart }) {
  const all = items.map((item, n) => ({ id: item.name ?? `none-${n}`, ...item }));
  return apart.cost > 0 ? [...all, { id: "apart", apart: true, ...apart }] : all;
}

const columns = (by, total) => [
  { title: t(`costs.grouping.${by}`), cell: (row) => nameOf(by, row) },
  { title: t("costs.attempts"), end: true, minor: true, cell: ({ attempts }) => count(attempts) },
  { title: t("costs.ran"), end: true, minor: true, cell: ({ runSeconds }) => (runSeconds > 0 ? duration(runSeconds) : "–") },
  { title: t("costs.work"), end: true, minor: true, cell: ({ work }) => amount(work) },
  { title: t("costs.idle"), end: true, minor: true, cell: ({ idle }) => amount(idle) },
  { title: t("costs.startUp"), end: true, minor: true, cell: ({ startUp }) => amount(startUp) },
  { title: t("costs.cost"), end: true, cell: ({ cost }) => html`<strong class="number nowrap">${roughly(cost)}</strong>` },
  { title: t("costs.share"), end: true, cell: ({ cost }) => (total.cost > 0 ? percent(cost / total.cost) : "–") },
];

function nameOf(by, { name, apart }) {
  if (apart) return html`<span class="muted">${t("costs.apart")}</span>`;
  if (name === undefined) return html`<span class="muted">${t(by === "group" ? "queues.noGroup" : "costs.noFleet")}</span>`;
  if (by === "definition" || by === "group") return html`<a href=${link("/jobs", { [by]: name })}>${name}</a>`;
  if (by === "queue") return html`<a href=${link(`/queues/${name}`)}>${name}</a>`;
  if (by === "fleet") return html`<a href=${link(`/fleets/${name}`)}>${name}</a>`;
  return name;
}

function amount(dollars) {
  return dollars > 0 ? html`<span class="number nowrap">${roughly(dollars)}</span>` : "–";
}

/** Bars on one scale; the dearest is as wide as there is room. Each says how many times as dear it is as what was. */
function bars({ items, recorded, runs, complete, from, assumed }) {
  const ways = [...(recorded === undefined ? [] : [{ mode: "recorded", cost: recorded }]), ...items];
  const most = Math.max(...ways.map(({ cost }) => cost), Number.MIN_VALUE);
  const how = ({ mode, workers, startUpSeconds }) =>
    t(`costs.modeText.${mode}`, { workers, startUp: duration(startUpSeconds ?? 0), vcpus: assumed.largestVcpus });
  return html`<p class="muted small">${t("costs.compareText", { runs, complete, from: absolute(from, { seconds: false }) })}</p>
    <dl class="cost-bars">
      ${ways.map(
        (way) => html`<dt>${t(`costs.mode.${way.mode}`)}<small class="muted">${how(way)}</small></dt>
          <dd>
            <svg class="cost-bar ${way.mode === "recorded" ? "own" : ""}" aria-hidden="true"><rect width="${Math.max(0.3, (100 * way.cost) / most)}%" height="100%"></rect></svg>
            <span class="amount number">${money(way.cost)}</span>
            ${recorded > 0 ? html`<span class="times number muted">${way.mode === "recorded" ? nothing : t("costs.times", times(way.cost / recorded))}</span>` : nothing}
          </dd>`,
      )}
    </dl>`;
}

/** What the figures above rest on: each price that was used, and what the other ways are taken for. */
function assumptions(report, comparison) {
  const { price, functionPrice, ...others } = comparison.assumed;
  const prices = new Map([...report.prices, price, functionPrice].map((one) => [one.name, { id: one.name, ...one }]));
  return html`<section class="card">
    <header><h2>${t("costs.assumed")}</h2></header>
    <div class="content">
      <ul class="notes">
        <li>${t("costs.assumedText", report.assumed)}</li>
        <li>${t("costs.assumedWays", { ...others, functionPrice: functionPrice.name })}</li>
        <li>${t("costs.dated")}</li>
      </ul>
    </div>
    <data-table .label=${t("costs.prices")} .columns=${priceColumns()} .rows=${[...prices.values()]}></data-table>
  </section>`;
}

const priceColumns = () => [
  { title: t("costs.price"), cell: ({ name }) => html`<span class="mono">${name}</span>` },
  { title: t("costs.vcpuHour"), end: true, cell: ({ vcpuHour }) => rate(vcpuHour) },
  { title: t("costs.gibHour"), end: true, cell: ({ gibHour }) => rate(gibHour) },
  { title: t("costs.atLeast"), end: true, minor: true, cell: ({ minimumSeconds }) => (minimumSeconds > 0 ? duration(minimumSeconds) : "–") },
  { title: t("costs.asOf"), minor: true, cell: ({ asOf }) => html`<span class="nowrap">${asOf}</span>` },
  { title: t("costs.source"), minor: true, cell: ({ source }) => html`<span class="muted" lang="en">${source}</span>` },
];

function rate(dollars) {
  return dollars > 0 ? html`<span class="number">${money(dollars)}</span>` : "–";
}
