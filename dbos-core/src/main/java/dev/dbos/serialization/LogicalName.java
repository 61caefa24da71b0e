package dev.dbos.serialization;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which values of a class are stored, so that the class can be renamed or moved
 * while stored values stay readable.
 *
 * <p>Without it {@link TaggedJson} stores the class name, and {@link PortableJson} the simple class
 * name of the members of a sealed hierarchy. {@code TaggedJson} uses the name only for classes that
 * were given to {@link Trust} one by one.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface LogicalName {

  /** The name; unique among the classes of one application. */
  String value();
}
