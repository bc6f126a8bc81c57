// Times: relative where one is read at a glance, absolute with the zone for whoever looks closer.
import { html, nothing } from "lit";
import { preference } from "/console/design/preferences.js";
import { Element } from "./element.js";
import { locale } from "./i18n.js";
import { duration } from "./numbers.js";

/** The zone times are shown in: the browser's, or the one chosen. */
export function zone() {
  const chosen = preference("zone");
  return chosen === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : chosen;
}

/** 2026-11-21 18:04:05 GMT+9, in the zone that is shown or another. */
export function absolute(at, { inZone = zone(), seconds = true } = {}) {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: inZone,
    year: "numeric",
    month: "short",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: seconds ? "2-digit" : undefined,
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(new Date(at));
}

/** The time of day, for axes and logs. */
export function clock(at, { millis = false, seconds = true } = {}) {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: zone(),
    hour: "2-digit",
    minute: "2-digit",
    second: seconds ? "2-digit" : undefined,
    fractionalSecondDigits: millis ? 3 : undefined,
    hourCycle: "h23",
  }).format(new Date(at));
}

const steps = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", Infinity],
];

/** "3 minutes ago", "in 2 hours". */
export function relative(at, now = Date.now()) {
  let amount = (new Date(at).getTime() - now) / 1_000;
  for (const [unit, size] of steps) {
    if (Math.abs(Math.round(amount)) < size) {
      return new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" }).format(Math.round(amount), unit);
    }
    amount /= size;
  }
}

// One timer for all times on the page.
const ticking = new Set();
setInterval(() => ticking.forEach((element) => element.requestUpdate()), 1_000);

class Ticking extends Element {
  connectedCallback() {
    super.connectedCallback();
    ticking.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    ticking.delete(this);
  }
}

/** How long ago, or how soon; the exact time on hover, and on focus where `focusable`. */
class TimeAgo extends Ticking {
  static properties = { at: {}, focusable: { type: Boolean } };

  render() {
    if (!this.at) return "–";
    return html`<time
      datetime=${this.at}
      data-tip=${absolute(this.at)}
      tabindex=${this.focusable ? 0 : nothing}
      >${relative(this.at)}</time
    >`;
  }
}
customElements.define("time-ago", TimeAgo);

/** How long something took, or takes up to now. */
class TimeSpan extends Ticking {
  static properties = { from: {}, to: {} };

  render() {
    const end = this.to ? new Date(this.to) : new Date();
    return html`<span class="number">${duration(Math.max(0, (end - new Date(this.from)) / 1_000))}</span>`;
  }
}
customElements.define("time-span", TimeSpan);
