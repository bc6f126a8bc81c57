// The page around the screens: which one the address asks for, language and colours, and word of a lost connection.
import { html, nothing } from "lit";
import { prefer, preference } from "../design/preferences.js";
import { address, link, onAddress, ROOT } from "./address.js";
import { connection } from "./api.js";
import { icon, notice } from "./parts.js";
import { View } from "./view.js";
import { words } from "./words.js";
import "./search-form.js";
import "./search-screen.js";
import "./space-screens.js";
import "./free-times.js";
import "./plan-screen.js";
import "./reservation-screen.js";

const THEMES = ["system", "light", "dark"];

class Booking extends View {
  static properties = { at: { state: true }, waiting: { state: true } };

  createRenderRoot() {
    this.replaceChildren(); // what stood there for the first paint
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.at = address();
    onAddress(({ moved }) => {
      const before = this.at;
      this.at = address();
      if (moved && (before.screen !== this.at.screen || before.code !== this.at.code)) this.arrive();
    });
    addEventListener("hashchange", () => (this.at = address()));
    connection.addEventListener("waiting", (event) => (this.waiting = event.detail));
    connection.addEventListener("answered", () => (this.waiting = null));
  }

  /** A new screen is read from its top, by eye and by ear. */
  async arrive() {
    await this.updateComplete;
    scrollTo(0, 0);
    const screen = this.renderRoot.querySelector("main > *");
    await screen.updateComplete;
    this.arriving = !!screen.loading;
    if (!this.arriving) this.begin(screen);
  }

  loaded(event) {
    if (!this.arriving || event.target.parentElement !== event.currentTarget) return;
    this.arriving = false;
    this.begin(event.target);
  }

  begin(screen) {
    screen.querySelector("h1")?.focus({ preventScroll: true });
  }

  willUpdate() {
    if (!this.at.code && this.at.screen !== "reservation") document.title = words().title;
  }

  render() {
    const say = words();
    const theme = preference("theme");
    const current = (screen) => (this.at.screen === screen && !this.at.code ? "page" : "false");
    return html`
      <a class="skip" href="#main" @click=${this.skip}>${say.skip}</a>
      <header class="top"><div class="inner">
        <a class="brand" href=${ROOT}><img src="${ROOT}/design/mark.svg" alt="" width="28" height="28">Ekiden</a>
        <nav aria-label=${say.title}>
          <a href=${link("search")} aria-current=${current("search")}>${say.byTime}</a>
          <a href=${link("spaces")} aria-current=${current("spaces")}>${say.bySpace}</a>
        </nav>
        <span class="choices">
          <button class="button quiet" type="button" lang=${preference("locale") === "ja" ? "en" : "ja"}
            aria-label=${say.languageLabel} @click=${() => prefer("locale", preference("locale") === "ja" ? "en" : "ja")}>
            ${icon("globe")}<span class="wide-only">${say.language}</span></button>
          <button class="button quiet icon-only" type="button" aria-label=${say.theme[theme]} title=${say.theme[theme]}
            @click=${() => prefer("theme", THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length])}>${icon(theme)}</button>
        </span>
      </div></header>
      ${this.waiting
        ? html`<div class="connection">${notice("warning", html`<p>${this.waiting === "busy" ? say.tooMany : say.connectionLost}</p>`)}</div>`
        : nothing}
      <main id="main" tabindex="-1" @loaded=${this.loaded}>${this.screen()}</main>
    `;
  }

  screen() {
    const { screen, code } = this.at;
    if (screen === "search") return html`<search-screen .address=${this.at}></search-screen>`;
    if (screen === "spaces" && !code) return html`<spaces-screen .address=${this.at}></spaces-screen>`;
    if (screen === "spaces") return html`<space-screen .address=${this.at}></space-screen>`;
    if (screen === "plans" && code) return html`<plan-screen .address=${this.at}></plan-screen>`;
    if (screen === "reservation") return html`<reservation-screen .address=${this.at}></reservation-screen>`;
    const say = words();
    return html`<div class="empty card"><h1 tabindex="-1">${say.unknownPage}</h1><a class="button" href=${ROOT}>${say.toSearch}</a></div>`;
  }

  skip(event) {
    event.preventDefault(); // the # of the address is the token's
    this.renderRoot.querySelector("main").focus();
  }
}

customElements.define("ekiden-booking", Booking);
