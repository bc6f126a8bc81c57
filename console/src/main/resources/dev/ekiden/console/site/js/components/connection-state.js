import { html, nothing } from "lit";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { t } from "../i18n.js";
import { here } from "../router.js";
import { clock } from "../time.js";
import { icon } from "./icon.js";

class Connected extends Element {
  connectedCallback() {
    super.connectedCallback();
    this.listener = () => this.requestUpdate();
    connection.addEventListener("state", this.listener);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    connection.removeEventListener("state", this.listener);
  }
}

/** Whether what is shown is of this moment. */
class ConnectionState extends Connected {
  render() {
    return html`<span class="connection ${connection.state}" data-tip=${t(`connection.${connection.state}Tip`)}>
      <span class="dot"></span>${t(`connection.${connection.state}`)}
    </span>`;
  }
}
customElements.define("connection-state", ConnectionState);

/** Says above the screen that the server is away, since when, and that nothing needs to be done. */
class AwayBanner extends Connected {
  render() {
    if (connection.state !== "away" || here().screen === "sign-in") return nothing;
    return html`<div class="notice warning away" role="alert">
      ${icon("warning")}
      <div class="grow">${t("connection.banner", clock(connection.awaySince))}</div>
      <button class="button" @click=${() => connection.retry()}>${t("action.tryAgain")}</button>
    </div>`;
  }
}
customElements.define("away-banner", AwayBanner);
