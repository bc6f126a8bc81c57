import { html, nothing, render } from "lit";
import { Problem } from "../api.js";
import { t } from "../i18n.js";
import { failureNotice } from "./failure.js";
import "./copy-menu.js";

/**
 * Asks before something is done: what it would do comes first, then the button that does it. Resolves to what `act`
 * answered, or to null when it was called off. What goes wrong is told in the dialog, which stays.
 *
 * - `body`: what it does, a template; it may hold fields, which `act` gets as an object
 * - `foresee`: async, answers a template that says how much it concerns, shown above the buttons, and whether there is any
 * - `cli`, `curl`: what does the same, as text or made of the fields; none while the fields are not valid
 */
export function ask({ title, body = nothing, foresee, act, doIt, danger = false, cli, curl, wide = false }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.classList.toggle("wide", wide);
    dialog.setAttribute("aria-labelledby", "ask-title");
    const now = { busy: Boolean(foresee), effect: null, none: false, failure: null };
    let answer = null;

    const fields = () => Object.fromEntries(new FormData(dialog.querySelector("form") ?? undefined));
    const command = (made) => {
      if (typeof made !== "function") return made;
      try {
        return made(fields());
      } catch (mistake) {
        if (mistake instanceof Problem) return undefined;
        throw mistake;
      }
    };

    const draw = () =>
      render(
        html`<form method="dialog" @submit=${submit} @input=${() => draw()} novalidate>
          <h2 id="ask-title">${title}</h2>
          ${body}
          ${foresee
            ? html`<div class="effect" role="status">${now.effect ?? (now.failure ? nothing : t("ask.counting"))}</div>`
            : nothing}
          ${now.failure ? failureNotice(now.failure) : nothing}
          <div class="actions">
            ${cli || curl ? html`<copy-menu .cli=${command(cli)} .curl=${command(curl)} .label=${doIt}></copy-menu>` : nothing}
            <span class="grow"></span>
            <button class="button" type="button" @click=${() => dialog.close()}>${t("action.back")}</button>
            <button class="button ${danger ? "danger" : "primary"}" ?disabled=${now.busy || now.none}>${doIt}</button>
          </div>
        </form>`,
        dialog,
      );

    const during = async (step) => {
      now.busy = true;
      now.failure = null;
      draw();
      try {
        return await step();
      } catch (failure) {
        if (!(failure instanceof Problem)) throw failure;
        now.failure = failure;
      } finally {
        now.busy = false;
        draw();
      }
    };

    /** The field that is wrong, until something else is typed into it. */
    const mark = (name) => {
      const field = dialog.querySelector(`[name="${name}"]`);
      field?.setAttribute("aria-invalid", "true");
      field?.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
      field?.focus();
    };

    const submit = async (event) => {
      event.preventDefault();
      const result = await during(() => act(fields()));
      if (now.failure) return mark(now.failure.field);
      answer = result ?? true;
      dialog.close();
    };

    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    draw();
    document.body.append(dialog);
    dialog.showModal();
    draw(); // the commands, of fields that are there now
    if (foresee) {
      now.none = true;
      during(async () => {
        const { text, none } = await foresee();
        now.effect = text;
        now.none = Boolean(none);
      });
    }
  });
}
