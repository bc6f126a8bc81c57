package dev.ekiden.bench.chaos;

/** Something that a handler did, or that was done to the run. */
enum Act {
  /** A handler began. */
  BEGIN,
  /** It did its work; the note says what version of its key it saw. */
  DONE,
  /** It threw. */
  FAILED,
  /** It was interrupted. */
  INTERRUPTED,
  /** It read its checkpoint; the note says which step it was. */
  LOADED,
  /** It kept a checkpoint of the step of the note. */
  SAVED,
  /** It is about to end its Java virtual machine. */
  CRASH,
  /** The queue of the note is paused. */
  PAUSED,
  /** It is about to be resumed. */
  RESUMING,
  /** The group of the note is held. */
  HELD,
  /** It is about to be released. */
  RELEASING,
  /** The stopped SERIAL key of the note is about to be let go. */
  LETTING_GO
}
