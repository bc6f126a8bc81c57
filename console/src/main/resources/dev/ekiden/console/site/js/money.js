// US dollars, with as many digits as a small amount needs.
import { locale } from "./i18n.js";

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
