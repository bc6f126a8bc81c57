package dev.ekiden.calendar.files;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * How to import.
 *
 * @param atomic all or nothing, in one transaction, which holds its locks to the end; else good
 *     rows are kept, some thousand in each transaction
 * @param charset of the files; a byte order mark of UTF-8 is skipped
 */
public record ImportOptions(boolean atomic, Charset charset) {

  /** Keeps good rows; UTF-8. */
  public static final ImportOptions DEFAULT = new ImportOptions(false, StandardCharsets.UTF_8);

  /** All or nothing; UTF-8. */
  public static final ImportOptions ATOMIC = new ImportOptions(true, StandardCharsets.UTF_8);
}
