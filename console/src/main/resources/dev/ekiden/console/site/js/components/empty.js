import { html, nothing } from "lit";
import "./command-line.js";

/** Nothing is here: why, and the command that changes it. */
export function empty(title, text, command) {
  return html`<div class="empty">
    <h2>${title}</h2>
    ${text ? html`<p>${text}</p>` : nothing}
    ${command ? html`<command-line .command=${command}></command-line>` : nothing}
  </div>`;
}
