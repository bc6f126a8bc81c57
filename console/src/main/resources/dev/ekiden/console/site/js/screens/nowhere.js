import { html } from "lit";
import { empty } from "../components/empty.js";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { link } from "../router.js";

class NowhereScreen extends Element {
  render() {
    return html`${empty(t("nowhere.title"), t("nowhere.text"))}
      <p class="centered"><a href=${link("/")}>${t("overview.title")}</a></p>`;
  }
}
customElements.define("nowhere-screen", NowhereScreen);
