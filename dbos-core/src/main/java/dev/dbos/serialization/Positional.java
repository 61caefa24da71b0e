package dev.dbos.serialization;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a record that is the input of a workflow: its components are the arguments, in their order,
 * where it would otherwise be one argument that is an object. For workflows that other languages
 * start or run with several arguments. Arguments given by name are taken by the components' names,
 * missing ones are null.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Positional {}
