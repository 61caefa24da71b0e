package dev.dbos.internal.watch;

/** How this process gets to know of what others change. */
public enum ListenerState {
  /** It is told. */
  LISTENING,
  /** It was told, or will be; at the moment the connection is away and it polls. */
  DEGRADED,
  /** It polls, because nobody can tell it, or because it was set so. */
  POLLING
}
