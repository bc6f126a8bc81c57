import { html } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import { t } from "../i18n.js";
import { count } from "../numbers.js";
import { link } from "../router.js";
import { lastJob, scheduleStatus, timing } from "../schedules.js";
import { Screen } from "../screen.js";

/** Every schedule, when it fires next and what became of the last time. */
class SchedulesScreen extends Screen {
  topics = ["schedules"];

  constructor() {
    super();
    this.query = {};
  }

  load(signal) {
    return get(api`/schedules`, { signal });
  }

  view({ items }) {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("schedules.title")}</h1>
        <copy-menu .label=${t("schedules.title")} .cli=${cli("schedules", "list")} .curl=${curl("GET", api`/schedules`)}></copy-menu>
      </div>
      <section class="card" aria-label=${t("schedules.title")}>
        ${items.length === 0
          ? empty(t("schedules.none"), t("schedules.noneText"), "./ekiden schedules put nightly --definition DEFINITION --cron '0 3 * * *' --zone Asia/Tokyo")
          : html`<data-table
              .label=${t("schedules.title")}
              .columns=${columns()}
              .rows=${items.map((schedule) => ({ id: schedule.name, ...schedule }))}
              .href=${(schedule) => link(`/schedules/${schedule.name}`)}
            ></data-table>`}
      </section>
    </div>`;
  }
}
customElements.define("schedules-screen", SchedulesScreen);

const columns = () => [
  { title: t("schedules.name"), cell: (schedule) => html`<a href=${link(`/schedules/${schedule.name}`)}>${schedule.name}</a>` },
  { title: t("jobs.state"), cell: scheduleStatus },
  { title: t("schedules.timing"), minor: true, cell: timing },
  { title: t("jobs.definition"), minor: true, cell: (schedule) => schedule.definition },
  { title: t("schedules.next"), cell: (schedule) => html`<time-ago .at=${schedule.paused ? undefined : schedule.nextAt}></time-ago>` },
  { title: t("schedules.last"), minor: true, cell: lastJob },
  { title: t("schedules.skipped"), end: true, minor: true, cell: (schedule) => count(schedule.skipped) },
  { title: t("schedules.missed"), end: true, minor: true, cell: (schedule) => count(schedule.missed) },
];
