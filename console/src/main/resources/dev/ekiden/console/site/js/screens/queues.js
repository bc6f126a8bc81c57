import { html } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { t } from "../i18n.js";
import { count, duration } from "../numbers.js";
import { queueStatus } from "../queues.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

/** Every queue and how it stands. */
class QueuesScreen extends Screen {
  topics = ["queues"];

  constructor() {
    super();
    this.query = {};
  }

  load(signal) {
    return get(api`/queues`, { signal });
  }

  view({ items }) {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("queues.title")}</h1>
        <copy-menu .label=${t("queues.title")} .cli=${cli("queues", "list")} .curl=${curl("GET", api`/queues`)}></copy-menu>
      </div>
      <section class="card" aria-label=${t("queues.title")}>
        ${items.length === 0
          ? empty(t("queues.none"), t("queues.noneText"), "./ekiden jobs submit DEFINITION --payload '{}'")
          : html`<data-table
              .label=${t("queues.title")}
              .columns=${columns()}
              .rows=${items.map((queue) => ({ id: queue.name, ...queue }))}
              .href=${(queue) => link(`/queues/${queue.name}`)}
            ></data-table>`}
      </section>
    </div>`;
  }
}
customElements.define("queues-screen", QueuesScreen);

const columns = () => [
  { title: t("queues.name"), cell: (queue) => html`<a href=${link(`/queues/${queue.name}`)}>${queue.name}</a>` },
  { title: t("jobs.state"), cell: queueStatus },
  ...["ready", "running", "scheduled", "blocked"].map((state) => ({
    title: t(`state.${state.toUpperCase()}`),
    end: true,
    minor: state === "scheduled" || state === "blocked",
    cell: (queue) => depth(queue, state),
  })),
  {
    title: t("queues.oldest"),
    end: true,
    cell: (queue) => (queue.oldestReadySeconds === undefined ? "–" : duration(queue.oldestReadySeconds)),
  },
];

function depth(queue, state) {
  if (queue[state] === 0) return html`<span class="muted">0</span>`;
  return html`<a href=${link("/jobs", { queue: queue.name, state })}>${count(queue[state])}</a>`;
}
