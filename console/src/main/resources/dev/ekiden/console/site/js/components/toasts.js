import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Element } from "../element.js";
import { icon } from "./icon.js";

const shownFor = 6_000;
const told = new EventTarget();

/** Tells what was done; with a kind "bad", what was not. */
export function say(text, { kind = "good", link } = {}) {
  told.dispatchEvent(new CustomEvent("say", { detail: { text, kind, link } }));
}

let number = 0;

/** What was said lately, in a corner; screen readers speak it. */
class ToastList extends Element {
  static properties = { toasts: { state: true } };

  constructor() {
    super();
    this.toasts = [];
  }

  connectedCallback() {
    super.connectedCallback();
    told.addEventListener("say", (event) => this.add(event.detail));
  }

  add(toast) {
    toast.number = ++number;
    this.toasts = [...this.toasts.slice(-3), toast];
    setTimeout(() => (this.toasts = this.toasts.filter((other) => other !== toast)), shownFor);
  }

  render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.toasts,
        (toast) => toast.number,
        (toast) => html`<div class="notice toast ${toast.kind}">
          ${icon(toast.kind === "good" ? "check" : "warning")}
          <div class="grow">${toast.text} ${toast.link ? html`<a href=${toast.link.href}>${toast.link.text}</a>` : ""}</div>
        </div>`,
      )}
    </div>`;
  }
}
customElements.define("toast-list", ToastList);
