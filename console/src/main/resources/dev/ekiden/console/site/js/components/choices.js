import { html } from "lit";
import { prefer, preference } from "/console/design/preferences.js";
import { Element } from "../element.js";
import { locale, locales, t } from "../i18n.js";
import { icon } from "./icon.js";

const themes = ["system", "light", "dark"];

/** Theme, language and time zone of this browser. */
class Choices extends Element {
  static properties = { allZones: { state: true } };

  /** The zones of the world, four hundred and more, are there once somebody wants to choose. */
  showZones() {
    this.allZones = true;
  }

  render() {
    return html`<div class="choices">
      <div class="segments" role="group" aria-label=${t("choices.theme")}>
        ${themes.map(
          (theme) => html`<button
            class="button icon-only"
            aria-pressed=${preference("theme") === theme}
            aria-label=${t(`choices.${theme}`)}
            data-tip=${t(`choices.${theme}`)}
            @click=${() => prefer("theme", theme)}
          >
            ${icon(theme)}
          </button>`,
        )}
      </div>
      <select class="input" aria-label=${t("choices.language")} @change=${(event) => prefer("locale", event.target.value)}>
        ${Object.entries(locales).map(
          ([name, text]) => html`<option value=${name} lang=${name} ?selected=${name === locale()}>${text}</option>`,
        )}
      </select>
      <select class="input" aria-label=${t("choices.zone")} @pointerenter=${this.showZones} @focus=${this.showZones} @change=${(event) => prefer("zone", event.target.value)}>
        ${zones(this.allZones).map(
          ([name, text]) => html`<option value=${name} ?selected=${name === preference("zone")}>${text}</option>`,
        )}
      </select>
    </div>`;
  }
}
customElements.define("user-choices", Choices);

/** The browser's own zone first, then the one nobody argues with, then all. */
function zones(all) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = all ? Intl.supportedValuesOf("timeZone") : [preference("zone")];
  const others = known.filter((name) => name !== own && name !== "UTC" && name !== "local");
  return [["local", t("choices.localZone", own)], ["UTC", "UTC"], ...others.map((name) => [name, name])];
}
