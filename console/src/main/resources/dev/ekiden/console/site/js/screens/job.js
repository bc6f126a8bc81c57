import { html, nothing } from "lit";
import { api, get, post } from "../api.js";
import { cli, curl } from "../commands.js";
import { ask } from "../components/ask.js";
import "../components/attempt-timeline.js";
import { cloneDialog } from "../components/clone-job.js";
import "../components/copy-menu.js";
import { icon } from "../components/icon.js";
import "../components/job-log.js";
import "../components/json-value.js";
import { status } from "../components/status.js";
import { say } from "../components/toasts.js";
import { t, tOr } from "../i18n.js";
import { canCancel, canRetry, errorText, gist, hasEnded, jobLink } from "../jobs.js";
import { money } from "../money.js";
import { count } from "../numbers.js";
import { readable } from "../readable.js";
import { go, link } from "../router.js";
import { Screen } from "../screen.js";

/** Everything about one job. */
class JobScreen extends Screen {
  topics = ["job", "queues"];

  /** What happens in its queue says why it waits; once it has ended, nothing there concerns it. */
  reload(options) {
    const elsewhere = options?.changed && !options.changed.includes("job");
    if (elsewhere && this.data && hasEnded(this.data.job)) return;
    return super.reload(options);
  }

  async load(signal) {
    const { id } = this.params;
    const [job, explanation, costs] = await Promise.all([
      get(api`/jobs/${id}`, { signal }),
      get(api`/jobs/${id}/explain`, { signal }),
      get(api`/jobs/${id}/costs`, { signal }),
    ]);
    return { job, reasons: explanation.reasons, costs };
  }

  view({ job, reasons, costs }) {
    return html`<div class="stack">
      <div class="row apart">
        <div class="row">
          <h1>${t("job.title", job.id)}</h1>
          ${status(job.state)}
          <span class="muted">${gist(job)}</span>
        </div>
        ${this.actions(job)}
      </div>
      ${hasEnded(job) ? nothing : this.why(reasons)}
      ${job.error ? this.error(job) : nothing}
      <div class="columns job">
        <section class="card">
          <header><h2>${t("job.attempts")}</h2></header>
          <div class="content"><attempt-timeline .job=${job} .costs=${costs.items}></attempt-timeline></div>
        </section>
        <section class="card">
          <header><h2>${t("job.facts")}</h2></header>
          <div class="content">${this.facts(job, costs)}</div>
        </section>
      </div>
      <div class="columns">
        <section class="card"><div class="content"><json-value .label=${t("job.payload")} .value=${job.payload}></json-value></div></section>
        ${"result" in job
          ? html`<section class="card"><div class="content"><json-value .label=${t("job.result")} .value=${job.result}></json-value></div></section>`
          : nothing}
      </div>
      <section class="card">
        <header>
          <h2>${t("log.title")}</h2>
          <copy-menu .label=${t("log.title")} .cli=${cli("jobs", "logs", job.id)} .curl=${curl("GET", api`/jobs/${job.id}/logs`)}></copy-menu>
        </header>
        <div class="content"><job-log .job=${job} .line=${this.query.line}></job-log></div>
      </section>
    </div>`;
  }

  actions(job) {
    return html`<div class="row actions">
      ${this.action("retry", job, canRetry(job), job.state === "SCHEDULED" ? "runNow" : "retry")}
      <button class="button" @click=${() => this.clone(job)}>${icon("clone")}${t("action.cloneEdit")}…</button>
      ${this.action("cancel", job, canCancel(job), "cancel", "canceled")}
      <copy-menu .label=${t("job.title", job.id)} .cli=${cli("jobs", "get", job.id)} .curl=${curl("GET", api`/jobs/${job.id}`)}></copy-menu>
    </div>`;
  }

  /** What cannot be done now says why, rather than vanish. */
  action(name, job, can, text = name, symbol = name) {
    return html`<button
      class="button"
      aria-disabled=${can ? nothing : "true"}
      data-tip=${can ? nothing : t(`job.${name}Impossible`, t(`state.${job.state}`))}
      @click=${() => can && this.act(name, job, text)}
    >
      ${icon(symbol)}${t(`action.${text}`)}…
    </button>`;
  }

  async act(name, job, text) {
    const path = api`/jobs/${job.id}/` + name;
    const done = await ask({
      title: t(`job.${name}Title`, job.id),
      body: html`<p>${t(`job.${name}Text`)}</p>`,
      doIt: t(`action.${text}`),
      danger: name === "cancel",
      cli: cli("jobs", name, job.id),
      curl: curl("POST", path),
      act: () => post(path),
    });
    if (!done) return;
    say(t(`job.${name}Done`, job.id));
    this.reload();
  }

  async clone(job) {
    const made = await cloneDialog(job);
    if (!made) return;
    say(t("job.cloneDone", made.id));
    go(link(`/jobs/${made.id}`));
  }

  why(reasons) {
    return html`<section class="card why">
      <header><h2>${t("job.why")}</h2></header>
      <ul class="content">
        ${reasons.map(({ code, text }) => html`<li><strong>${tOr(`why.${code}`, code)}</strong><p class="muted" lang="en">${readable(text)}</p></li>`)}
      </ul>
    </section>`;
  }

  error(job) {
    return html`<div class="notice ${job.state === "FAILED" ? "bad" : "warning"}">
      ${icon(job.state === "FAILED" ? "failed" : "warning")}
      <div><strong class="mono">${job.errorType ?? t("job.error")}</strong><p class="error-text">${errorText(job.errorType, job.error).split("\n")[0]}</p></div>
    </div>`;
  }

  facts(job, costs) {
    const { links } = job;
    const facts = {
      definition: html`<a href=${link("/jobs", { definition: job.definition })}>${job.definition}</a>`,
      queue: html`<a href=${link(`/queues/${job.queue}`)}>${job.queue}</a>`,
      priority: count(job.priority),
      key: job.key && html`<a href=${link("/jobs", { key: job.key, queue: job.queue })}>${job.key}</a> <span class="muted">${t(`keyKind.${job.keyKind}`)}</span>`,
      group: job.group && html`<a href=${link("/jobs", { group: job.group })}>${job.group}</a>`,
      enqueued: time(job.createdAt),
      runAt: !hasEnded(job) && job.runAt && time(job.runAt),
      startBefore: job.startBefore && time(job.startBefore),
      started: job.startedAt && time(job.startedAt),
      finished: job.finishedAt && time(job.finishedAt),
      failures: job.failures > 0 && count(job.failures),
      losses: job.losses > 0 && count(job.losses),
      cost: costs.items.length > 0 && html`<a href=${link("/costs")}>${money(costs.cost)}</a>`,
      parent: job.parent && html`${jobLink(job.parent)} ${job.arrayIndex === undefined ? nothing : html`<span class="muted">#${count(job.arrayIndex)}</span>`}`,
      children: links.children && html`<a href=${link("/jobs", { parent: job.id })}>${t("jobs.childrenEnded", links.children)}</a>`,
      cloneOf: job.cloneOf && jobLink(job.cloneOf),
      clones: jobLinks(links.clones),
      blocker: job.blocker && jobLink(job.blocker),
      waitsFor: jobLinks(links.waitsFor),
      waitedForBy: jobLinks(links.waitedForBy),
      absorbedBy: job.coalescedInto && jobLink(job.coalescedInto),
    };
    return html`<dl class="pairs">
      ${Object.entries(facts)
        .filter(([, value]) => value)
        .map(([name, value]) => html`<dt>${t(`jobs.${name}`)}</dt><dd>${value}</dd>`)}
    </dl>`;
  }
}
customElements.define("job-screen", JobScreen);

function jobLinks(ids) {
  return ids.length > 0 && html`<span class="row">${ids.map((id) => jobLink(id))}</span>`;
}

function time(at) {
  return html`<time-ago focusable .at=${at}></time-ago>`;
}
