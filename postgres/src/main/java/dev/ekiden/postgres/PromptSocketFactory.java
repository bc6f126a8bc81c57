package dev.ekiden.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets on which notifications arrive without a wait. Before pgjdbc hands a notification
 * over, it looks for another one by reading with a timeout of 1 ms, so that each arrives that much
 * later. On these sockets such a read ends at once when nothing is there; what comes later is in
 * the next look. Public, with this constructor, because pgjdbc makes it by its name.
 */
public final class PromptSocketFactory extends SocketFactory {
  /** The timeout by which pgjdbc means: only what is there. */
  private static final int LOOK_MILLIS = 1;

  private static final class PromptSocket extends Socket {
    private volatile boolean looks;

    @Override
    public void setSoTimeout(int millis) throws SocketException {
      looks = millis == LOOK_MILLIS;
      if (!looks) {
        super.setSoTimeout(millis);
      }
    }

    @Override
    public int getSoTimeout() throws SocketException {
      return looks ? LOOK_MILLIS : super.getSoTimeout();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          requireSome();
          return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          requireSome();
          return super.read(bytes, offset, length);
        }

        private void requireSome() throws IOException {
          if (looks && available() == 0) {
            throw new SocketTimeoutException("nothing is there");
          }
        }
      };
    }
  }

  @Override
  public Socket createSocket() {
    return new PromptSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  private Socket connected(InetSocketAddress address, @Nullable InetSocketAddress local)
      throws IOException {
    Socket socket = createSocket();
    try {
      socket.bind(local);
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
