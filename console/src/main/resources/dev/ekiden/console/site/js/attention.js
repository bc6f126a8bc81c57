// What somebody should look at, worst first: each point with where to look.
import { t } from "./i18n.js";
import { count, duration } from "./numbers.js";
import { link } from "./router.js";

/** A queue whose oldest job waited longer is worth a look. */
const longWaitSeconds = 300;

export function attention({ queues, workers, schedules, failed }) {
  const served = new Set(workers.flatMap((worker) => worker.queues));
  return [
    ...(workers.length === 0 ? [{ kind: "bad", icon: "workers", text: t("attention.noWorkers"), href: link("/workers") }] : []),
    ...queues.filter((queue) => workers.length > 0 && queue.ready > 0 && !queue.paused && !served.has(queue.name)).map(unserved),
    ...queues.filter((queue) => queue.paused).map(paused),
    ...queues.filter((queue) => !queue.paused && queue.oldestReadySeconds > longWaitSeconds).map(late),
    ...(failed.length > 0 ? [failures(failed)] : []),
    ...schedules.filter((schedule) => schedule.paused).map(pausedSchedule),
  ];
}

function unserved(queue) {
  return {
    kind: "bad",
    icon: "workers",
    text: t("attention.unserved", { queue: queue.name, jobs: count(queue.ready) }),
    href: link(`/queues/${queue.name}`),
  };
}

function paused(queue) {
  return {
    kind: "warning",
    icon: "paused",
    text: t("attention.paused", { queue: queue.name, jobs: count(queue.ready) }) + (queue.pausedReason ? `: ${queue.pausedReason}` : ""),
    href: link(`/queues/${queue.name}`),
  };
}

function late(queue) {
  return {
    kind: "warning",
    icon: "age",
    text: t("attention.late", { queue: queue.name, age: duration(queue.oldestReadySeconds) }),
    href: link("/jobs", { queue: queue.name, state: "ready" }),
  };
}

function failures(jobs) {
  const definitions = [...new Set(jobs.map((job) => job.definition))].slice(0, 3).join(", ");
  return {
    kind: "bad",
    icon: "failed",
    text: t("attention.failed", definitions),
    href: link("/jobs", { state: "failed", since: "24h" }),
  };
}

function pausedSchedule(schedule) {
  return {
    kind: "warning",
    icon: "schedules",
    text: t("attention.pausedSchedule", schedule.name),
    href: link(`/schedules/${schedule.name}`),
  };
}
