import { html } from "lit";
import { api, post, Problem } from "../api.js";
import { cli, curl } from "../commands.js";
import { t } from "../i18n.js";
import { mergePatch } from "../merge-patch.js";
import { ask } from "./ask.js";

/** Makes a new job of one that exists, with its payload and more to be edited first; answers the new job. */
export function cloneDialog(job) {
  const payload = JSON.stringify(job.payload, null, 2);
  return ask({
    title: t("clone.title", job.id),
    wide: true,
    body: html`<p class="muted">${t("clone.text")}</p>
      <div class="field">
        <label for="clone-payload">${t("job.payload")}</label>
        <textarea id="clone-payload" name="payload" rows=${Math.min(16, Math.max(5, payload.split("\n").length))} spellcheck="false" .value=${payload}></textarea>
      </div>
      <div class="fields">
        ${field("definition", "text", job.definition)} ${field("priority", "number", job.priority)}
        ${field("group", "text", job.group ?? "")} ${field("delaySeconds", "number", "")}
      </div>`,
    doIt: t("action.clone"),
    cli: (fields) => commandOf(job, changesOf(job, fields)),
    curl: (fields) => curl("POST", api`/jobs/${job.id}/clone`, changesOf(job, fields)),
    act: (fields) => post(api`/jobs/${job.id}/clone`, changesOf(job, fields)),
  });
}

function field(name, type, value) {
  return html`<div class="field">
    <label for="clone-${name}">${t(`clone.${name}`)}</label>
    <input id="clone-${name}" name=${name} type=${type} min="0" autocomplete="off" .value=${String(value)} />
  </div>`;
}

/** Only what differs is sent: what is left as it was follows the job that is cloned. */
function changesOf(job, { payload, definition, priority, group, delaySeconds }) {
  const changes = { payload: patchOf(job.payload, payload) };
  if (definition.trim() !== job.definition) changes.definition = definition.trim();
  if (Number(priority) !== job.priority) changes.priority = Number(priority);
  if (group.trim() && group.trim() !== job.group) changes.group = group.trim();
  if (delaySeconds) changes.delaySeconds = Number(delaySeconds);
  return changes;
}

function commandOf(job, { payload, definition, priority, group, delaySeconds }) {
  const options = {
    patch: payload && JSON.stringify(payload),
    as: definition,
    priority,
    "for-group": group,
    delay: delaySeconds && `${delaySeconds}s`,
  };
  return cli("jobs", "clone", job.id, options);
}

function patchOf(before, text) {
  let after;
  try {
    after = JSON.parse(text);
  } catch (mistake) {
    throw new Problem({ code: "malformed-json", detail: mistake.message });
  }
  try {
    return mergePatch(before, after);
  } catch (member) {
    throw new Problem({ code: "null-member", detail: t("clone.noNull", member.message) });
  }
}
