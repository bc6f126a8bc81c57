import { html } from "lit";
import { copy } from "../commands.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { icon } from "./icon.js";
import { say } from "./toasts.js";

/** A command to read and to copy. */
class CommandLine extends Element {
  static properties = { command: {} };

  render() {
    return html`<div class="command">
      <code tabindex="0">${this.command}</code>
      <button class="button quiet icon-only" aria-label=${t("action.copy")} data-tip=${t("action.copy")} @click=${this.copy}>
        ${icon("copy")}
      </button>
    </div>`;
  }

  async copy() {
    await copy(this.command);
    say(t("said.copied"));
  }
}
customElements.define("command-line", CommandLine);
