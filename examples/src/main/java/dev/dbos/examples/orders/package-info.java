/**
 * An order service: a checkout of several transactions and one call to a payment gateway, which a
 * crash at any point neither loses nor repeats. {@link dev.dbos.examples.orders.OrderService} is
 * the program; the rest is the world around it.
 */
@NullMarked
package dev.dbos.examples.orders;

import org.jspecify.annotations.NullMarked;
