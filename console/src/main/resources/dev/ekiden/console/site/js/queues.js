// What can be done to a queue, from its page and from the list.
import { html } from "lit";
import { api, post } from "./api.js";
import { cli, curl } from "./commands.js";
import { ask } from "./components/ask.js";
import { rateField, rateOf, rateOption } from "./components/rate-field.js";
import { say } from "./components/toasts.js";
import { t } from "./i18n.js";
import { carryThrough, foreseeBulk } from "./jobs.js";
import { status } from "./components/status.js";

export function queueStatus(queue) {
  return queue.paused ? status("paused", t("queues.paused")) : status("good", t("queues.open"));
}

export async function pause(queue) {
  const path = api`/queues/${queue.name}/pause`;
  const done = await ask({
    title: t("queues.pauseTitle", queue.name),
    body: html`<p>${t("queues.pauseText", queue)}</p>
      <div class="field">
        <label for="pause-reason">${t("queues.reason")}</label>
        <input id="pause-reason" name="reason" maxlength="500" autocomplete="off" />
      </div>`,
    doIt: t("action.pause"),
    cli: ({ reason }) => cli("queues", "pause", queue.name, { reason }),
    curl: ({ reason }) => curl("POST", path, reason ? { reason } : {}),
    act: ({ reason }) => post(path, reason ? { reason } : {}),
  });
  if (done) say(t("queues.pauseDone", queue.name));
  return done;
}

export async function resume(queue) {
  const path = api`/queues/${queue.name}/resume`;
  const done = await ask({
    title: t("queues.resumeTitle", queue.name),
    body: html`<p>${t("queues.resumeText", queue)}</p>`,
    doIt: t("action.resume"),
    cli: cli("queues", "resume", queue.name),
    curl: curl("POST", path),
    act: () => post(path),
  });
  if (done) say(t("queues.resumeDone", queue.name));
  return done;
}

/** Runs all that failed again: how many they are comes first. */
export async function redrive(queue) {
  const filter = { queue: queue.name, states: ["failed"] };
  const request = (fields) => ({ action: "retry", filter, rate: rateOf(fields) });
  const done = await ask({
    title: t("queues.redriveTitle", queue.name),
    body: html`<p>${t("queues.redriveText")}</p>
      ${rateField()}`,
    doIt: t("action.redrive"),
    foresee: foreseeBulk("retry", filter),
    cli: (fields) => cli("jobs", "retry", { state: "failed", queue: queue.name, rate: rateOption(fields) }),
    curl: (fields) => curl("POST", api`/bulk`, request(fields)),
    act: (fields) => carryThrough(request(fields), () => {}),
  });
  if (done) say(t("bulk.retryDone", done.changed));
  return done;
}
