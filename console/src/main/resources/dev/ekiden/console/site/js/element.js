import { LitElement } from "lit";
import { onPreference } from "/console/design/preferences.js";

/** Our elements draw into the page itself, where the design's style sheets hold, and again when a choice changes. */
export class Element extends LitElement {
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.forgetPreferences = onPreference(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.forgetPreferences();
  }
}
