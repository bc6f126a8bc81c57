// What somebody should look at: the server finds it, the page says it in the reader's language and leads there.
import { tOr } from "./i18n.js";
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

/** A point as it is shown: how grave, by which icon, what it is, the server's own words, and where to look. */
export function shown({ kind, subject, name, text }) {
  const [gravity, icon] = looks[kind] ?? ["warning", "warning"];
  return { gravity, icon, title: tOr(`attention.${kind}`, kind), name, text, href: (places[subject] ?? places.worker)(name) };
}
