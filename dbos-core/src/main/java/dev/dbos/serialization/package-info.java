/**
 * How values and errors become text in a database and come back.
 *
 * <p>{@link dev.dbos.serialization.PortableJson} is plain JSON that every language can read: inputs
 * and outputs of workflows, converted by their declared types. {@link
 * dev.dbos.serialization.TaggedJson} is self-describing JSON for the results of steps, which have
 * no declared type; it is the default {@link dev.dbos.serialization.Serializer}. {@link
 * dev.dbos.serialization.ErrorCodec} records exceptions and rebuilds them. Nothing here loads a
 * class that {@link dev.dbos.serialization.Trust} does not name, and Java serialization is never
 * used.
 */
@NullMarked
package dev.dbos.serialization;

import org.jspecify.annotations.NullMarked;
