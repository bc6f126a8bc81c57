// What lists and pages of jobs have in common.
import { html, nothing } from "lit";
import { post, api } from "./api.js";
import { t, tOr } from "./i18n.js";
import { count } from "./numbers.js";
import { link } from "./router.js";
import { status } from "./components/status.js";
import "./time.js";

export const states = ["SCHEDULED", "BLOCKED", "READY", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"];

export const hasEnded = (job) => ["SUCCEEDED", "FAILED", "CANCELED"].includes(job.state);
export const canRetry = (job) => ["FAILED", "CANCELED", "SCHEDULED"].includes(job.state);
export const canCancel = (job) => !hasEnded(job);

export function jobLink(id, text = id) {
  return html`<a class="number" href=${link(`/jobs/${id}`)}>${text}</a>`;
}

/** What matters most about where a job stands, in a few words. */
export function gist(job) {
  switch (job.state) {
    case "SCHEDULED":
      return html`${t(job.failures > 0 ? "jobs.retries" : "jobs.starts")} <time-ago .at=${job.runAt}></time-ago>`;
    case "BLOCKED":
      return html`${tOr(`blocked.${job.blocked}`, job.blocked)} ${job.blocker ? jobLink(job.blocker) : nothing}`;
    case "READY":
      return html`${t("jobs.waits")} <time-span .from=${job.runAt ?? job.createdAt}></time-span>`;
    case "RUNNING":
      return job.startedAt
        ? html`${t("jobs.runs")} <time-span .from=${job.startedAt}></time-span>`
        : t("jobs.claimed");
    case "FAILED":
      return html`<span class="mono">${simpleName(job.errorType)}</span>`;
    case "CANCELED":
      return html`<span class="mono">${simpleName(job.errorType)}</span>`;
    default:
      if (job.coalescedInto) return html`${t("jobs.absorbedBy")} ${jobLink(job.coalescedInto)}`;
      return job.startedAt
        ? html`${t("jobs.took")} <time-span .from=${job.startedAt} .to=${job.finishedAt}></time-span>`
        : nothing;
  }
}

/** What an error says, without the class that stands before it. */
export function errorText(type, error = "") {
  return type && error.startsWith(`${type}: `) ? error.slice(type.length + 2) : error;
}

/** A class without its package. */
export function simpleName(type) {
  return type ? type.slice(type.lastIndexOf(".") + 1) : nothing;
}

export const jobColumns = () => [
  { title: t("jobs.id"), cell: (job) => jobLink(job.id) },
  { title: t("jobs.state"), cell: (job) => status(job.state) },
  { title: t("jobs.definition"), cell: (job) => job.definition },
  { title: t("jobs.queue"), minor: true, cell: (job) => html`<a href=${link(`/queues/${job.queue}`)}>${job.queue}</a>` },
  { title: t("jobs.keyOrGroup"), minor: true, cell: (job) => [job.key, job.group].filter(Boolean).join(" · ") },
  { title: t("jobs.priority"), minor: true, end: true, cell: (job) => count(job.priority) },
  { title: t("jobs.attempt"), minor: true, end: true, cell: (job) => count(job.attempt) },
  { title: t("jobs.enqueued"), minor: true, cell: (job) => html`<time-ago class="nowrap" .at=${job.createdAt}></time-ago>` },
  { title: t("jobs.gist"), cell: (job) => html`<span class="gist">${gist(job)}</span>` },
];

/** What a bulk operation of a filter would concern: the server counts, and changes nothing. */
export function foreseeBulk(action, filter) {
  return async () => {
    const { total } = await post(api`/bulk`, { action, filter, dryRun: true });
    return { none: total === 0, text: html`<strong class="number">${t(`bulk.${action}Count`, total)}</strong>` };
  };
}

/** Carries a bulk operation through: the server does what it can in ten seconds, and goes on when asked again. */
export async function carryThrough(request, progress) {
  let answer;
  let id = null;
  do {
    answer = await post(api`/bulk`, id ? { ...request, id } : request);
    id = answer.id;
    progress(answer);
  } while (!answer.finished);
  return answer;
}
