/**
 * Fixtures for tests that want the real thing: a PostgreSQL server of the JVM's own ({@link
 * dev.dbos.testing.TestPostgres}), SQLite files ({@link dev.dbos.testing.TempSqlite}), a network
 * that breaks on command ({@link dev.dbos.testing.TcpProxy}) and processes that can be killed
 * ({@link dev.dbos.testing.ChildJvm}). They depend on no test framework: a fixture that a test
 * closes is {@link AutoCloseable}, an expectation that is not met in time is an {@link
 * AssertionError} that says what was seen instead.
 */
@NullMarked
package dev.dbos.testing;

import org.jspecify.annotations.NullMarked;
