// What fleets have in common wherever they are shown.
import { html, nothing } from "lit";
import { status } from "./components/status.js";
import { t } from "./i18n.js";
import { count } from "./numbers.js";

export function fleetStatus({ enabled, workers }) {
  if (!enabled) return status("paused", t("fleets.off"));
  if (workers.starting > 0) return status("scheduled", t("fleets.growing"));
  if (workers.draining > 0) return status("canceled", t("fleets.shrinking"));
  return status("good", t("fleets.steady"));
}

export function policyText({ policy }) {
  if (policy.fixed !== undefined) return t("fleets.policyFixed", count(policy.fixed));
  if (policy.goal !== undefined) return policy.goal;
  return t("fleets.policySteps", count(policy.steps.length));
}

export function mixText({ mix }) {
  return (mix ?? []).map(({ class: name, base, weight }) => `${name} ${base ? `${base}+` : ""}${weight ?? 1}`).join(" : ");
}

/** Workers of the most there may be, as a bar. */
export function size({ settings, workers }) {
  const alive = workers.alive + workers.starting;
  return html`<span class="row busy">
    <svg class="share-bar" aria-hidden="true"><rect width="${Math.min(100, (100 * alive) / settings.max)}%" height="100%"></rect></svg>
    <span class="number nowrap">${count(alive)} / ${count(settings.max)}</span>
  </span>`;
}

/** Why it was decided so, in the reader's language; in English where an older server wrote only that. */
export function reason(decision) {
  const text = t("fleets.reason", decision);
  return html`<span lang=${text === decision.reason ? "en" : nothing}>${text}</span>`;
}
