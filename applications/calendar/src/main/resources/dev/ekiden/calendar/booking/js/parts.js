// Small pieces that several screens show.
import { html, nothing } from "lit";
import { ROOT } from "./address.js";
import { duration, money } from "./format.js";
import { explain, words } from "./words.js";

const SPRITE = `${ROOT}/design/icons.svg`;

/** Draws an icon of the sprite, which is part of the page once it has come: a lost connection must not lack its sign. */
export const icon = (name, large = false) => html`
  <svg class="icon ${large ? "large" : ""}" aria-hidden="true"><use href="#icon-${name}"></use></svg>
`;

/** As a document, for no text of ours may become one. */
function drawIcons({ target }) {
  const sprite = target.responseXML?.documentElement;
  if (!sprite) return; // words say what icons do
  for (const symbol of sprite.querySelectorAll("[id]")) symbol.id = `icon-${symbol.id}`;
  sprite.setAttribute("class", "unseen");
  sprite.setAttribute("aria-hidden", "true");
  document.body.append(document.adoptNode(sprite));
}

const asked = new XMLHttpRequest();
asked.responseType = "document";
asked.onload = drawIcons;
asked.open("GET", SPRITE);
asked.send();

const signs = { warning: "warning", bad: "failed", good: "check", info: "info" };

export const notice = (kind, content) => html`
  <div class="notice ${kind}" role=${kind === "bad" ? "alert" : "status"}>${icon(signs[kind] ?? "info")}<div class="stack tight">${content}</div></div>
`;

export const failed = (failure, again) =>
  notice("bad", html`
    <p>${explain(failure)}</p>
    <p><button class="button" type="button" @click=${again}>${icon("retry")}${words().retry}</button></p>
  `);

/** Stands where the content will be, of about its height. */
export const skeleton = (count) => html`
  <div class="skeletons" role="status"><span class="unseen">${words().loading}</span>
    ${Array.from({ length: count }, () => html`<div class="skeleton" aria-hidden="true"></div>`)}
  </div>
`;

/** Where nobody has entered a space yet; those who can are told how. */
export const noSpacesYet = () => html`
  <div class="empty card">
    ${icon("schedules", true)}
    <p class="unseen" role="status">${words().noSpacesYet}</p>
    <h2>${words().noSpacesYet}</h2>
    <p>${words().noSpacesYetLead}</p>
    <p class="command"><code>./ekiden calendar import DIRECTORY</code></p>
  </div>
`;

/** In the place of a photo: the first letter of the name, on a colour of its own. */
export function tile(space, large = false) {
  const tone = [...space.code].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 8;
  return html`<span class="tile tone-${tone} ${large ? "large" : ""}" aria-hidden="true">${[...space.name][0]}</span>`;
}

export const holds = (capacity) =>
  capacity ? html`<span class="fact">${icon("people")}${words().holds(capacity)}</span>` : nothing;

/** The price of an hour, of which a booking of so many minutes is made. */
export function anHour(price, minutes) {
  const exact = (price.slotSum * 60) / minutes;
  const text = money(Math.round(exact), price.currency);
  return Number.isInteger(exact) ? words().perHour(text) : words().onAverage(text);
}

/** What the price is made of, line by line, ending in what is paid. */
export function breakdown(price, minutes, stretches = []) {
  const say = words();
  const amount = (value) => money(value, price.currency);
  const onTop = price.total - price.afterMinimum;
  const line = (name, value, kind = "") => html`<div class=${kind}><dt>${name}</dt><dd class="number">${value}</dd></div>`;
  return html`
    <dl class="breakdown">
      ${stretches.length > 1
        ? stretches.map((stretch) => line(`${stretch.hours} · ${say.perHour(amount(stretch.anHour))}`, amount(stretch.sum)))
        : line(`${say.hours} · ${duration(minutes)} · ${anHour(price, minutes)}`, amount(price.slotSum))}
      ${price.afterDayPrice < price.slotSum ? line(say.dayCap, `−${amount(price.slotSum - price.afterDayPrice)}`) : nothing}
      ${price.afterMinimum > price.afterDayPrice
        ? line(say.atLeast, `+${amount(price.afterMinimum - price.afterDayPrice)}`)
        : nothing}
      ${onTop > 0 ? line(say.tax, `+${amount(onTop)}`) : nothing}
      ${line(say.total, amount(price.total), "total")}
      ${onTop === 0 && price.tax > 0 ? html`<div class="aside"><dt></dt><dd>${say.taxIncluded(amount(price.tax))}</dd></div>` : nothing}
    </dl>
  `;
}

/** Whether the person's own clock differs from the venue's at that moment. */
export function elsewhere(zone, time = Date.now()) {
  const on = (timeZone) => new Date(time).toLocaleString("en", { timeZone });
  return on(zone) !== on(undefined);
}

export const cancelTerms = (policy) => {
  const say = words();
  if (policy.cancelFeePercent === 0) return say.cancelFree;
  if (policy.freeCancelMinutes === 0) return say.cancelUntil(duration(0), policy.cancelFeePercent);
  return say.cancelUntil(duration(policy.freeCancelMinutes), policy.cancelFeePercent);
};
