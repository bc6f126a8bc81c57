package dev.ekiden.calendar.files;

import java.util.ArrayList;
import java.util.List;

/** Collects problems up to the limit of a report. Confined to one thread. */
final class Problems {

  private final int limit;
  private final List<ImportProblem> listed = new ArrayList<>();
  private long omitted;

  Problems(int limit) {
    this.limit = limit;
  }

  void add(ImportProblem problem) {
    if (listed.size() < limit) {
      listed.add(problem);
    } else {
      omitted++;
    }
  }

  void addAll(Problems other) {
    other.listed.forEach(this::add);
    omitted += other.omitted;
  }

  boolean isEmpty() {
    return listed.isEmpty() && omitted == 0;
  }

  List<ImportProblem> listed() {
    return listed;
  }

  long omitted() {
    return omitted;
  }
}
