import { html, nothing } from "lit";
import { api, get, post, Problem } from "../api.js";
import { cli, curl } from "../commands.js";
import { ask } from "../components/ask.js";
import "../components/copy-menu.js";
import "../components/data-table.js";
import { empty } from "../components/empty.js";
import "../components/group-bar.js";
import { icon } from "../components/icon.js";
import { bulkFilterOf, filterOf, isFiltered } from "../components/job-filter.js";
import { rateField, rateOf, rateOption } from "../components/rate-field.js";
import { say } from "../components/toasts.js";
import { t } from "../i18n.js";
import { canCancel, canRetry, carryThrough, foreseeBulk, jobColumns } from "../jobs.js";
import { link } from "../router.js";
import { Screen } from "../screen.js";
import { absolute } from "../time.js";

const pageSize = 50;
const actions = { retry: "retry", clone: "clone", cancel: "canceled" };

/** Jobs by filter, newest first, and what is done to all of them or to those that were chosen. */
class JobsScreen extends Screen {
  static properties = { ...Screen.properties, chosen: { state: true }, progress: { state: true } };
  topics = ["jobs"];

  constructor() {
    super();
    this.chosen = new Set();
    this.progress = null;
  }

  load(signal) {
    return get(api`/jobs`, { signal, query: this.listQuery() });
  }

  listQuery() {
    return { ...filterOf(this.query), cursor: this.query.cursor, limit: pageSize };
  }

  /** Rows must not move while some are chosen, nor on a page further back. */
  reload(options) {
    if (!options?.anew && (this.chosen.size > 0 || this.query.cursor)) return;
    if (options?.anew) this.chosen = new Set();
    return super.reload(options);
  }

  render() {
    return html`<div class="stack">
      <div class="row apart">
        <h1>${t("jobs.title")}</h1>
        <div class="row">
          <copy-menu
            .label=${t("jobs.list")}
            .cli=${cli("jobs", "list", this.cliFilter())}
            .curl=${curl("GET", this.path())}
          ></copy-menu>
        </div>
      </div>
      <job-filter .query=${this.query}></job-filter>
      ${this.query.group ? html`<group-bar .group=${this.query.group}></group-bar>` : nothing}
      ${super.render()}
    </div>`;
  }

  view({ items, next, searchedBackTo }) {
    if (items.length === 0 && !next) return html`<div class="card">${this.emptyState()}</div>`;
    return html`<section class="card" aria-label=${t("jobs.list")}>
      <header class="bulk">${this.progress ? this.progressBar() : this.bulkBar(items, next)}</header>
      <data-table
        .label=${t("jobs.list")}
        .columns=${jobColumns()}
        .rows=${items}
        .href=${(job) => link(`/jobs/${job.id}`)}
        .chosen=${this.chosen}
        @choose=${(event) => (this.chosen = event.detail)}
      ></data-table>
      ${searchedBackTo ? html`<p class="searched muted small" role="status">${t("jobs.searchedBackTo", absolute(searchedBackTo))}</p>` : nothing}
      ${this.pages(next, searchedBackTo)}
    </section>`;
  }

  bulkBar(items, next) {
    const some = this.chosen.size > 0;
    const what = some
      ? t("bulk.chosen", this.chosen.size)
      : next || this.query.cursor
        ? t("bulk.page", items.length)
        : t("bulk.all", items.length);
    return html`<span class="muted small" role="status">${what}</span>
      <div class="row" role="group" aria-label=${some ? t("bulk.onChosen") : t("bulk.onAll")}>
        <span class="small muted wide-only">${some ? t("bulk.onChosen") : t("bulk.onAll")}</span>
        ${Object.keys(actions).map(
          (action) => html`<button class="button" @click=${() => (some ? this.doToChosen(action) : this.doToAll(action))}>
            ${icon(actions[action])}${t(`action.${action}`)}…
          </button>`,
        )}
        ${some
          ? html`<button class="button quiet" @click=${() => (this.chosen = new Set())}>${t("bulk.forget")}</button>`
          : nothing}
      </div>`;
  }

  progressBar() {
    const { done, total } = this.progress;
    return html`<span class="small" role="status">${t("bulk.progress", this.progress)}</span>
      <progress class="grow" max=${Math.max(1, total)} .value=${done} aria-label=${t("bulk.progress", this.progress)}></progress>`;
  }

  pages(next, searchedBackTo) {
    if (!next && !this.query.cursor) return nothing;
    return html`<nav class="pages" aria-label=${t("jobs.pages")}>
      ${this.query.cursor
        ? html`<a class="button" href=${link("/jobs", { ...this.query, cursor: "" })}>${icon("left")}${t("jobs.newest")}</a>`
        : html`<span></span>`}
      ${next
        ? html`<a class="button" href=${link("/jobs", { ...this.query, cursor: next })}>${t(searchedBackTo ? "jobs.searchOn" : "jobs.older")}${icon("right")}</a>`
        : nothing}
    </nav>`;
  }

  emptyState() {
    return isFiltered(this.query)
      ? empty(t("jobs.noneMatch"), t("jobs.noneMatchText"))
      : empty(t("jobs.none"), t("jobs.noneText"), "./ekiden jobs submit DEFINITION --payload '{}'");
  }

  path() {
    const query = new URLSearchParams(Object.entries(this.listQuery()).filter(([, value]) => value));
    return `${api`/jobs`}?${query}`;
  }

  cliFilter(filter = filterOf(this.query)) {
    const { states, ...rest } = filter;
    return { ...rest, state: states?.join(",") ?? rest.state };
  }

  /** All that meet the filter, on whatever page: the server counts them first and then does it in batches. */
  async doToAll(action) {
    const filter = bulkFilterOf(this.query);
    if (action === "retry" && !filter.states) filter.states = ["failed"];
    const starts = action !== "cancel";
    const request = (fields) => ({ action, filter, rate: starts ? rateOf(fields) : undefined });
    await ask({
      title: t(`bulk.${action}Title`),
      body: html`${this.describe(filter)}${starts ? rateField() : nothing}`,
      doIt: t(`action.${action}`),
      danger: action === "cancel",
      foresee: foreseeBulk(action, filter),
      cli: (fields) => cli("jobs", action, { ...this.cliFilter(filter), rate: starts && rateOption(fields) }),
      curl: (fields) => curl("POST", api`/bulk`, request(fields)),
      act: (fields) => {
        const all = request(fields);
        this.run(action, (tell) =>
          carryThrough(all, ({ changed, skipped, total }) => tell(changed + skipped, total)),
        );
      },
    });
  }

  async doToChosen(action) {
    const able = { retry: canRetry, cancel: canCancel, clone: () => true }[action];
    const ids = this.data.items.filter((job) => this.chosen.has(job.id) && able(job)).map((job) => job.id);
    await ask({
      title: t(`bulk.${action}Title`),
      doIt: t(`action.${action}`),
      danger: action === "cancel",
      foresee: async () => ({
        none: ids.length === 0,
        text: html`<strong>${t(`bulk.${action}Count`, ids.length)}</strong>
          ${ids.length < this.chosen.size ? html`<p class="muted">${t("bulk.left", this.chosen.size - ids.length)}</p>` : nothing}`,
      }),
      cli: cli("jobs", action, ...ids),
      curl: ids.map((id) => curl("POST", api`/jobs/${id}/` + action)).join("\n"),
      act: () => {
        this.run(action, async (tell) => {
          let changed = 0;
          for (const [n, id] of ids.entries()) {
            tell(n, ids.length);
            try {
              await post(api`/jobs/${id}/` + action);
              changed++;
            } catch (failure) {
              if (failure.status !== 409) throw failure; // it moved on by itself
            }
          }
          return { changed, skipped: ids.length - changed };
        });
      },
    });
  }

  async run(action, work) {
    this.progress = { done: 0, total: 0 };
    try {
      const { changed, skipped } = await work((done, total) => (this.progress = { done, total }));
      say(t(`bulk.${action}Done`, changed) + (skipped > 0 ? " " + t("bulk.skipped", skipped) : ""));
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      say(failure.message, { kind: "bad" });
    } finally {
      this.progress = null;
      this.chosen = new Set();
      await this.reload({ anew: true });
      await this.updateComplete;
      // The button that was pressed made room for the bar.
      if (document.activeElement === document.body) this.querySelector(".bulk button")?.focus();
    }
  }

  describe(filter) {
    return html`<dl class="pairs small">
      ${Object.entries(filter).map(
        ([name, value]) => html`<dt>${t(`filter.name.${name}`)}</dt>
          <dd>${name === "states" ? value.map((state) => t(`state.${state.toUpperCase()}`)).join(", ") : value}</dd>`,
      )}
    </dl>`;
  }
}
customElements.define("jobs-screen", JobsScreen);
