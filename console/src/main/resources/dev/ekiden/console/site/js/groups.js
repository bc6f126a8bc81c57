// What can be done to a group, wherever it is shown.
import { html } from "lit";
import { api, post } from "./api.js";
import { cli, curl } from "./commands.js";
import { ask } from "./components/ask.js";
import { say } from "./components/toasts.js";
import { t } from "./i18n.js";

/** Starts no more of its jobs; what runs goes on to its end, and the page tells when nothing runs any more. */
export async function drain(group) {
  const path = api`/groups/${group.name}/drain`;
  const done = await ask({
    title: t("groups.drainTitle", group.name),
    body: html`<p>${t("groups.drainText", group)}</p>
      <div class="field">
        <label for="drain-reason">${t("groups.reason")}</label>
        <input id="drain-reason" name="reason" maxlength="500" autocomplete="off" />
      </div>`,
    doIt: t("action.drain"),
    cli: ({ reason }) => cli("groups", "drain", group.name, { reason }),
    curl: ({ reason }) => curl("POST", path, reason ? { reason } : {}),
    act: ({ reason }) => post(path, reason ? { reason } : {}),
  });
  if (done) say(t("groups.drainDone", group.name));
  return done;
}

export async function release(group) {
  const path = api`/groups/${group.name}/release`;
  const done = await ask({
    title: t("groups.releaseTitle", group.name),
    body: html`<p>${t("groups.releaseText")}</p>`,
    doIt: t("action.release"),
    cli: cli("groups", "release", group.name),
    curl: curl("POST", path),
    act: () => post(path),
  });
  if (done) say(t("groups.releaseDone", group.name));
  return done;
}
