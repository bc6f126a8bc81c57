import { html, nothing } from "lit";
import { copy } from "../commands.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { icon } from "./icon.js";
import { say } from "./toasts.js";

let number = 0;

/** Beside an action: what to type for it on a command line, or to send with curl. */
class CopyMenu extends Element {
  static properties = { cli: {}, curl: {}, label: {} };

  constructor() {
    super();
    this.menuId = `copy-menu-${++number}`;
  }

  render() {
    return html`<button
        class="button quiet icon-only"
        aria-label=${t("action.copyAs", this.label)}
        data-tip=${t("action.copyAs", this.label)}
        aria-haspopup="menu"
        popovertarget=${this.menuId}
      >
        ${icon("terminal")}
      </button>
      <div id=${this.menuId} class="menu" role="menu" popover @toggle=${this.toggled} @keydown=${this.key}>
        ${this.item(t("action.copyCli"), this.cli)} ${this.item(t("action.copyCurl"), this.curl)}
      </div>`;
  }

  item(text, command) {
    if (!command) return nothing;
    return html`<button role="menuitem" @click=${() => this.take(command)}>
      ${icon("copy")}<span class="grow">${text}<code class="preview">${command}</code></span>
    </button>`;
  }

  get menu() {
    return this.querySelector("[popover]");
  }

  toggled(event) {
    if (event.newState !== "open") return;
    const button = this.querySelector("button").getBoundingClientRect();
    const menu = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - menu.width - 8))}px`;
    this.menu.style.top = `${Math.max(8, Math.min(button.bottom + 4, innerHeight - menu.height - 8))}px`;
    this.menu.querySelector("[role=menuitem]").focus();
  }

  key(event) {
    const items = [...this.menu.querySelectorAll("[role=menuitem]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  }

  async take(command) {
    this.menu.hidePopover();
    await copy(command);
    say(t("said.copied"));
  }
}
customElements.define("copy-menu", CopyMenu);
