// Day, start, length, and what else the space must be. Says "look" with what was
// chosen, once it is right; "search" is what fields of that type say by themselves.
import { html, nothing } from "lit";
import { View } from "./view.js";
import { words } from "./words.js";
import { duration, isDate, localDate, plusDays } from "./format.js";
import { icon } from "./parts.js";
import "./date-field.js";

const QUARTERS = Array.from({ length: 96 }, (_, n) => `${two(n >> 2)}:${two((n % 4) * 15)}`);
const LENGTHS = [15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 600, 720, 1440];
const FURTHEST_DAYS = 730;
const LONGEST_MINUTES = 7 * 1440;
const MOST_PEOPLE = 100_000;
const LONGEST_WORDS = 100;
const MOST_MONEY = 1e12;

function two(number) {
  return String(number).padStart(2, "0");
}

/** Today, on the calendar of whoever looks. */
export const today = () => localDate(Date.now(), undefined);

/** What is asked for if nothing was chosen yet: tomorrow, at a common hour. */
export const usual = () => ({ date: plusDays(today(), 1), time: "10:00", minutes: "120" });

export class SearchForm extends View {
  static properties = {
    values: { attribute: false },
    timeOnly: { type: Boolean },
    mistakes: { attribute: false },
  };

  constructor() {
    super();
    this.values = {};
    this.mistakes = {};
  }

  willUpdate(changed) {
    // An address may ask for anything.
    if (changed.has("values")) this.mistakes = this.values.date ? check({ ...usual(), ...this.values }) : {};
  }

  render() {
    const say = words();
    const chosen = { ...usual(), ...this.values };
    return html`
      <form class="search ${this.timeOnly ? "compact" : ""}" novalidate @submit=${this.submit}>
        ${this.field("date", say.date, html`
          <date-field name="date" .value=${isDate(chosen.date) ? chosen.date : usual().date} .least=${today()}
            .most=${plusDays(today(), FURTHEST_DAYS)} ?invalid=${!!this.mistakes.date}></date-field>`)}
        ${this.field("time", say.start, html`
          <select id="time" name="time" aria-invalid=${!!this.mistakes.time} aria-describedby="time-error">
            ${this.choices(QUARTERS, isTime(chosen.time) ? chosen.time : usual().time, (time) => time)}</select>`)}
        ${this.field("minutes", say.duration, html`
          <select id="minutes" name="minutes" aria-invalid=${!!this.mistakes.minutes} aria-describedby="minutes-error">
            ${this.choices(LENGTHS.map(String), isLength(chosen.minutes) ? chosen.minutes : usual().minutes, (minutes) => duration(+minutes))}
          </select>`)}
        ${this.timeOnly
          ? nothing
          : html`
              ${this.field("people", say.people, html`
                <input id="people" name="people" inputmode="numeric" autocomplete="off" placeholder=${say.anyPeople}
                  .value=${chosen.people ?? ""} aria-invalid=${!!this.mistakes.people} aria-describedby="people-error">`)}
              ${this.field("maximum", say.maximum, html`
                <input id="maximum" name="maximum" inputmode="numeric" autocomplete="off" placeholder=${say.anyPeople}
                  .value=${chosen.maximum ?? ""} aria-invalid=${!!this.mistakes.maximum} aria-describedby="maximum-error">`)}
              ${this.field("words", say.words, html`
                <input id="words" name="words" type="search" autocomplete="off" enterkeyhint="search" placeholder=${say.wordsHint}
                  .value=${chosen.words ?? ""} aria-invalid=${!!this.mistakes.words} aria-describedby="words-error">`)}
            `}
        <button class="button primary submit">${icon("search")}${this.timeOnly ? say.show : say.search}</button>
      </form>
    `;
  }

  field(name, label, input) {
    const mistake = this.mistakes[name];
    return html`
      <div class="field of-${name}">
        <label for=${name} id="${name}-label">${label}</label>${input}
        <span class="error" id="${name}-error" ?hidden=${!mistake}>${mistake ? html`${icon("warning")}${words()[mistake]}` : nothing}</span>
      </div>
    `;
  }

  /** What an address asks for may not be among the usual choices. */
  choices(usualOnes, chosen, label) {
    const all = usualOnes.includes(chosen) ? usualOnes : [...usualOnes, chosen];
    return all.map((value) => html`<option value=${value} .selected=${value === chosen}>${label(value)}</option>`);
  }

  submit(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const wish = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, plain(value)]));
    this.mistakes = check(wish);
    const first = Object.keys(this.mistakes)[0];
    if (first) this.renderRoot.querySelector(`#${first}`).focus();
    else this.say("look", wish);
  }
}

/** Full-width digits of a Japanese keyboard are digits too. */
const plain = (text) => text.trim().replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));

const isWhole = (text, least, most) => /^[0-9]{1,13}$/.test(text) && +text >= least && +text <= most;
const isTime = (text) => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text);
const isLength = (text) => isWhole(text, 1, LONGEST_MINUTES);

/** What is wrong with a wish, by field: the name of what to say about it. */
export function check(wish) {
  const mistakes = {};
  if (!isDate(wish.date)) mistakes.date = "needDate";
  else if (wish.date < plusDays(today(), -1)) mistakes.date = "pastDate"; // it may still be yesterday at the venue
  else if (wish.date > plusDays(today(), FURTHEST_DAYS)) mistakes.date = "farDate";
  if (!isTime(wish.time)) mistakes.time = "badTime";
  if (!isLength(wish.minutes)) mistakes.minutes = "badLength";
  if (wish.people && !isWhole(wish.people, 1, MOST_PEOPLE)) mistakes.people = "badPeople";
  if (wish.words && wish.words.length > LONGEST_WORDS) mistakes.words = "longWords";
  if (wish.maximum && !isWhole(wish.maximum, 0, MOST_MONEY)) mistakes.maximum = "badMaximum";
  return mistakes;
}

customElements.define("search-form", SearchForm);
