package dev.ekiden.launch.ecs;

import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.TimedLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/**
 * Reads one page of a log stream. CloudWatch has positions of its own, but forgets them after a
 * day; ours are times.
 */
final class StreamLog {

  private final CloudWatchLogsClient logs;
  private final String group;
  private final String stream;

  StreamLog(CloudWatchLogsClient logs, String group, String stream) {
    this.logs = logs;
    this.group = group;
    this.stream = stream;
  }

  /**
   * Reads from a position on.
   *
   * @param ended whether nothing more will be written
   */
  LogPage read(LogPosition from, int maxBytes, boolean ended) {
    TimedLog page = new TimedLog(from, maxBytes);
    String token = null;
    while (!page.isFull()) {
      GetLogEventsResponse part;
      try {
        part = ask(page.since(), token);
      } catch (ResourceNotFoundException e) {
        break; // Nothing has been printed yet.
      }
      for (OutputLogEvent event : part.events()) {
        if (page.isFull()) {
          return page.page(false);
        }
        page.add(line(event));
      }
      // Pages may be empty with more behind them; the same token again says that none is.
      if (part.nextForwardToken() == null || part.nextForwardToken().equals(token)) {
        return page.page(ended);
      }
      token = part.nextForwardToken();
    }
    return page.page(ended && !page.isFull());
  }

  private GetLogEventsResponse ask(Instant since, @Nullable String token) {
    return logs.getLogEvents(request ->
        request
            .logGroupName(group)
            .logStreamName(stream)
            .startTime(since.toEpochMilli())
            .startFromHead(true)
            .nextToken(token));
  }

  private static LogLine line(OutputLogEvent event) {
    return new LogLine(
        Instant.ofEpochMilli(event.timestamp()),
        LogLine.Stream.STDOUT,
        (event.message() + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
