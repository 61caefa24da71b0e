package dev.dbos.serialization;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;

/**
 * What is accepted and produced. Whatever may be written must be readable again, so reading is
 * bounded only in depth, and writing in the same depth: recursion on hostile or cyclic data ends
 * before the stack does.
 */
final class Limits {

  static final int DEPTH = 500;

  private Limits() {}

  static JsonFactoryBuilder factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(DEPTH).build());
  }
}
