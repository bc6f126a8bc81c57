import { html } from "lit";
import { t } from "../i18n.js";
import { icon } from "./icon.js";

/** The state of a job, or another of the states that the design knows. */
export function status(state, text = t(`state.${state}`)) {
  const name = state.toLowerCase();
  return html`<span class="status ${name}">${icon(name)}${text}</span>`;
}
