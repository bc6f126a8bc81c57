import { html, nothing } from "lit";
import { api, put, remove } from "../api.js";
import { cli, curl } from "../commands.js";
import { t } from "../i18n.js";
import { count, duration } from "../numbers.js";
import { ask } from "./ask.js";
import { say } from "./toasts.js";

/** What a limit allows, in words. */
export function limitText({ running, vcpus, rate }) {
  return [
    running !== undefined && t("limits.running", count(running)),
    vcpus !== undefined && t("limits.vcpus", count(vcpus)),
    rate && t("limits.rate", { starts: count(rate.starts), period: duration(rate.periodSeconds ?? 1) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Sets or removes a limit; a limit with nothing in it is none. */
export async function editLimit(scope, name, limit = {}) {
  const path = api`/limits/${scope}/${name}`;
  const done = await ask({
    title: t(`limits.${scope}`) + ": " + name,
    body: html`<p class="muted">${t(`limits.${scope}Text`)}</p>
      <div class="fields">
        ${scope === "each-key"
          ? nothing // a key has a rate only
          : [field("running", limit.running, { min: 0, step: 1 }), field("vcpus", limit.vcpus, { min: 0, step: "any" })]}
        ${field("starts", limit.rate?.starts, { min: 1, step: 1 })}
        ${field("periodSeconds", limit.rate && (limit.rate.periodSeconds ?? 1), { min: 0.001, step: "any" })}
      </div>
      <p class="muted small">${t("limits.emptyText")}</p>`,
    doIt: t("action.save"),
    cli: (fields) => commandOf(`${scope}:${name}`, contentOf(fields)),
    curl: (fields) => (isEmpty(contentOf(fields)) ? curl("DELETE", path) : curl("PUT", path, contentOf(fields))),
    act: (fields) => save(path, contentOf(fields), limit),
  });
  if (done) say(t("limits.saved"));
  return done;
}

function field(name, value, { min, step }) {
  return html`<div class="field">
    <label for="limit-${name}">${t(`limits.field.${name}`)}</label>
    <input id="limit-${name}" name=${name} type="number" min=${min} step=${step} .value=${value ?? ""} />
  </div>`;
}

function contentOf({ running, vcpus, starts, periodSeconds }) {
  const content = {};
  if (running) content.running = Number(running);
  if (vcpus) content.vcpus = Number(vcpus);
  if (starts) content.rate = { starts: Number(starts), periodSeconds: Number(periodSeconds || 1) };
  return content;
}

function isEmpty(content) {
  return Object.keys(content).length === 0;
}

function commandOf(scope, content) {
  if (isEmpty(content)) return cli("limits", "remove", scope);
  const { running, vcpus, rate } = content;
  return cli("limits", "set", scope, { running, vcpus, rate: rate && `${rate.starts}/${period(rate.periodSeconds)}` });
}

function period(seconds) {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1_000)}ms`;
}

async function save(path, content, before) {
  if (!isEmpty(content)) return put(path, content);
  if (before.scope) await remove(path);
  return true;
}
