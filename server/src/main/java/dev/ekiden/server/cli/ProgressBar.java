package dev.ekiden.server.cli;

import dev.ekiden.server.config.Durations;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far something is: a bar that is redrawn where somebody watches, else a line every ten
 * seconds and one at the end. Thread-safe.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintWriter out;
  private final boolean interactive;
  private final String what;
  private final long total;
  private final LongSupplier nanoTime;
  private final long startedAt;
  private long done;
  private long drawnAt;
  private boolean closed;

  /**
   * @param total how much there is to do; 0 when that is not known
   * @param nanoTime a monotonic clock
   */
  ProgressBar(Terminal terminal, String what, long total, LongSupplier nanoTime) {
    this.out = terminal.err();
    this.interactive = terminal.interactive();
    this.what = what;
    this.total = total;
    this.nanoTime = nanoTime;
    this.startedAt = nanoTime.getAsLong();
    this.drawnAt = startedAt - (interactive ? REDRAW_NANOS : 0);
  }

  /** Starts to show progress. */
  public static ProgressBar start(Terminal terminal, String what, long total) {
    return new ProgressBar(terminal, what, total, System::nanoTime);
  }

  /** So much more is done. */
  public synchronized void advance(long amount) {
    moveTo(done + amount);
  }

  /** So much is done in all. */
  public synchronized void moveTo(long amount) {
    done = amount;
    long now = nanoTime.getAsLong();
    if (!closed && now - drawnAt >= (interactive ? REDRAW_NANOS : LINE_NANOS)) {
      drawnAt = now;
      draw(now);
    }
  }

  /** Shows the final figures. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    draw(nanoTime.getAsLong());
    if (interactive) {
      out.println();
    }
    out.flush();
  }

  private void draw(long now) {
    if (interactive) {
      // Back to the start of the line, and away with what a longer text left there.
      out.print("\r" + text(now) + "\u001b[K");
    } else {
      out.println(text(now));
    }
    out.flush();
  }

  private String text(long now) {
    double seconds = Math.max(1e-9, (now - startedAt) / 1e9);
    String rate = String.format(Locale.ROOT, "%,.0f/s", done / seconds);
    String time = Durations.format(Duration.ofNanos(now - startedAt));
    if (total <= 0) {
      return String.format(Locale.ROOT, "%s  %,d  %s  %s", what, done, rate, time);
    }
    double part = Math.min(1, (double) done / total);
    int filled = (int) Math.round(part * WIDTH);
    String bar = interactive ? "█".repeat(filled) + "░".repeat(WIDTH - filled) + "  " : "";
    return String.format(
        Locale.ROOT,
        "%s  %s%3.0f %%  %,d of %,d  %s  %s",
        what,
        bar,
        part * 100,
        done,
        total,
        rate,
        time);
  }
}
