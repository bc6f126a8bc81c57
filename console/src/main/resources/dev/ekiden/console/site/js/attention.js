// What somebody should look at: the server finds it, the page says it in the reader's language and leads there.
import { t, tOr } from "./i18n.js";
import { readable } from "./readable.js";
import { link } from "./router.js";

const looks = {
  "no-worker": ["bad", "workers"],
  "worker-silent": ["bad", "workers"],
  failures: ["bad", "failed"],
  "schedule-failing": ["bad", "schedules"],
  "schedule-missed": ["warning", "schedules"],
  "queue-paused": ["warning", "paused"],
  "group-held": ["warning", "paused"],
  "key-held": ["warning", "blocked"],
  limit: ["warning", "blocked"],
};

const places = {
  queue: (name) => link(`/queues/${name}`),
  definition: (name) => link("/jobs", { definition: name, state: "failed", since: "24h" }),
  group: (name) => link("/jobs", { group: name }),
  schedule: (name) => link(`/schedules/${name}`),
  worker: () => link("/workers"),
  job: (id) => link(`/jobs/${id}`),
};

/** What the overview knows of a queue says more in the reader's language than the server's words do. */
const texts = {
  "no-worker": (queue, minutes, text) => t("attention.noWorkerText", { ...queue, text }),
  "queue-paused": (queue) => t("attention.pausedText", queue),
  failures: (queue, minutes) => t("attention.failuresText", { failed: queue.failed, ended: queue.succeeded + queue.failed + queue.retried, minutes }),
};

/** A point as it is shown: how grave, by which icon, what it is, why, and where to look. */
export function shown({ kind, subject, name, text }, { queues, recentSeconds }) {
  const [gravity, icon] = looks[kind] ?? ["warning", "warning"];
  const queue = subject === "queue" && queues.find((one) => one.name === name);
  return {
    gravity,
    icon,
    title: tOr(`attention.${kind}`, kind),
    name,
    text: (queue && texts[kind]?.(queue, recentSeconds / 60, readable(text))) || readable(text),
    href: kind === "failures" && queue ? link("/jobs", { queue: name, state: "failed", since: "1h" }) : (places[subject] ?? places.worker)(name),
  };
}
