package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import dev.ekiden.server.Response.LiveSource;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of a listener that go on until somebody ends them. Each ends at once when its client
 * closes the connection, which is noticed because the connection becomes readable, and when the
 * listener stops. Thread-safe.
 */
final class LiveAnswers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveAnswers.class);

  private final Set<Answer> answers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** One that is being written, by the thread that made it. */
  private static final class Answer implements Callback {
    private final Thread thread = Thread.currentThread();
    private boolean over; // guarded by this
    private boolean ended; // guarded by this

    /** Somebody ends it from outside. */
    synchronized void end() {
      if (!over) {
        ended = true;
        thread.interrupt();
      }
    }

    /** It is not written any more; answers whether somebody ended it. */
    synchronized boolean over() {
      over = true;
      Thread.interrupted();
      return ended;
    }

    /** The client closed the connection, or sends what nobody asked for. */
    @Override
    public void succeeded() {
      end();
    }

    @Override
    public void failed(Throwable cause) {
      end();
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }
  }

  /** Writes until the source or somebody else ends it. */
  void run(Context context, LiveSource source) throws IOException {
    // The connection is not used again: it has been asked for its end.
    context.header("Connection", "close");
    EndPoint connection =
        ServletContextRequest.getServletContextRequest(context.req())
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint();
    Answer answer = new Answer();
    answers.add(answer);
    if (closed) {
      answers.remove(answer);
      throw ProblemException.of(503, "stopping", "the server stops");
    }
    try {
      if (!connection.tryFillInterested(answer)) {
        log.debug("A connection is read already: that its client leaves is noticed late");
      }
      source.write(context.res().getOutputStream());
      answer.over();
    } catch (IOException | InterruptedException e) {
      if (!answer.over() && e instanceof IOException failure) {
        throw failure;
      }
      log.debug("An answer that goes on was ended: {}", e.toString());
    } finally {
      answers.remove(answer);
    }
  }

  /** Ends all, and every one that is to begin. */
  @Override
  public void close() {
    closed = true;
    answers.forEach(Answer::end);
  }
}
