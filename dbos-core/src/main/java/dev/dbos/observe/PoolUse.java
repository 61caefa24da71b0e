package dev.dbos.observe;

/**
 * The connections of a pool.
 *
 * @param name the datasource it belongs to
 * @param active how many are in use
 * @param idle how many are open and not in use
 * @param waiting how many threads wait for one
 * @param maximum the most it opens
 */
public record PoolUse(String name, int active, int idle, int waiting, int maximum) {}
