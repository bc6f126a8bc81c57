import { html, nothing, svg } from "lit";
import { api, get, Problem, put } from "../api.js";
import { cli, curl } from "../commands.js";
import { ask } from "../components/ask.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { icon } from "../components/icon.js";
import { empty } from "../components/empty.js";
import { figure } from "../components/figure.js";
import { status } from "../components/status.js";
import { say } from "../components/toasts.js";
import { fleetStatus, mixText, policyText, reason } from "../fleets.js";
import { t } from "../i18n.js";
import { brief, count, duration } from "../numbers.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";

const decisionsShown = 200;
const rowsShown = 20;
const classColors = ["running", "succeeded", "scheduled", "blocked"];

/** One fleet: its workers over its demand, why there are so many, its tasks, and what it should be. */
class FleetScreen extends Screen {
  topics = ["workers", "queues"];

  task = null;

  async load(signal) {
    const { name } = this.params;
    const [fleet, decisions, tasks, log] = await Promise.all([
      get(api`/fleets/${name}`, { signal }),
      get(api`/fleets/${name}/decisions`, { signal, query: { limit: decisionsShown } }),
      get(api`/fleets/${name}/tasks`, { signal, query: { ended: true, limit: rowsShown } }),
      this.logOf(name, this.task, signal),
    ]);
    return { fleet, decisions: decisions.items, tasks: tasks.items, log, now: new Date().toISOString() };
  }

  view({ fleet, decisions, tasks, log, now }) {
    const { name, workers, demand, settings } = fleet;
    return html`<div class="stack">
      <div class="row apart">
        <div class="row">
          <h1>${name}</h1>
          ${fleetStatus(fleet)}
        </div>
        <div class="row actions">
          <button class="button" @click=${() => this.edit(fleet)}>${icon("edit")}${t("action.edit")}…</button>
          <copy-menu .label=${name} .cli=${cli("fleets", "explain", name)} .curl=${curl("GET", api`/fleets/${name}`)}></copy-menu>
        </div>
      </div>
      ${decisions.length > 0
        ? html`<section class="card why">
            <header><h2>${t("fleets.why")}</h2></header>
            <div class="content"><p>${reason(decisions[0])}</p></div>
          </section>`
        : nothing}
      <div class="tiles">
        ${tile("running", t("fleets.alive"), count(workers.alive))} ${tile("paused", t("fleets.idle"), count(workers.idle))}
        ${tile("scheduled", t("fleets.starting"), count(workers.starting))} ${tile("ready", t("fleets.waiting"), count(demand.waitingJobs))}
      </div>
      ${charts(decisions, now)}
      <div class="columns job">
        <section class="card">
          <header><h2>${t("fleets.decisions")}</h2></header>
          ${decisions.length === 0
            ? html`<p class="content muted">${t("fleets.noDecisions")}</p>`
            : html`<data-table .label=${t("fleets.decisions")} .columns=${decisionColumns()} .rows=${turns(decisions).slice(0, rowsShown)}></data-table>`}
        </section>
        <section class="card">
          <header><h2>${t("job.facts")}</h2></header>
          <div class="content">${facts(settings)}</div>
        </section>
      </div>
      <section class="card">
        <header><h2>${t("fleets.tasks")}</h2></header>
        ${tasks.length === 0
          ? empty(t("fleets.noTasks"), t("fleets.noTasksText"), `./ekiden fleets set ${name} --min 1`)
          : html`<data-table .label=${t("fleets.tasks")} .columns=${this.taskColumns(tasks, now)} .rows=${tasks}></data-table>`}
      </section>
      ${log ? this.printed(log) : nothing}
    </div>`;
  }

  taskColumns(tasks, now) {
    const since = Math.min(...tasks.map(({ askedAt }) => new Date(askedAt)));
    return [
      { title: t("fleets.task"), cell: ({ id }) => html`<span class="mono">${id}</span>` },
      { title: t("fleets.class"), cell: (task) => html`${task.class}${task.insteadOf ? html` <span class="muted">${t("fleets.insteadOf", task.insteadOf)}</span>` : nothing}` },
      { title: t("jobs.state"), cell: taskStatus },
      { title: t("fleets.asked"), minor: true, cell: ({ askedAt }) => html`<time-ago class="nowrap" .at=${askedAt}></time-ago>` },
      {
        title: t("fleets.startUp"),
        end: true,
        minor: true,
        cell: ({ askedAt, readyAt }) => (readyAt ? duration((new Date(readyAt) - new Date(askedAt)) / 1_000) : "–"),
      },
      { title: t("fleets.lived"), end: true, minor: true, cell: ({ askedAt, endedAt }) => html`<time-span .from=${askedAt} .to=${endedAt}></time-span>` },
      { title: t("fleets.life"), minor: true, cell: (task) => life(task, since, new Date(now).getTime()) },
      {
        title: t("log.title"),
        cell: ({ id }) => html`<button class="button quiet" data-log=${id} @click=${() => this.show(id)} aria-label=${t("fleets.logOf", id)}>${t("log.title")}</button>`,
      },
    ];
  }

  /** Shows what a task prints, and goes on showing it. */
  async show(task) {
    this.task = task;
    await this.reload({ anew: true });
    await this.updateComplete;
    this.querySelector(".printed")?.focus();
  }

  /** The focus goes back to where the log was asked for. */
  async hide() {
    const button = this.querySelector(`[data-log="${this.task}"]`);
    this.task = null;
    await this.reload({ anew: true });
    button?.focus();
  }

  async logOf(fleet, task, signal) {
    if (!task) return null;
    try {
      const { items, dropped } = await get(api`/fleets/${fleet}/tasks/${task}/log`, { signal });
      return { task, lines: items, dropped };
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      return { task, lines: [], dropped: failure.detail ?? String(failure) };
    }
  }

  printed({ task, lines, dropped }) {
    return html`<section class="card">
      <header>
        <h2>${t("fleets.logOf", task)}</h2>
        <button class="button quiet icon-only" aria-label=${t("fleets.closeLog")} data-tip=${t("fleets.closeLog")} @click=${() => this.hide()}>${icon("close")}</button>
      </header>
      <div class="content">
        ${dropped ? html`<p class="muted">${dropped}</p>` : nothing}
        <pre class="printed" tabindex="0" role="group" aria-label=${t("fleets.logOf", task)}>${lines.map(({ text }) => text).join("\n") || t("fleets.noLog")}</pre>
      </div>
    </section>`;
  }

  /** Whoever reads the end of a log goes on reading its end. */
  willUpdate(changed) {
    super.willUpdate(changed);
    const printed = this.querySelector(".printed");
    this.atEnd = !printed || printed.scrollTop + printed.clientHeight >= printed.scrollHeight - 4;
  }

  updated() {
    const printed = this.querySelector(".printed");
    if (printed && this.atEnd) printed.scrollTop = printed.scrollHeight;
  }

  /** What would change is told in the dialog before it does. */
  async edit({ name, revision, settings }) {
    const path = api`/fleets/${name}`;
    const changed = (fields) => changes(settings, fields);
    const done = await ask({
      title: t("fleets.editTitle", name),
      wide: true,
      body: html`<p class="muted">${t("fleets.editText")}</p>
        <div class="fields">
          ${field("min", settings.min, { type: "number", min: 0 })} ${field("max", settings.max, { type: "number", min: 1 })}
          ${settings.policy.fixed === undefined ? nothing : field("fixed", settings.policy.fixed, { type: "number", min: 0 })}
          ${settings.policy.goal === undefined ? nothing : field("goal", settings.policy.goal, { type: "text" })}
          ${settings.policy.steps === undefined ? nothing : field("steps", settings.policy.steps.map(({ from, workers }) => `${from}: ${workers}`).join(", "), { type: "text" })}
          ${field("mix", (settings.mix ?? []).map(({ class: one, base, weight }) => `${one}: ${base ? `${base}+` : ""}${weight ?? 1}`).join(", "), { type: "text" })}
        </div>
        <p class="muted small">${t("fleets.was", { min: settings.min, max: settings.max, policy: policyText(settings), mix: mixText(settings) })}</p>`,
      doIt: t("action.save"),
      cli: ({ steps, mix, ...others }) =>
        cli("fleets", "set", name, { ...others, steps: steps && options(steps), mix: mix && options(mix) }),
      curl: (fields) => curl("PUT", path, changed(fields)),
      act: (fields) => put(path + `?revision=${revision}`, changed(fields)),
    });
    if (!done) return;
    say(t("fleets.saved", name));
    this.reload();
  }
}
customElements.define("fleet-screen", FleetScreen);

function tile(symbol, label, value) {
  return html`<div class="tile"><span class="label">${icon(symbol)}${label}</span><strong class="number">${value}</strong></div>`;
}

function field(name, value, { type, min }) {
  return html`<div class="field">
    <label for="fleet-${name}">${t(`fleets.field.${name}`)}</label>
    <input id="fleet-${name}" name=${name} type=${type} min=${min ?? nothing} step=${type === "number" ? 1 : nothing} .value=${String(value ?? "")} />
  </div>`;
}

/** "a: 1, b: 2" as the command line has it: a=1,b=2. */
function options(text) {
  return text.replaceAll(/\s*:\s*/g, "=").replaceAll(/\s*,\s*/g, ",").trim();
}

/** The settings with what the fields say. What they do not show stays as it is. */
function changes(settings, { min, max, fixed, goal, steps, mix }) {
  const pairs = (text) => text.split(",").map((pair) => pair.split(":").map((part) => part.trim()));
  const policy =
    fixed !== undefined
      ? { fixed: Number(fixed) }
      : goal !== undefined
        ? { goal }
        : { steps: pairs(steps ?? "").map(([from, workers]) => ({ from: Number(from), workers: Number(workers) })) };
  const shares = pairs(mix ?? "").map(([name, share = "1"]) => {
    const [base, weight] = share.includes("+") ? share.split("+") : ["0", share];
    return { class: name, base: Number(base), weight: Number(weight) };
  });
  return { ...settings, min: Number(min), max: Number(max), policy, mix: shares };
}

const taskStates = { asked: "scheduled", starting: "scheduled", working: "running", draining: "canceled", ended: "canceled" };
const endings = { retired: "succeeded", exited: "succeeded", reclaimed: "warning", lost: "warning" };

function taskStatus({ phase, ending, detail }) {
  const state = ending ? (endings[ending] ?? "failed") : taskStates[phase];
  const text = ending ? t(`fleets.ending.${ending}`) : t(`fleets.phase.${phase}`);
  return html`<span data-tip=${detail ?? nothing}>${status(state, text)}</span>`;
}

/** From its being asked for to its end, on the time of all that are shown: it starts, works, and finishes what it has. */
function life({ askedAt, readyAt, retireAt, reclaimedAt, stoppedAt, endedAt, ending }, since, now) {
  const at = (time) => (100 * ((time ? new Date(time).getTime() : now) - since)) / Math.max(1, now - since);
  const end = at(endedAt);
  const asked = [retireAt, reclaimedAt, stoppedAt].filter(Boolean).sort()[0];
  const leaves = asked ? Math.min(end, at(asked)) : end;
  const works = readyAt ? Math.min(leaves, at(readyAt)) : end;
  const part = (name, from, to) => svg`<rect class=${name} x="${from}%" width="${Math.max(0, to - from)}%" height="100%"></rect>`;
  return html`<svg class="life ${ending ?? "present"}" aria-hidden="true">
    ${part("starts", at(askedAt), works)}${part("works", works, Math.max(leaves, works + 0.4))}${part("leaves", leaves, end)}
  </svg>`;
}

/** The last decision, and those that changed something; one a minute is kept in any case. */
function turns(decisions) {
  return decisions.filter(
    ({ desired, launches, stops }, n) => n === 0 || launches.length > 0 || stops.length > 0 || desired !== decisions[n + 1]?.desired,
  );
}

const decisionColumns = () => [
  { title: t("fleets.at"), cell: ({ at }) => html`<time-ago class="nowrap" .at=${at}></time-ago>` },
  { title: t("fleets.desired"), end: true, cell: ({ desired }) => count(desired) },
  { title: t("fleets.because"), cell: (decision) => html`<span class="because">${reason(decision)}</span>` },
];

function facts(settings) {
  const all = {
    size: `${count(settings.min)} – ${count(settings.max)}`,
    policy: policyText(settings),
    mix: mixText(settings),
    slots: count(settings.slots ?? 1),
    queues: settings.queues.map((name, n) => html`${n > 0 ? ", " : ""}<a href=${link(`/queues/${name}`)}>${name}</a>`),
    launcher: settings.launcher ?? "process",
    worker: t("fleets.workerSize", { vcpus: settings.vcpus, memoryMib: settings.memoryMib }),
    prices: Object.entries(settings.prices ?? {}).map(([name, price], n) => html`${n > 0 ? ", " : ""}${name}: ${price}`),
  };
  return html`<dl class="pairs">
    ${Object.entries(all)
      .filter(([, value]) => value.length !== 0)
      .map(([name, value]) => html`<dt>${t(`fleets.fact.${name}`)}</dt><dd>${value}</dd>`)}
  </dl>`;
}

/** Capacity over demand, as it was at each decision. */
function charts(decisions, now) {
  if (decisions.length === 0) return nothing;
  const looks = [...decisions.toReversed(), { ...decisions[0], at: now }];
  const [from, to] = [looks[0].at, now].map((at) => new Date(at).getTime());
  const line = (label, color, value, look) => ({ label, color, stepped: true, points: looks.map((one) => ({ at: one.at, value: value(one) })), ...look });
  const names = [...new Set(looks.flatMap(({ observed }) => observed.classes.map((one) => one.class)))];
  const seen = ({ observed }, name) => observed.classes.find((one) => one.class === name);
  const classes = names.map((name, n) =>
    line(name, classColors[n % classColors.length], (look) => seen(look, name)?.alive ?? 0, { stacked: true }),
  );
  const starting = ({ observed }) => observed.classes.reduce((sum, one) => sum + one.starting, 0);
  return html`<div class="columns">
    ${figure(t("fleets.byClass"), {
      from,
      to,
      write: brief,
      series: [
        ...classes,
        line(t("fleets.starting"), "canceled", starting, { stacked: true }),
        line(t("fleets.desired"), "text", ({ desired }) => desired, { bare: true }),
      ],
    })}
    ${figure(t("fleets.jobs"), {
      from,
      to,
      write: brief,
      series: [
        line(t("fleets.waiting"), "blocked", ({ observed }) => observed.demand.waitingJobs),
        line(t("fleets.running"), "running", ({ observed }) => observed.demand.running),
      ],
    })}
  </div>`;
}
