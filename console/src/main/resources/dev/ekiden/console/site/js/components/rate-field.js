import { html } from "lit";
import { Problem } from "../api.js";
import { t } from "../i18n.js";

/** The server's: no more starts than these in a time. */
const mostStarts = 1_000_000;

const periods = { s: 1, m: 60, h: 3_600 };

/** How fast many jobs may be started; empty for all at once. */
export function rateField() {
  return html`<fieldset class="field rate">
    <legend class="label">${t("rate.title")}</legend>
    <div class="row">
      <input name="starts" type="number" min="1" max=${mostStarts} step="1" inputmode="numeric" autocomplete="off" aria-label=${t("rate.starts")} aria-describedby="rate-hint" />
      <select name="period" aria-label=${t("rate.period")}>
        ${Object.keys(periods).map((unit) => html`<option value=${unit}>${t(`rate.per.${unit}`)}</option>`)}
      </select>
    </div>
    <span class="hint" id="rate-hint">${t("rate.hint")}</span>
  </fieldset>`;
}

/** What the field says, as the API has it: undefined where it is empty. Throws a Problem where it is no rate. */
export function rateOf({ starts = "", period }) {
  if (starts.trim() === "") return undefined;
  const number = Number(starts);
  if (!Number.isInteger(number) || number < 1 || number > mostStarts) {
    throw new Problem({ code: "invalid-rate", detail: t("rate.wrong", { most: mostStarts, starts }), field: "starts" });
  }
  return { starts: number, periodSeconds: periods[period] };
}

/** The same for the command line: "10/m". */
export function rateOption(fields) {
  const rate = rateOf(fields);
  return rate && `${rate.starts}/${fields.period}`;
}
