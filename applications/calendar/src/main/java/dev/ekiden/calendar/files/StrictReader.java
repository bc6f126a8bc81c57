package dev.ekiden.calendar.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes text and says at which line it is not in the encoding expected. All that comes before the
 * first wrong byte is read first. Confined to one thread.
 */
final class StrictReader extends Reader {

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final InputStream input;
  private final Charset charset;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private long line = 1;
  private boolean atStart = true;
  private boolean endOfInput;

  StrictReader(InputStream input, Charset charset) {
    this.input = input;
    this.charset = charset;
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    CharBuffer characters = CharBuffer.wrap(target, offset, length);
    while (true) {
      fill();
      refuseUtf16();
      CoderResult result = decoder.decode(bytes, characters, endOfInput);
      skipByteOrderMark(characters, offset);
      int decoded = characters.position() - offset;
      if (decoded > 0) {
        countLines(target, offset, decoded);
        return decoded;
      }
      if (result.isError()) {
        throw malformed(result.length());
      }
      if (endOfInput && result.isUnderflow()) {
        return -1;
      }
    }
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private void fill() throws IOException {
    if (endOfInput || bytes.remaining() > BUFFER_BYTES / 2) {
      return;
    }
    bytes.compact();
    int count = input.read(bytes.array(), bytes.position(), bytes.remaining());
    if (count < 0) {
      endOfInput = true;
    } else {
      bytes.position(bytes.position() + count);
    }
    bytes.flip();
  }

  private void refuseUtf16() throws MalformedTextException {
    if (!atStart || bytes.remaining() < 2 || !charset.equals(StandardCharsets.UTF_8)) {
      return;
    }
    int mark = Byte.toUnsignedInt(bytes.get(0)) << 8 | Byte.toUnsignedInt(bytes.get(1));
    if (mark == BYTE_ORDER_MARK || mark == Character.reverseBytes((char) BYTE_ORDER_MARK)) {
      throw new MalformedTextException(1, "the file is in UTF-16; save it as UTF-8");
    }
  }

  private void skipByteOrderMark(CharBuffer characters, int offset) {
    if (!atStart || characters.position() == offset) {
      return;
    }
    atStart = false;
    char[] array = characters.array();
    if (array[offset] == BYTE_ORDER_MARK) {
      int rest = characters.position() - offset - 1;
      System.arraycopy(array, offset + 1, array, offset, rest);
      characters.position(offset + rest);
    }
  }

  private void countLines(char[] target, int offset, int count) {
    for (int index = offset; index < offset + count; index++) {
      if (target[index] == '\n') {
        line++;
      }
    }
  }

  private MalformedTextException malformed(int length) {
    StringBuilder hexadecimal = new StringBuilder();
    for (int index = 0; index < Math.min(length, bytes.remaining()); index++) {
      hexadecimal.append("%02X ".formatted(bytes.get(bytes.position() + index)));
    }
    return new MalformedTextException(
        line,
        "not %s text: byte %s; save the file as UTF-8, or name the encoding it has (Japanese"
                .formatted(charset.name(), hexadecimal.toString().strip())
            + " spreadsheets often write windows-31j)");
  }
}
