import { html, nothing } from "lit";
import { copy } from "../commands.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { bytes } from "../numbers.js";
import { icon } from "./icon.js";
import { say } from "./toasts.js";

const openLevels = 2;
const shownEntries = 100;

/** A JSON value as a tree: large parts are closed, long ones begin with their first entries. */
class JsonValue extends Element {
  static properties = { value: { attribute: false }, label: {}, whole: { state: true } };

  constructor() {
    super();
    this.whole = new Set();
  }

  render() {
    const text = JSON.stringify(this.value, null, 2) ?? "null";
    return html`<div class="json">
      <div class="row apart">
        <h3>${this.label}</h3>
        <span class="row">
          <span class="muted small">${bytes(new Blob([text]).size)}</span>
          <button class="button quiet icon-only" aria-label=${t("json.copy", this.label)} data-tip=${t("json.copy", this.label)} @click=${() => this.copy(text)}>
            ${icon("copy")}
          </button>
        </span>
      </div>
      <div class="tree mono" tabindex="0" role="group" aria-label=${this.label}>${this.node(nothing, this.value, 0)}</div>
    </div>`;
  }

  node(name, value, level) {
    const label = name === nothing ? nothing : html`<span class="name">${name}</span>: `;
    if (value === null || typeof value !== "object") return html`<div class="leaf">${label}${leaf(value)}</div>`;
    const entries = Object.entries(value);
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    if (entries.length === 0) return html`<div class="leaf">${label}${open}${close}</div>`;
    const shown = this.whole.has(value) ? entries : entries.slice(0, shownEntries);
    return html`<details ?open=${level < openLevels && entries.length <= shownEntries}>
      <summary>${label}${open}<span class="muted">${t("json.entries", entries.length)}</span>${close}</summary>
      <div class="children">
        ${shown.map(([key, child]) => this.node(Array.isArray(value) ? nothing : key, child, level + 1))}
        ${shown.length < entries.length
          ? html`<button class="button" @click=${() => (this.whole = new Set([...this.whole, value]))}>
              ${t("json.more", entries.length - shown.length)}
            </button>`
          : nothing}
      </div>
    </details>`;
  }

  async copy(text) {
    await copy(text);
    say(t("said.copied"));
  }
}
customElements.define("json-value", JsonValue);

function leaf(value) {
  return html`<span class="json-${value === null ? "null" : typeof value}">${JSON.stringify(value)}</span>`;
}
