import { html, nothing } from "lit";
import { Problem } from "./api.js";
import { Element } from "./element.js";
import { connection } from "./events.js";
import { failureNotice } from "./components/failure.js";
import { loading } from "./components/loading.js";

/**
 * A screen shows what `load` answers, and loads again when a topic of its changed. While it loads the first time it shows
 * that; when a later load fails it says so and keeps what it has.
 */
export class Screen extends Element {
  static properties = {
    params: { attribute: false },
    query: { attribute: false },
    data: { state: true },
    failure: { state: true },
  };

  /** Which changes concern it. */
  topics = [];

  #asked = null;
  #again = false;

  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = connection.subscribe(this.topics, (changed) => this.reload({ changed }));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe();
    this.#asked?.abort();
  }

  willUpdate(changed) {
    if (changed.has("query") || changed.has("params")) this.reload({ anew: true });
  }

  /** Asks the server again; calls while an answer is awaited become one. */
  async reload({ anew = false } = {}) {
    if (this.#asked && !anew) {
      this.#again = true;
      return;
    }
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    this.toggleAttribute("data-busy", anew);
    try {
      const data = await this.load(asked.signal);
      if (asked.signal.aborted) return;
      this.data = data;
      this.failure = null;
    } catch (failure) {
      if (asked.signal.aborted) return;
      if (!(failure instanceof Problem)) throw failure;
      this.failure = failure;
    } finally {
      if (this.#asked === asked) {
        this.#asked = null;
        this.removeAttribute("data-busy");
        if (this.#again) {
          this.#again = false;
          this.reload();
        }
      }
    }
  }

  render() {
    if (this.data) {
      return html`${this.failure && !this.failure.passing ? failureNotice(this.failure) : nothing}${this.view(this.data)}`;
    }
    if (this.failure) return failureNotice(this.failure, () => this.reload());
    return loading();
  }
}
