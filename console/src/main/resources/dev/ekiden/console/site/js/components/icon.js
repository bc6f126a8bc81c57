import { html } from "lit";

/** A symbol of design/icons.svg; beside it there is always text. */
export function icon(name, size = "") {
  return html`<svg class="icon ${size}" aria-hidden="true"><use href="/console/design/icons.svg#${name}"></use></svg>`;
}
