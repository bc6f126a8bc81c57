package dev.ekiden.calendar.files;

import java.util.List;

/**
 * What an import did.
 *
 * @param applied false if the import was atomic and had problems: then nothing was written
 * @param problems the first {@link #MAXIMUM_PROBLEMS} that were found, by file and line
 * @param omittedProblems how many more there were
 */
public record ImportReport(
    boolean applied, List<FileReport> files, List<ImportProblem> problems, long omittedProblems) {

  /** The most problems that a report lists. */
  public static final int MAXIMUM_PROBLEMS = 100_000;

  public ImportReport {
    files = List.copyOf(files);
    problems = List.copyOf(problems);
  }

  /** The report on one file. */
  public FileReport file(CalendarFile file) {
    return files.stream()
        .filter(report -> report.name().endsWith(file.fileName()))
        .findFirst()
        .orElseGet(() -> FileReport.empty(file.fileName()));
  }
}
