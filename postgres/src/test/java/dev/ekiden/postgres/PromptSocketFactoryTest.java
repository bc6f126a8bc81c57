package dev.ekiden.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

/** A look with a timeout of 1 ms waits for nothing, and every other read waits as it should. */
class PromptSocketFactoryTest {
  @Test
  void aLookFindsOnlyWhatIsThere() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket =
            new PromptSocketFactory().createSocket(server.getInetAddress(), server.getLocalPort());
        Socket other = server.accept()) {
      InputStream in = socket.getInputStream();
      socket.setSoTimeout(60_000);

      socket.setSoTimeout(1);
      assertThat(socket.getSoTimeout()).isEqualTo(1);
      assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
      assertThatThrownBy(() -> in.read(new byte[8])).isInstanceOf(SocketTimeoutException.class);

      other.getOutputStream().write(new byte[] {7, 8, 9});
      socket.setSoTimeout(60_000);
      assertThat(socket.getSoTimeout()).isEqualTo(60_000);
      assertThat(in.read()).as("a read waits for what comes").isEqualTo(7);

      socket.setSoTimeout(1);
      assertThat(in.read(new byte[8])).as("the rest is there already").isEqualTo(2);
      socket.setSoTimeout(2);
      assertThatThrownBy(in::read)
          .as("this one waited")
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageNotContaining("nothing is there");
    }
  }
}
