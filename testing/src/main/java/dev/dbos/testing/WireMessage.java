package dev.dbos.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** One message of PostgreSQL's protocol, version 3: a type, a length, a body. */
final class WireMessage {
  private static final int LENGTH_BYTES = 4;

  private final char type;
  private final byte[] body;

  private WireMessage(char type, byte[] body) {
    this.type = type;
    this.body = body;
  }

  /** Reads the next message. */
  static WireMessage read(DataInputStream in) throws IOException {
    char type = (char) in.readUnsignedByte();
    return new WireMessage(type, readBody(in));
  }

  /** Reads what follows the type, also of the messages at the start, which have none. */
  static byte[] readBody(DataInputStream in) throws IOException {
    int length = in.readInt() - LENGTH_BYTES;
    if (length < 0) {
      throw new IOException("Not a message of PostgreSQL's protocol");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException();
    }
    return body;
  }

  /** The server's message that a statement failed. */
  static WireMessage error(String sqlState, String text) {
    String fields = "SERROR\0VERROR\0C" + sqlState + "\0M" + text + "\0\0";
    return new WireMessage('E', fields.getBytes(UTF_8));
  }

  /** Whether it is the server's message that it has committed. */
  boolean isCommitted() {
    return type == 'C' && text(0).equals("COMMIT");
  }

  static void writeBody(DataOutputStream out, byte[] body) throws IOException {
    out.writeInt(body.length + LENGTH_BYTES);
    out.write(body);
  }

  void writeTo(DataOutputStream out) throws IOException {
    out.writeByte(type);
    writeBody(out, body);
  }

  char type() {
    return type;
  }

  /** The text from an offset up to the next zero. */
  String text(int from) {
    int to = from;
    while (to < body.length && body[to] != 0) {
      to++;
    }
    return new String(body, from, to - from, UTF_8);
  }

  /** Where the text after the one at an offset starts. */
  int after(int from) {
    int to = from;
    while (to < body.length && body[to] != 0) {
      to++;
    }
    return to + 1;
  }
}
