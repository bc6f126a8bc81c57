package dev.ekiden.fleet.decide;

import dev.ekiden.fleet.Term;
import java.util.List;

/**
 * How many workers a policy asks for, before minimum and maximum.
 *
 * @param atLeast below it, workers start
 * @param atMost above it, idle workers stop; at least {@code atLeast}, and more where the rule
 *     keeps a distance so that it does not undo itself
 * @param because the figures and the term that won
 * @param rejected the terms that did not
 */
record Need(int atLeast, int atMost, List<Term> because, List<Term> rejected) {
  static Need of(int workers, Term because) {
    return new Need(workers, workers, List.of(because), List.of());
  }
}
