package dev.ekiden.launch.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A file of a log: frames that follow each other. A frame is what was read from one stream at one
 * time: a byte for the stream, eight for the milliseconds, four for the length, then the bytes.
 *
 * @param start how many bytes of frames came before it, kept or not
 * @param file named after the start
 */
record LogSegment(long start, Path file) implements Comparable<LogSegment> {

  static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;
  static final int MAX_FRAME_BYTES = 128 * 1024;

  static LogSegment at(Path directory, long start) {
    return new LogSegment(start, directory.resolve("%019d".formatted(start)));
  }

  /** The segments that are there, in order. */
  static List<LogSegment> in(Path directory) throws IOException {
    List<LogSegment> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        segments.add(new LogSegment(Long.parseLong(file.getFileName().toString()), file));
      }
    }
    Collections.sort(segments);
    return segments;
  }

  @Override
  public int compareTo(LogSegment other) {
    return Long.compare(start, other.start);
  }
}
