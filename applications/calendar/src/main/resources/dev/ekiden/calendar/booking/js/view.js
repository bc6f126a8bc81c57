// What all parts of the page have in common: they render into the page itself, so that its style sheets hold, follow the
// chosen language, and stop what they have asked for when they go.
import { LitElement } from "lit";
import { onPreference } from "../design/preferences.js";

export class View extends LitElement {
  #abort = null;
  #question = null;
  #unsubscribe = () => {};

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#unsubscribe = onPreference(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#unsubscribe();
    this.#abort?.abort();
    this.#question = null;
  }

  /**
   * Asks and renders the answer, unless the same question was asked last. A newer question makes an older answer void.
   * Meanwhile `loading` is true; a refusal is in `failure`.
   */
  async ask(question, asking, answered) {
    if (question === this.#question) return;
    this.#question = question;
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.loading = true;
    this.failure = null;
    this.requestUpdate();
    try {
      const answer = await asking(abort.signal);
      if (abort.signal.aborted) return;
      this.loading = false;
      await answered(answer, abort.signal);
    } catch (failure) {
      if (abort.signal.aborted) return;
      this.loading = false;
      this.failure = failure;
    }
    this.requestUpdate();
    await this.updateComplete;
    this.say("loaded");
  }

  /** Makes the next `ask` ask, whatever was asked before. */
  forget() {
    this.#question = null;
  }

  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
