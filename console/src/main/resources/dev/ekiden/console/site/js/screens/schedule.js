import { html, nothing } from "lit";
import { api, get } from "../api.js";
import { cli, curl } from "../commands.js";
import "../components/copy-menu.js";
import { icon } from "../components/icon.js";
import "../components/json-value.js";
import { status } from "../components/status.js";
import { t, tOr } from "../i18n.js";
import { jobLink } from "../jobs.js";
import { count, duration } from "../numbers.js";
import { link } from "../router.js";
import { change, lastJob, scheduleStatus, timing } from "../schedules.js";
import { Screen } from "../screen.js";
import { absolute, zone } from "../time.js";

const outcomeState = { fired: "succeeded", waiting: "scheduled", skipped: "canceled", missed: "warning" };

/** One schedule: its next firings in its zone and the viewer's, and what became of its last ones. */
class ScheduleScreen extends Screen {
  topics = ["schedules"];

  async load(signal) {
    const { name } = this.params;
    const [schedule, firings] = await Promise.all([
      get(api`/schedules/${name}`, { signal }),
      get(api`/schedules/${name}/firings`, { signal, query: { limit: 50 } }),
    ]);
    return { schedule, firings: firings.items };
  }

  view({ schedule, firings }) {
    return html`<div class="stack">
      <div class="row apart">
        <div class="row">
          <h1>${schedule.name}</h1>
          ${scheduleStatus(schedule)}
        </div>
        <div class="row actions">
          <button class="button" @click=${() => this.act("run", schedule)}>${icon("running")}${t("action.runNow")}…</button>
          ${schedule.paused
            ? html`<button class="button" @click=${() => this.act("resume", schedule)}>${icon("retry")}${t("action.resume")}…</button>`
            : html`<button class="button" @click=${() => this.act("pause", schedule)}>${icon("paused")}${t("action.pause")}…</button>`}
          <copy-menu .label=${schedule.name} .cli=${cli("schedules", "get", schedule.name)} .curl=${curl("GET", api`/schedules/${schedule.name}`)}></copy-menu>
        </div>
      </div>
      ${schedule.paused
        ? html`<div class="notice warning">${icon("paused")}<div>${t("schedules.pausedSince")} <time-ago focusable .at=${schedule.pausedAt}></time-ago></div></div>`
        : nothing}
      <div class="columns">
        <section class="card">
          <header><h2>${t("schedules.nextFirings")}</h2></header>
          ${this.next(schedule)}
        </section>
        <section class="card">
          <header><h2>${t("job.facts")}</h2></header>
          <div class="content">${this.facts(schedule)}</div>
        </section>
      </div>
      <section class="card">
        <header><h2>${t("schedules.firings")}</h2></header>
        ${firings.length === 0 ? html`<p class="content muted">${t("schedules.never")}</p>` : this.firings(firings)}
      </section>
      <section class="card"><div class="content"><json-value .label=${t("job.payload")} .value=${schedule.payload}></json-value></div></section>
    </div>`;
  }

  next(schedule) {
    if (schedule.nextFirings.length === 0) return html`<p class="content muted">${t("schedules.noNext")}</p>`;
    const zones = [...new Set([schedule.zone, zone()])];
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t("schedules.nextFirings")}>
      <table class="table" aria-label=${t("schedules.nextFirings")}>
        <thead>
          <tr>
            <th scope="col">${t("schedules.when")}</th>
            ${zones.map((name) => html`<th scope="col">${name}${name === zone() ? html` <span class="muted">${t("schedules.yours")}</span>` : nothing}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${schedule.nextFirings.map(
            (at) => html`<tr>
              <td class="nowrap"><time-ago .at=${at}></time-ago></td>
              ${zones.map((name) => html`<td class="nowrap number">${absolute(at, { inZone: name, seconds: false })}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  facts(schedule) {
    const facts = {
      timing: timing(schedule),
      definition: html`<a href=${link("/jobs", { definition: schedule.definition })}>${schedule.definition}</a>`,
      last: lastJob(schedule),
      missedPolicy: t(`schedules.policy.${schedule.missedPolicy}`),
      overlap: t(`schedules.overlapPolicy.${schedule.overlap}`),
      startBefore: schedule.startBeforeSeconds && duration(schedule.startBeforeSeconds),
      calendar: schedule.calendar && html`${schedule.calendar} <span class="muted">${t(`schedules.dayRule.${schedule.dayRule}`)}</span>`,
      skipped: count(schedule.skipped),
      missed: count(schedule.missed),
      waiting: schedule.waiting > 0 && count(schedule.waiting),
    };
    return html`<dl class="pairs">
      ${Object.entries(facts)
        .filter(([, value]) => value)
        .map(([name, value]) => html`<dt>${t(`schedules.${name}`)}</dt><dd>${value}</dd>`)}
    </dl>`;
  }

  firings(firings) {
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t("schedules.firings")}>
      <table class="table" aria-label=${t("schedules.firings")}>
        <thead>
          <tr>
            <th scope="col">${t("schedules.outcome")}</th>
            <th scope="col">${t("schedules.due")}</th>
            <th scope="col">${t("schedules.because")}</th>
            <th scope="col">${t("schedules.job")}</th>
          </tr>
        </thead>
        <tbody>
          ${firings.map(
            (firing) => html`<tr>
              <td>${status(outcomeState[firing.outcome], t(`firing.${firing.outcome}`))} ${firing.firings > 1 ? html`<span class="muted">× ${count(firing.firings)}</span>` : nothing}</td>
              <td class="nowrap"><time-ago .at=${firing.lastDue}></time-ago></td>
              <td>${firing.reason ? html`${tOr(`firingReason.${firing.reason}`, firing.reason)} ${firing.detail ? html`<span class="muted">${firing.detail}</span>` : nothing}` : nothing}</td>
              <td>${firing.job ? jobLink(firing.job) : nothing}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  async act(action, schedule) {
    if (await change(action, schedule)) this.reload();
  }
}
customElements.define("schedule-screen", ScheduleScreen);
