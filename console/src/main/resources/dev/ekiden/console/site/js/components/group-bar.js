import { html, nothing } from "lit";
import { api, get, Problem } from "../api.js";
import { Element } from "../element.js";
import { connection } from "../events.js";
import { drain, release } from "../groups.js";
import { t } from "../i18n.js";
import { icon } from "./icon.js";
import { status } from "./status.js";

/** Above a list of one group's jobs: how the group stands, and what can be done to it as a whole. */
class GroupBar extends Element {
  static properties = { group: {}, data: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(["jobs", "queues"], () => this.load());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
  }

  willUpdate(changed) {
    if (changed.has("group")) this.load();
  }

  async load() {
    try {
      this.data = await get(api`/groups/${this.group}`);
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.data = null; // the list below says what is wrong
    }
  }

  render() {
    const group = this.data;
    if (!group || group.name !== this.group) return nothing;
    return html`<section class="notice ${group.held ? "warning" : ""}" aria-label=${t("groups.title", group.name)}>
      ${icon("people")}
      <div class="grow">
        <strong>${t("groups.title", group.name)}</strong>
        ${group.held ? html`${status("paused", t("groups.held"))} <time-ago focusable .at=${group.heldAt}></time-ago>${group.heldReason ? `: ${group.heldReason}` : ""}` : nothing}
        <p>${t(group.held ? "groups.draining" : "groups.running", group.running)}</p>
      </div>
      ${group.held
        ? html`<button class="button" @click=${() => this.after(release(group))}>${icon("running")}${t("action.release")}…</button>`
        : html`<button class="button" @click=${() => this.after(drain(group))}>${icon("paused")}${t("action.drain")}…</button>`}
    </section>`;
  }

  async after(done) {
    if (await done) this.load();
  }
}
customElements.define("group-bar", GroupBar);
