/** When a cron expression is due. The only package that knows the library which parses them. */
@org.jspecify.annotations.NullMarked
package dev.dbos.internal.cron;
