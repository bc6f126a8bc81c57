package dev.ekiden.bench.chaos;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a process and PostgreSQL, and can cut its connections, slow them down or let them
 * carry nothing. Thread-safe.
 */
final class Proxy implements AutoCloseable {
  private static final int BUFFER = 65_536;

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final DatabaseAddress address;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean swallows; // guarded by lock
  private volatile long delayMillis;
  private volatile boolean closed;

  private Proxy(ServerSocket listener, DatabaseAddress server) {
    this.listener = listener;
    URI uri = URI.create(server.url().substring("jdbc:".length()));
    target = new InetSocketAddress(uri.getHost(), uri.getPort());
    address =
        new DatabaseAddress(
            "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + uri.getPath(),
            server.user(),
            server.password());
  }

  static Proxy before(DatabaseAddress server) {
    try {
      Proxy proxy = new Proxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
      Thread.ofVirtual().name("proxy").start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The database by way of this proxy. */
  DatabaseAddress address() {
    return address;
  }

  /** Ends all connections there are. */
  void cut() {
    sockets.forEach(Proxy::end);
  }

  /** Every piece of what is sent takes so long from now on; 0 for no delay. */
  void delay(long millis) {
    delayMillis = millis;
  }

  /** Carries nothing from now on, or carries again what was held up and what comes. */
  void swallow(boolean value) {
    lock.lock();
    try {
      swallows = value;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    swallow(false);
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket near = listener.accept();
        Thread.ofVirtual().name("proxy").start(() -> connect(near));
      } catch (IOException e) {
        if (!closed) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void connect(Socket near) {
    Socket far = new Socket();
    sockets.add(near);
    sockets.add(far);
    try {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target);
    } catch (IOException e) {
      end(near);
      end(far);
      sockets.remove(near);
      sockets.remove(far);
      return;
    }
    Thread.ofVirtual().name("proxy").start(() -> carry(near, far));
    carry(far, near);
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (delayMillis > 0) {
          Thread.sleep(delayMillis);
        }
        awaitOpen();
        out.write(buffer, 0, count);
        out.flush();
      }
    } catch (IOException e) {
      // One side has gone: so does the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(from);
      end(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private void awaitOpen() throws InterruptedException {
    lock.lock();
    try {
      while (swallows) {
        opened.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void end(Socket socket) {
    try {
      // Not a polite end but a reset, as when a machine in between forgets the connection.
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It is closed already.
    }
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
