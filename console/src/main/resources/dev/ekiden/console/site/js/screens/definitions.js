import { html } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { status } from "../components/status.js";
import { t } from "../i18n.js";
import { count, duration } from "../numbers.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

/** The kinds of jobs that the database knows. */
class DefinitionsScreen extends Screen {
  topics = ["workers"];

  constructor() {
    super();
    this.query = {};
  }

  load(signal) {
    return get(api`/definitions`, { signal });
  }

  view({ items }) {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("definitions.title")}</h1>
        <copy-menu .label=${t("definitions.title")} .cli=${cli("definitions", "list")} .curl=${curl("GET", api`/definitions`)}></copy-menu>
      </div>
      <section class="card" aria-label=${t("definitions.title")}>
        ${items.length === 0
          ? empty(t("definitions.none"), t("definitions.noneText"), "./ekiden worker")
          : html`<data-table
              .label=${t("definitions.title")}
              .columns=${columns()}
              .rows=${items.map((definition) => ({ id: definition.name, ...definition }))}
              .href=${(definition) => link("/jobs", { definition: definition.name })}
            ></data-table>`}
      </section>
    </div>`;
  }
}
customElements.define("definitions-screen", DefinitionsScreen);

const columns = () => [
  { title: t("definitions.name"), cell: (definition) => html`<a href=${link("/jobs", { definition: definition.name })}>${definition.name}</a>` },
  { title: t("jobs.queue"), cell: ({ queue }) => (queue ? html`<a href=${link(`/queues/${queue}`)}>${queue}</a>` : "–") },
  { title: t("jobs.priority"), end: true, minor: true, cell: ({ priority }) => (priority === undefined ? "–" : count(priority)) },
  { title: t("definitions.failures"), end: true, minor: true, cell: ({ maxFailures }) => (maxFailures === undefined ? "–" : count(maxFailures)) },
  { title: t("definitions.timeout"), end: true, minor: true, cell: ({ timeoutSeconds }) => (timeoutSeconds === undefined ? "–" : duration(timeoutSeconds)) },
  { title: t("definitions.batch"), end: true, minor: true, cell: ({ maxBatch }) => (maxBatch === undefined ? "–" : count(maxBatch)) },
  {
    title: t("definitions.here"),
    cell: ({ runnable }) => (runnable ? status("good", t("definitions.runnable")) : status("canceled", t("definitions.elsewhere"))),
  },
];
