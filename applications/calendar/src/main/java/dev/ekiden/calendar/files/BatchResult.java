package dev.ekiden.calendar.files;

import dev.ekiden.calendar.availability.Problem;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;

/** What became of the rows of a batch; added to the report once the batch is in. */
final class BatchResult {

  private static final Pattern UPPER_CASE = Pattern.compile("[A-Z]");

  private final CalendarFile file;
  private final String name;
  private final RowCounts counts = new RowCounts();
  private final Problems problems;

  BatchResult(CalendarFile file, String name, int problemLimit) {
    this.file = file;
    this.name = name;
    this.problems = new Problems(problemLimit);
  }

  String name() {
    return name;
  }

  void count(RowCounts.Status status) {
    counts.count(status);
  }

  /** Refuses a row for a reason of the reader. */
  void refuse(ImportProblem problem) {
    counts.countRefused();
    problems.add(problem);
  }

  /** A problem of the file that is no row's. */
  void problem(ImportProblem problem) {
    problems.add(problem);
  }

  /** Refuses a row for a problem of one cell. */
  void refuse(Row row, String column, String reason) {
    refuse(new ImportProblem(name, row.line(), column, row.text(column), reason));
  }

  /**
   * Refuses a row for all that is wrong with it.
   *
   * @param mainColumn stands for fields that are no column of the file
   */
  void refuse(Row row, String mainColumn, Collection<Problem> found) {
    counts.countRefused();
    for (Problem problem : found) {
      String column = columnOf(problem.field());
      boolean known = file.has(column);
      problems.add(
          new ImportProblem(
              name,
              row.line(),
              known ? column : mainColumn,
              known && row.has(column) ? row.text(column) : problem.value(),
              problem.reason()));
    }
  }

  RowCounts counts() {
    return counts;
  }

  Problems problems() {
    return problems;
  }

  /** {@code minimumNoticeMinutes} is column {@code minimum_notice_minutes}. */
  static String columnOf(String field) {
    return UPPER_CASE.matcher(field).replaceAll("_$0").toLowerCase(Locale.ROOT);
  }
}
