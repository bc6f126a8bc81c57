import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { go } from "../router.js";

/**
 * Rows of things. Arrow keys, Home and End walk over them, Enter opens one, Space chooses it where rows can be chosen.
 *
 * - `columns`: `{ title, cell(row), end, minor }`; `end` is set flush right, `minor` is left out in a narrow window
 * - `rows`, each with an `id`; `href(row)`: where a row leads
 * - `chosen`: a Set of ids where rows can be chosen; tells "choose" with the new one
 */
class DataTable extends Element {
  static properties = {
    columns: { attribute: false },
    rows: { attribute: false },
    href: { attribute: false },
    chosen: { attribute: false },
    label: {},
    current: { state: true },
  };

  render() {
    // Exactly one row can be reached by Tab; the arrow keys do the rest.
    const reachable = this.rows.some((row) => row.id === this.current) ? this.current : this.rows[0]?.id;
    return html`<div class="scroll">
      <table class="table" aria-label=${this.label} @keydown=${this.key}>
        <thead>
          <tr>
            ${this.chosen ? html`<th class="choice">${this.chooseAll()}</th>` : nothing}
            ${this.columns.map((column) => html`<th scope="col" class=${classes(column)}>${column.title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.rows,
            (row) => row.id,
            (row) => this.row(row, row.id === reachable),
          )}
        </tbody>
      </table>
    </div>`;
  }

  row(row, reachable) {
    const chosen = this.chosen?.has(row.id);
    return html`<tr
      data-id=${row.id}
      class=${this.href ? "leads" : ""}
      tabindex=${reachable ? 0 : -1}
      aria-selected=${this.chosen ? String(chosen) : nothing}
      @click=${(event) => this.click(event, row)}
      @focus=${() => (this.current = row.id)}
    >
      ${this.chosen
        ? html`<td class="choice">
            <input
              type="checkbox"
              tabindex="-1"
              aria-label=${t("table.choose", row.id)}
              .checked=${chosen}
              @change=${() => this.toggle(row)}
            />
          </td>`
        : nothing}
      ${this.columns.map((column) => html`<td class=${classes(column)}>${column.cell(row)}</td>`)}
    </tr>`;
  }

  chooseAll() {
    const all = this.rows.length > 0 && this.rows.every((row) => this.chosen.has(row.id));
    return html`<input
      type="checkbox"
      aria-label=${t("table.chooseAll")}
      .checked=${all}
      @change=${() => this.choose(all ? new Set() : new Set([...this.chosen, ...this.rows.map((row) => row.id)]))}
    />`;
  }

  toggle(row) {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(row.id)) chosen.add(row.id);
    this.choose(chosen);
  }

  choose(chosen) {
    this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
  }

  click(event, row) {
    const own = event.target.closest("a, button, input, label, select, copy-menu");
    if (own || !this.href || getSelection().toString()) return;
    go(this.href(row));
  }

  key(event) {
    const line = event.target.closest("tbody tr");
    if (event.target !== line) return;
    const lines = [...this.querySelectorAll("tbody tr")];
    const at = lines.indexOf(line);
    const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    const row = this.rows.find((other) => String(other.id) === line.dataset.id);
    if (goal !== undefined) lines[goal]?.focus();
    else if (event.key === "Enter" && this.href) go(this.href(row));
    else if (event.key === " " && this.chosen) this.toggle(row);
    else return;
    event.preventDefault();
  }
}
customElements.define("data-table", DataTable);

function classes({ end, minor }) {
  return [end && "end", minor && "minor"].filter(Boolean).join(" ");
}
