import { html } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { fleetStatus, mixText, policyText, size } from "../fleets.js";
import { t } from "../i18n.js";
import { count } from "../numbers.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

/** Who keeps workers, and how many. */
class FleetsScreen extends Screen {
  topics = ["workers", "queues"];

  constructor() {
    super();
    this.query = {};
  }

  load(signal) {
    return get(api`/fleets`, { signal });
  }

  view({ items }) {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("fleets.title")}</h1>
        <copy-menu .label=${t("fleets.title")} .cli=${cli("fleets", "list")} .curl=${curl("GET", api`/fleets`)}></copy-menu>
      </div>
      <section class="card" aria-label=${t("fleets.title")}>
        ${items.length === 0
          ? empty(t("fleets.none"), t("fleets.noneText"), "./ekiden fleets set NAME --queues QUEUE --max 5 --goal '95% start within 5s'")
          : html`<data-table
              .label=${t("fleets.title")}
              .columns=${columns()}
              .rows=${items.map((fleet) => ({ id: fleet.name, ...fleet }))}
              .href=${(fleet) => link(`/fleets/${fleet.name}`)}
            ></data-table>`}
      </section>
    </div>`;
  }
}
customElements.define("fleets-screen", FleetsScreen);

const columns = () => [
  { title: t("fleets.name"), cell: (fleet) => html`<a href=${link(`/fleets/${fleet.name}`)}>${fleet.name}</a>` },
  { title: t("jobs.state"), cell: fleetStatus },
  { title: t("fleets.workers"), cell: size },
  { title: t("fleets.waiting"), end: true, cell: ({ demand }) => count(demand.waitingJobs) },
  { title: t("fleets.policy"), minor: true, cell: ({ settings }) => policyText(settings) },
  { title: t("fleets.mix"), minor: true, cell: ({ settings }) => mixText(settings) },
  {
    title: t("workers.queues"),
    minor: true,
    cell: ({ settings }) => settings.queues.map((name, n) => html`${n > 0 ? ", " : ""}<a href=${link(`/queues/${name}`)}>${name}</a>`),
  },
];
