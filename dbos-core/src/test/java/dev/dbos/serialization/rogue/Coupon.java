package dev.dbos.serialization.rogue;

/** Harmless, but not trusted. */
public record Coupon(String code) {}
