import { html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { signedOut } from "./api.js";
import "./components/connection-state.js";
import "./components/choices.js";
import { icon } from "./components/icon.js";
import { loading } from "./components/loading.js";
import "./components/toasts.js";
import { Element } from "./element.js";
import { connection } from "./events.js";
import { t } from "./i18n.js";
import { go, here, link, onNavigation } from "./router.js";

const sections = [
  ["overview", "/"],
  ["jobs", "/jobs"],
  ["queues", "/queues"],
  ["schedules", "/schedules"],
  ["workers", "/workers"],
  ["fleets", "/fleets"],
  ["costs", "/costs"],
  ["definitions", "/definitions"],
];

const sectionOf = { job: "jobs", queue: "queues", schedule: "schedules", fleet: "fleets" };

/** The frame: sections, choices, how the connection is, and the screen that the address names. */
class Console extends Element {
  static properties = { place: { state: true }, broken: { state: true } };

  constructor() {
    super();
    this.turn = 0;
    onNavigation(() => this.arrive());
    signedOut.addEventListener("signed-out", () => {
      if (here().screen !== "sign-in") go(link("/sign-in"), { replace: true });
    });
    // A script that could not be fetched is not asked for again within the life of a page.
    connection.addEventListener("state", () => this.broken && connection.state === "live" && location.reload());
    this.arrive();
  }

  async arrive() {
    const turn = ++this.turn;
    const place = here();
    const moved = place.screen !== this.place?.screen || place.params.id !== this.place?.params.id;
    try {
      await screenOf(place.screen);
      this.broken = false;
    } catch {
      this.broken = true;
    }
    if (turn !== this.turn) return; // somebody went on while the screen was fetched
    const first = !this.place;
    this.place = place;
    connection.watch(place.screen === "job" ? place.params.id : null);
    if (moved && !first) {
      await this.updateComplete;
      scrollTo(0, 0);
      this.querySelector("main").focus({ preventScroll: true });
    }
  }

  updated() {
    if (!this.place) return;
    const what = this.place.params.id ?? this.place.params.name;
    this.showSection();
    document.title = [what, t(`${this.section()}.title`), "Ekiden"].filter(Boolean).join(" · ");
  }

  /** In a narrow window the sections are a strip that scrolls. */
  showSection() {
    const nav = this.querySelector("nav");
    const current = nav.querySelector("[aria-current]");
    if (current) nav.scrollLeft = current.offsetLeft - nav.offsetLeft - (nav.clientWidth - current.clientWidth) / 2;
  }

  section() {
    return sectionOf[this.place.screen] ?? this.place.screen;
  }

  render() {
    const section = this.place && this.section();
    return html`
      <a class="skip" href="#main" @click=${this.skip}>${t("frame.skip")}</a>
      <div class="frame">
        <header class="side">
          <a class="brand" href=${link("/")} aria-label="Ekiden"><img src="/console/design/mark.svg" alt="" width="24" height="24" /><span>Ekiden</span></a>
          <nav aria-label=${t("frame.sections")}>
            ${sections.map(
              ([name, path]) => html`<a href=${link(path)} aria-current=${section === name ? "page" : nothing}>
                ${icon(name)}<span>${t(`${name}.title`)}</span>
              </a>`,
            )}
          </nav>
        </header>
        <div class="middle">
          <away-banner></away-banner>
          <main id="main" tabindex="-1">${this.place && !this.broken ? this.screen() : loading()}</main>
        </div>
        <footer class="foot">
          <connection-state></connection-state>
          <user-choices></user-choices>
        </footer>
      </div>
      <toast-list></toast-list>
    `;
  }

  screen() {
    const { screen, params, query } = this.place;
    return keyed(screen + JSON.stringify(params), templates[screen](params, query));
  }

  skip(event) {
    event.preventDefault();
    this.querySelector("main").focus();
  }
}

const templates = {
  overview: () => html`<overview-screen></overview-screen>`,
  jobs: (params, query) => html`<jobs-screen .query=${query}></jobs-screen>`,
  job: (params, query) => html`<job-screen .params=${params} .query=${query}></job-screen>`,
  queues: () => html`<queues-screen></queues-screen>`,
  queue: (params, query) => html`<queue-screen .params=${params} .query=${query}></queue-screen>`,
  schedules: () => html`<schedules-screen></schedules-screen>`,
  schedule: (params) => html`<schedule-screen .params=${params}></schedule-screen>`,
  workers: () => html`<workers-screen></workers-screen>`,
  fleets: () => html`<fleets-screen></fleets-screen>`,
  fleet: (params) => html`<fleet-screen .params=${params}></fleet-screen>`,
  costs: (params, query) => html`<costs-screen .query=${query}></costs-screen>`,
  definitions: () => html`<definitions-screen></definitions-screen>`,
  "sign-in": (params, query) => html`<sign-in-screen .wrong=${"wrong" in query}></sign-in-screen>`,
  nowhere: () => html`<nowhere-screen></nowhere-screen>`,
};

/** Each screen is fetched when it is first shown. */
function screenOf(name) {
  return import(`./screens/${name}.js`);
}

customElements.define("ekiden-console", Console);
