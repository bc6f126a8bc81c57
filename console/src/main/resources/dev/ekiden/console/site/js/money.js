// US dollars, with as many digits as a small amount needs.
import { locale } from "./i18n.js";

const least = 0.0001;

/** For tables, where what is next to nothing is told as that. */
export function roughly(dollars) {
  return dollars > 0 && dollars < least ? `< ${money(least)}` : money(dollars);
}

export function money(dollars) {
  const digits = dollars === 0 || dollars >= 1 ? 2 : Math.min(8, 2 - Math.floor(Math.log10(dollars)));
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(dollars);
}
