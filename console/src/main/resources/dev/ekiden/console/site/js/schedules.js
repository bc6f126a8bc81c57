// What schedules have in common wherever they are shown.
import { html, nothing } from "lit";
import { api, post } from "./api.js";
import { cli, curl } from "./commands.js";
import { ask } from "./components/ask.js";
import { status } from "./components/status.js";
import { say } from "./components/toasts.js";
import { t } from "./i18n.js";
import { duration } from "./numbers.js";
import { link } from "./router.js";
import { absolute } from "./time.js";

export function scheduleStatus(schedule) {
  if (schedule.paused) return status("paused", t("schedules.paused"));
  return schedule.nextAt ? status("good", t("schedules.active")) : status("canceled", t("schedules.over"));
}

/** When it fires, as it was written. */
export function timing(schedule) {
  if (schedule.cron) return html`<code>${schedule.cron}</code> <span class="muted">${schedule.zone}</span>`;
  if (schedule.everySeconds) return t("schedules.every", duration(schedule.everySeconds));
  return absolute(schedule.at, { inZone: schedule.zone });
}

export async function change(action, schedule) {
  const path = api`/schedules/${schedule.name}/` + action;
  const done = await ask({
    title: t(`schedules.${action}Title`, schedule.name),
    body: html`<p>${t(`schedules.${action}Text`, schedule)}</p>`,
    doIt: t(action === "run" ? "action.runNow" : `action.${action}`),
    cli: cli("schedules", action, schedule.name),
    curl: curl("POST", path),
    act: () => post(path),
  });
  if (!done) return done;
  const job = action === "run" ? { href: link(`/jobs/${done.id}`), text: t("job.title", done.id) } : undefined;
  say(t(`schedules.${action}Done`, schedule.name), { link: job });
  return done;
}

export function lastJob(schedule) {
  if (!schedule.lastAt) return html`<span class="muted">${t("schedules.never")}</span>`;
  return html`<time-ago .at=${schedule.lastAt}></time-ago>${schedule.lastJob
      ? html` · <a class="number" href=${link(`/jobs/${schedule.lastJob}`)}>${schedule.lastJob}</a>`
      : nothing}`;
}
