import { html, nothing } from "lit";
import { t, tOr } from "../i18n.js";
import { icon } from "./icon.js";

/** What went wrong, in the server's words, and a way to try again. */
export function failureNotice(problem, retry) {
  return html`<div class="notice bad" role="alert">
    ${icon("warning")}
    <div class="stack grow">
      <div>
        <strong>${tOr(`problem.${problem.code}`, t("problem.title"))}</strong>
        ${problem.detail ? html`<p>${problem.detail}</p>` : nothing}
        ${problem.errorId ? html`<p class="small">${t("problem.logged", problem.errorId)}</p>` : nothing}
      </div>
      ${retry ? html`<div><button class="button" @click=${retry}>${icon("retry")}${t("action.tryAgain")}</button></div>` : nothing}
    </div>
  </div>`;
}
