package dev.dbos.serialization;

import java.io.Writer;

/** Text that is given up as soon as it is longer than it may be, and not when memory ends. */
final class BoundedText extends Writer {
  private final StringBuilder text = new StringBuilder(256);
  private final PayloadLimit limit;

  BoundedText(PayloadLimit limit) {
    this.limit = limit;
  }

  @Override
  public void write(char[] characters, int offset, int length) {
    makeRoomFor(length);
    text.append(characters, offset, length);
  }

  @Override
  public void write(String string, int offset, int length) {
    makeRoomFor(length);
    text.append(string, offset, offset + length);
  }

  @Override
  public void write(int character) {
    makeRoomFor(1);
    text.append((char) character);
  }

  private void makeRoomFor(int characters) {
    if (text.length() + (long) characters > limit.bytes()) {
      throw limit.exceeded();
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  /** All of it, as a database can hold it. */
  String storable() {
    return limit.require(Text.storable(text.toString()));
  }
}
