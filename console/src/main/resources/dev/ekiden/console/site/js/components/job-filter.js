import { html, nothing } from "lit";
import { api, get } from "../api.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { states } from "../jobs.js";
import { refine } from "../router.js";
import { icon } from "./icon.js";

const spans = { "15m": 900, "1h": 3_600, "24h": 86_400, "7d": 604_800 };
const texts = ["queue", "definition", "group", "key"];

/** The filter of an address, as the API takes it. */
export function filterOf({ state, queue, definition, group, key, parent, since, from, before }) {
  const start = since in spans ? new Date(Date.now() - spans[since] * 1_000).toISOString() : from;
  return clean({ state, queue, definition, group, key, parent, from: start, before });
}

/** The same for a bulk operation, which wants a condition besides the states: that they exist by now. */
export function bulkFilterOf(query) {
  const { state, ...filter } = filterOf(query);
  return clean({ ...filter, before: filter.before ?? new Date().toISOString(), states: state?.split(",") });
}

export function isFiltered(query) {
  return Object.keys(filterOf(query)).length > 0;
}

function clean(filter) {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}

const unfiltered = Object.fromEntries([...texts, "state", "parent", "since", "from", "before", "cursor"].map((name) => [name, ""]));

/** Which jobs a list shows. Every change goes to the address, and from there to the server. */
class JobFilter extends Element {
  static properties = { query: { attribute: false }, names: { state: true } };

  constructor() {
    super();
    this.names = { queue: [], definition: [] };
  }

  async connectedCallback() {
    super.connectedCallback();
    const [queues, definitions] = await Promise.allSettled([get(api`/queues`), get(api`/definitions`)]);
    const namesOf = (answer) => (answer.value?.items ?? []).map((item) => item.name);
    this.names = { queue: namesOf(queues), definition: namesOf(definitions) };
  }

  render() {
    const chosen = new Set(this.query.state?.split(","));
    return html`<search class="filter stack" aria-label=${t("filter.title")}>
      <div class="row" role="group" aria-label=${t("jobs.state")}>
        ${states.map(
          (state) => html`<button
            class="chip"
            aria-pressed=${chosen.has(state.toLowerCase())}
            @click=${() => this.toggle(chosen, state.toLowerCase())}
          >
            ${icon(state.toLowerCase())}${t(`state.${state}`)}
          </button>`,
        )}
        ${this.query.parent
          ? html`<button class="chip" aria-pressed="true" @click=${() => this.apply({ parent: "" })}>
              ${t("filter.childrenOf", this.query.parent)}${icon("close")}
            </button>`
          : nothing}
        ${isFiltered(this.query)
          ? html`<button class="button quiet" @click=${() => refine(unfiltered)}>${icon("close")}${t("filter.clear")}</button>`
          : nothing}
      </div>
      <div class="fields">
        ${texts.map((name) => this.text(name))}
        <div class="field">
          <label for="filter-since">${t("filter.since")}</label>
          <select id="filter-since" @change=${(event) => this.since(event.target.value)}>
            ${["", ...Object.keys(spans), "custom"].map(
              (value) => html`<option value=${value} ?selected=${value === this.sinceValue()}>${t(`filter.span.${value || "any"}`)}</option>`,
            )}
          </select>
        </div>
        ${this.sinceValue() === "custom" ? [this.moment("from"), this.moment("before")] : nothing}
      </div>
    </search>`;
  }

  text(name) {
    return html`<div class="field">
      <label for="filter-${name}">${t(`jobs.${name}`)}</label>
      <input
        id="filter-${name}"
        type="search"
        autocomplete="off"
        spellcheck="false"
        list=${name in this.names ? `names-${name}` : nothing}
        .value=${this.query[name] ?? ""}
        @change=${(event) => this.apply({ [name]: event.target.value.trim() })}
      />
      ${name in this.names
        ? html`<datalist id="names-${name}">${this.names[name].map((value) => html`<option value=${value}></option>`)}</datalist>`
        : nothing}
    </div>`;
  }

  moment(name) {
    return html`<div class="field">
      <label for="filter-${name}">${t(`filter.${name}`)}</label>
      <input
        id="filter-${name}"
        type="datetime-local"
        step="1"
        .value=${localOf(this.query[name])}
        @change=${(event) => this.apply({ [name]: instantOf(event.target.value) })}
      />
    </div>`;
  }

  sinceValue() {
    if (this.custom || this.query.from || this.query.before) return "custom";
    return this.query.since ?? "";
  }

  since(value) {
    this.custom = value === "custom";
    if (this.custom) this.requestUpdate();
    else this.apply({ since: value, from: "", before: "" });
  }

  toggle(chosen, state) {
    if (!chosen.delete(state)) chosen.add(state);
    chosen.delete("");
    this.apply({ state: [...chosen].join(",") });
  }

  /** Another filter begins at its first page. */
  apply(changes) {
    refine({ ...changes, cursor: "" });
  }
}
customElements.define("job-filter", JobFilter);

/** A moment as the browser's own field writes it, in the browser's zone; and back. */
function localOf(instant) {
  if (!instant) return "";
  const date = new Date(instant);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function instantOf(local) {
  return local ? new Date(local).toISOString() : "";
}
