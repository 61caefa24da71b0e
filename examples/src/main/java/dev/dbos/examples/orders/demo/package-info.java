/**
 * Kills the order service in the middle of its work and proves from the shop's own tables that
 * nothing was lost or done twice. {@link dev.dbos.examples.orders.demo.OrderDemo} is the program.
 */
@NullMarked
package dev.dbos.examples.orders.demo;

import org.jspecify.annotations.NullMarked;
