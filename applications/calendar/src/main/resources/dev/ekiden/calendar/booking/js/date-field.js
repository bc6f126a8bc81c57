// A day to choose: a button that says the day in the page's language, and a calendar that opens below it. Says "pick" with
// the day. Keys are those of the ARIA practices: arrows, Home, End, Page Up and Down, with Shift by a year, Escape.
import { html, nothing } from "lit";
import { fullDate, longDate, monthAndYear, monthLater, plusDays, weekdays, weekStart } from "./format.js";
import { icon } from "./parts.js";
import { View } from "./view.js";
import { words } from "./words.js";

const WEEK = 7;
const SATURDAY = 6;
const steps = {
  ArrowLeft: (date) => plusDays(date, -1),
  ArrowRight: (date) => plusDays(date, 1),
  ArrowUp: (date) => plusDays(date, -WEEK),
  ArrowDown: (date) => plusDays(date, WEEK),
  Home: (date) => weekStart(date),
  End: (date) => plusDays(weekStart(date), WEEK - 1),
  PageUp: (date, year) => monthLater(date, year ? -12 : -1),
  PageDown: (date, year) => monthLater(date, year ? 12 : 1),
};

export class DateField extends View {
  static properties = {
    name: {}, // of the form's entry, and of the button: its label is NAME-label, what is wrong with it NAME-error
    value: {},
    least: {}, // the first day that may be chosen
    most: {}, // and the last
    invalid: { type: Boolean },
    at: { state: true }, // the day that the keyboard is on, while the calendar is open
  };

  #outside = (event) => {
    if (!this.contains(event.target)) this.close();
  };

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside);
  }

  render() {
    const { name, value } = this;
    return html`
      <input type="hidden" name=${name} .value=${value}>
      <button class="input date" type="button" id=${name} aria-haspopup="dialog" aria-expanded=${!!this.at}
        aria-labelledby="${name}-label ${name}" aria-describedby="${name}-error" aria-invalid=${!!this.invalid}
        @click=${this.toggle}>${icon("schedules")}<span>${longDate(value)}</span>${icon("down")}</button>
      ${this.at ? this.calendar() : nothing}
    `;
  }

  calendar() {
    const say = words();
    const { least, most } = this;
    const month = this.at.slice(0, 7);
    return html`
      <div class="calendar" role="dialog" aria-label=${say.chooseDay} @keydown=${this.escape} @focusout=${this.leave}>
        <div class="row apart">
          <button class="button quiet icon-only" type="button" aria-label=${say.earlierMonth} ?disabled=${month <= least.slice(0, 7)}
            @click=${() => this.turn(-1)}>${icon("left")}</button>
          <strong id="${this.name}-month" aria-live="polite">${monthAndYear(this.at)}</strong>
          <button class="button quiet icon-only" type="button" aria-label=${say.laterMonth} ?disabled=${month >= most.slice(0, 7)}
            @click=${() => this.turn(1)}>${icon("right")}</button>
        </div>
        <table role="grid" aria-labelledby="${this.name}-month" @keydown=${this.move}>
          <thead><tr>${weekdays().map(({ short, long }) => html`<th scope="col" abbr=${long}>${short}</th>`)}</tr></thead>
          <tbody>${weeksOf(month).map((week) => html`<tr>${week.map((date) => this.cell(date, month))}</tr>`)}</tbody>
        </table>
        <div class="row quick">${this.quickChoices().map(
          ([label, date]) => html`<button class="chip" type="button" @click=${() => this.pick(date)}>${label}</button>`,
        )}</div>
      </div>
    `;
  }

  cell(date, month) {
    if (!date.startsWith(month)) return html`<td></td>`;
    const kind = new Date(`${date}T00:00Z`).getUTCDay();
    const offered = date >= this.least && date <= this.most;
    return html`
      <td aria-selected=${date === this.value}>
        <button type="button" class=${kind === 0 ? "sunday" : kind === SATURDAY ? "saturday" : ""} data-date=${date}
          aria-label=${fullDate(date)} aria-current=${date === this.least ? "date" : nothing}
          tabindex=${date === this.at ? 0 : -1} ?disabled=${!offered} @click=${() => this.pick(date)}>${+date.slice(8)}</button>
      </td>
    `;
  }

  /** What most people look for. */
  quickChoices() {
    const say = words();
    const tomorrow = plusDays(this.least, 1);
    let saturday = tomorrow;
    while (new Date(`${saturday}T00:00Z`).getUTCDay() !== SATURDAY) saturday = plusDays(saturday, 1);
    return [
      [say.today, this.least],
      [say.tomorrow, tomorrow],
      [say.saturday, saturday],
    ];
  }

  toggle() {
    if (this.at) this.close();
    else this.goTo(this.value);
  }

  /** Opens the calendar, or turns it, to that day or the nearest that is offered. */
  async goTo(date, focus = true) {
    this.at = date < this.least ? this.least : date > this.most ? this.most : date;
    await this.updateComplete;
    if (focus) this.querySelector(`[data-date="${this.at}"]`)?.focus();
    this.querySelector(".calendar")?.scrollIntoView({ block: "nearest" });
  }

  turn(months) {
    this.goTo(monthLater(this.at, months), false);
  }

  move(event) {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.goTo(step(this.at, event.shiftKey));
  }

  escape(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
    this.querySelector(".date").focus();
  }

  /** Some browsers do not focus what is pressed: then nothing gets the focus, and nobody has left. */
  leave(event) {
    if (event.relatedTarget && !this.contains(event.relatedTarget)) this.close();
  }

  close() {
    this.at = undefined;
  }

  pick(date) {
    this.value = date;
    this.close();
    this.querySelector(".date").focus();
    this.say("pick", date);
  }
}

/** The weeks that a month, such as 2026-12, touches. */
function weeksOf(month) {
  const weeks = [];
  for (let start = weekStart(`${month}-01`); start.slice(0, 7) <= month; start = plusDays(start, WEEK))
    weeks.push(Array.from({ length: WEEK }, (_, n) => plusDays(start, n)));
  return weeks;
}

customElements.define("date-field", DateField);
