import { html, nothing, svg } from "lit";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { errorText, simpleName } from "../jobs.js";
import { money } from "../money.js";
import { duration } from "../numbers.js";
import { link } from "../router.js";
import { absolute, clock } from "../time.js";
import { status } from "./status.js";

const stateOf = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  RETRIED: "failed",
  CANCELED: "canceled",
  RETURNED: "ready",
  LOST: "warning",
};

/** Each attempt as a bar over the job's life: how long it waited, was claimed, and ran. */
class AttemptTimeline extends Element {
  static properties = { job: { attribute: false }, costs: { attribute: false } };

  render() {
    const { job } = this;
    if (job.attempts.length === 0) return job.links.children ? children(job) : html`<p class="muted">${t("job.noAttempts")}</p>`;
    const start = new Date(job.createdAt).getTime();
    const end = Math.max(
      start + 1,
      ...job.attempts.map((attempt) => new Date(attempt.endedAt ?? Date.now()).getTime()),
    );
    const scale = { start, length: end - start };
    const millis = scale.length < 10_000;
    return html`<div class="timeline">
      <ol>
        ${job.attempts.map((attempt) => this.attempt(attempt, scale))}
      </ol>
      <div class="axis number small muted"><span>${clock(start, { millis })}</span><span>${clock(end, { millis })}</span></div>
      <ul class="legend small">
        ${["waited", "claimed", "ran"].map((phase) => html`<li><svg class="swatch" aria-hidden="true"><rect class=${phase} width="100%" height="100%"></rect></svg>${t(`job.phase.${phase}`)}</li>`)}
      </ul>
    </div>`;
  }

  attempt(attempt, scale) {
    const ended = attempt.endedAt ?? new Date().toISOString();
    const phases = [
      ["waited", attempt.queuedAt, attempt.claimedAt],
      ["claimed", attempt.claimedAt, attempt.startedAt ?? ended],
      ...(attempt.startedAt ? [["ran", attempt.startedAt, ended]] : []),
    ];
    const outcome = attempt.outcome;
    const cost = this.costs?.find((one) => one.attempt === attempt.number);
    const told = phases.map(([phase, from, to]) => `${t(`job.phase.${phase}`)} ${duration(seconds(from, to))}`).join(" · ");
    return html`<li>
      <div class="row">
        <strong class="number">#${attempt.number}</strong>
        ${outcome ? status(stateOf[outcome], t(`outcome.${outcome}`)) : status("RUNNING")}
        <span class="small muted">${told}</span>
        <span class="grow"></span>
        ${cost ? html`<span class="small muted number" data-tip=${costTip(cost)}>${money(cost.cost)}</span>` : nothing}
        <span class="small muted" data-tip=${absolute(attempt.claimedAt)}>${t("job.worker")} ${attempt.worker}</span>
      </div>
      <svg class="bar ${stateOf[outcome] ?? "running"}" role="img" aria-label=${told}>
        ${phases.map(([phase, from, to]) => bar(phase, from, to, scale))}
      </svg>
      ${attempt.error || attempt.errorType ? this.error(attempt) : nothing}
    </li>`;
  }

  /** The first line is what was wrong; the stack is for who wants it. */
  error({ errorType, error }) {
    const [first, ...rest] = errorText(errorType, error).split("\n");
    const says = html`<span class="mono">${simpleName(errorType)}</span>${first ? html`: ${first}` : nothing}`;
    if (rest.length === 0) return html`<p class="error small">${says}</p>`;
    return html`<details class="error small">
      <summary>${says}</summary>
      <pre tabindex="0" role="group" aria-label=${t("job.stack")}>${error}</pre>
    </details>`;
  }
}
customElements.define("attempt-timeline", AttemptTimeline);

function costTip({ fleet, class: name, capacity, workerSeconds }) {
  return t("costs.attempt", { where: fleet ? `${fleet}, ${name}` : t("costs.noFleet"), ...capacity, time: duration(workerSeconds) });
}

/** An array has its children instead. */
function children({ id, links }) {
  const { size, succeeded, failed } = links.children;
  return html`<div class="stack">
    <p class="muted">${t("job.arrayAttempts")}</p>
    <progress max=${size} .value=${succeeded + failed} aria-label=${t("jobs.children")}></progress>
    <a href=${link("/jobs", { parent: id })}>${t("jobs.childrenEnded", links.children)}</a>
  </div>`;
}

function bar(phase, from, to, { start, length }) {
  const x = (100 * (new Date(from) - start)) / length;
  const width = (100 * Math.max(0, new Date(to) - new Date(from))) / length;
  return svg`<rect class=${phase} x="${x}%" width="${Math.max(0.4, width)}%" height="100%"></rect>`;
}

function seconds(from, to) {
  return Math.max(0, (new Date(to) - new Date(from)) / 1_000);
}
