import { html } from "lit";
import { t } from "../i18n.js";

/** A word about waiting; what comes at once needs none, so it appears after a moment. */
export function loading() {
  return html`<p class="muted loading" role="status">${t("frame.loading")}</p>`;
}
