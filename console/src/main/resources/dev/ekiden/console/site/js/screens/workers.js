import { html } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { t } from "../i18n.js";
import { count } from "../numbers.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";
import "../time.js";

/** Who holds a lease, what they can run and how busy they are. */
class WorkersScreen extends Screen {
  topics = ["workers", "queues"];

  constructor() {
    super();
    this.query = {};
  }

  load(signal) {
    return get(api`/workers`, { signal });
  }

  view({ items }) {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("workers.title")}</h1>
        <copy-menu .label=${t("workers.title")} .cli=${cli("workers", "list")} .curl=${curl("GET", api`/workers`)}></copy-menu>
      </div>
      <section class="card" aria-label=${t("workers.title")}>
        ${items.length === 0
          ? empty(t("workers.none"), t("workers.noneText"), "./ekiden worker")
          : html`<data-table .label=${t("workers.title")} .columns=${columns()} .rows=${items}></data-table>`}
      </section>
    </div>`;
  }
}
customElements.define("workers-screen", WorkersScreen);

const columns = () => [
  { title: t("workers.id"), minor: true, cell: (worker) => html`<span class="number">${worker.id}</span>` },
  { title: t("workers.name"), cell: (worker) => worker.name },
  { title: t("workers.busy"), cell: busy },
  { title: t("workers.queues"), cell: (worker) => worker.queues.map((name, n) => html`${n > 0 ? ", " : ""}<a href=${link(`/queues/${name}`)}>${name}</a>`) },
  { title: t("workers.definitions"), minor: true, end: true, cell: (worker) => html`<span data-tip=${worker.definitions.join(", ")}>${count(worker.definitions.length)}</span>` },
  { title: t("workers.started"), minor: true, cell: (worker) => html`<time-ago .at=${worker.startedAt}></time-ago>` },
  { title: t("workers.lease"), minor: true, cell: (worker) => html`<time-ago .at=${worker.expiresAt}></time-ago>` },
];

function busy({ running, concurrency }) {
  return html`<span class="row busy">
    <meter min="0" max=${concurrency} .value=${running} aria-label=${t("workers.busy")}></meter>
    <span class="number nowrap">${count(running)} / ${count(concurrency)}</span>
  </span>`;
}
