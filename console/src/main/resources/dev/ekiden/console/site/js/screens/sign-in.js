import { html, nothing } from "lit";
import { api } from "../api.js";
import "../components/command-line.js";
import { icon } from "../components/icon.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { go, link } from "../router.js";

/** How to get in: the console link, which the server prints where it was started. */
class SignInScreen extends Element {
  static properties = { wrong: { type: Boolean } };

  render() {
    return html`<div class="sign-in stack">
      <h1>${t("sign-in.title")}</h1>
      ${this.wrong
        ? html`<div class="notice bad" role="alert">${icon("warning")}<div>${t("sign-in.wrong")}</div></div>`
        : nothing}
      <p>${t("sign-in.text")}</p>
      <ol class="stack">
        <li>
          ${t("sign-in.started")}
          <command-line .command=${"./ekiden up"}></command-line>
        </li>
        <li>
          ${t("sign-in.running")}
          <command-line .command=${`echo "${location.origin}/?token=$(cat .ekiden/token)"`}></command-line>
        </li>
      </ol>
      <p class="muted small">${t("sign-in.why")}</p>
      <p><button class="button" @click=${this.again}>${icon("retry")}${t("action.tryAgain")}</button></p>
    </div>`;
  }

  async again() {
    const answer = await fetch(api`/status`).catch(() => null);
    if (answer?.ok) go(link("/"), { replace: true });
  }
}
customElements.define("sign-in-screen", SignInScreen);
