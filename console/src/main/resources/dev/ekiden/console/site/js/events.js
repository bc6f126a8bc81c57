// One stream of events for the whole page. The server says that something changed, never what: who shows it asks again.
// The stream is also how the page knows whether the server is there.
import { api, search, signedOut } from "./api.js";

const firstPause = 500;
const longestPause = 5_000;

/** "connecting", "live" or "away"; tells "state" when that changes. */
class Connection extends EventTarget {
  state = "connecting";
  awaySince = null;
  #source = null;
  #job = null;
  #pause = firstPause;
  #timer = 0;
  #subscribers = new Set();

  start() {
    // A browser gives a server six connections in all: tabs nobody looks at give theirs back.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#open()));
    addEventListener("online", () => this.retry());
    if (!document.hidden) this.#open();
  }

  /** Calls back when one of the topics changed, or all may have; returns how to stop. */
  subscribe(topics, callback) {
    const subscriber = { topics, callback };
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Hears of one job too, by the topics "job" and "log"; null for none. */
  watch(job) {
    if (job === this.#job) return;
    this.#job = job;
    if (this.#source) this.#open();
  }

  retry() {
    this.#pause = firstPause;
    if (this.state === "away" && !document.hidden) this.#open();
  }

  #open() {
    this.#close();
    const source = new EventSource(api`/events` + search({ job: this.#job }));
    this.#source = source;
    source.addEventListener("ready", () => {
      this.#pause = firstPause;
      this.#become("live");
      this.#tell(() => true);
    });
    source.addEventListener("changed", (event) => {
      const { topics } = JSON.parse(event.data);
      this.#tell((topic) => topics.includes(topic));
    });
    source.addEventListener("error", () => {
      this.#close();
      this.#become("away");
      // Somewhat at random, so that a server that comes back is not met by all pages at once.
      this.#timer = setTimeout(() => this.#open(), this.#pause * (0.75 + Math.random() / 2));
      this.#pause = Math.min(2 * this.#pause, longestPause);
      this.#findOutWhy();
    });
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  /** An event source does not say that a session has ended. */
  async #findOutWhy() {
    try {
      const answer = await fetch(api`/status`);
      if (answer.status === 401) signedOut.dispatchEvent(new Event("signed-out"));
    } catch {
      // away
    }
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.awaySince = state === "away" ? new Date() : null;
    this.dispatchEvent(new Event("state"));
  }

  #tell(concerns) {
    for (const { topics, callback } of this.#subscribers) {
      const changed = topics.filter(concerns);
      if (changed.length > 0) callback(changed);
    }
  }
}

export const connection = new Connection();
