package dev.ekiden.launch.process;

import dev.ekiden.launch.Resources;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a supervisor is told to start. It goes through a pipe, for it holds secrets; an order that
 * breaks off, because the sender was killed, is none.
 *
 * @param arguments the program and its arguments
 * @param environment all of it
 * @param secretFiles name and content of files that are removed when the program has ended
 * @param workingDirectory where the program starts
 * @param resources what it may use
 * @param log how much of its output is kept
 */
record Order(
    List<String> arguments,
    Map<String, String> environment,
    Map<String, String> secretFiles,
    String workingDirectory,
    Resources resources,
    LogLimits log) {

  private static final int END = 0x656b6964;
  private static final int MAX_STRING_BYTES = 16 * 1024 * 1024;

  void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    write(out, arguments);
    write(out, environment);
    write(out, secretFiles);
    write(out, workingDirectory);
    out.writeInt(resources.vcpuThousandths());
    out.writeInt(resources.memoryMib());
    out.writeInt(resources.processes());
    out.writeInt(log.headBytes());
    out.writeInt(log.tailBytes());
    out.writeInt(END);
    out.flush();
  }

  /**
   * Reads an order.
   *
   * @throws EOFException if it breaks off
   */
  static Order read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    Order order =
        new Order(
            readList(in),
            readMap(in),
            readMap(in),
            readString(in),
            new Resources(in.readInt(), in.readInt(), in.readInt()),
            new LogLimits(in.readInt(), in.readInt()));
    if (in.readInt() != END) {
      throw new EOFException("An order is not complete");
    }
    return order;
  }

  private static void write(DataOutputStream out, String string) throws IOException {
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(DataOutputStream out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      write(out, string);
    }
  }

  private static void write(DataOutputStream out, Map<String, String> map) throws IOException {
    out.writeInt(map.size());
    for (Map.Entry<String, String> entry : map.entrySet()) {
      write(out, entry.getKey());
      write(out, entry.getValue());
    }
  }

  private static String readString(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_STRING_BYTES) {
      throw new EOFException("An order has a string of " + length + " bytes");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static List<String> readList(DataInputStream in) throws IOException {
    int size = in.readInt();
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      strings.add(readString(in));
    }
    return strings;
  }

  private static Map<String, String> readMap(DataInputStream in) throws IOException {
    int size = in.readInt();
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      map.put(readString(in), readString(in));
    }
    return map;
  }

  /** Says nothing: there are secrets in it. */
  @Override
  public String toString() {
    return "Order[" + arguments.getFirst() + "]";
  }
}
