package dev.dbos.internal.watch;

/**
 * What can change. The names are those of PostgreSQL's channels; the first three are shared with
 * implementations in other languages, with the payload {@code <workflow id>::<topic or key>}.
 */
public enum Channel {
  /** A message came in; told by a trigger of the table. */
  MESSAGES("dbos_notifications_channel"),
  /** An event was set. */
  EVENTS("dbos_workflow_events_channel"),
  /** A value was written to a stream, or the stream was closed. */
  STREAMS("dbos_streams_channel"),
  /** A workflow ended, was cancelled, resumed or deleted; the payload is its id. Only ours. */
  WORKFLOWS("dbos_workflow_status_channel"),
  /** Something was put into a queue, or a queue changed; the payload is its name. Only ours. */
  QUEUES("dbos_queues_channel");

  private final String channelName;

  Channel(String channelName) {
    this.channelName = channelName;
  }

  /** Its name on PostgreSQL. */
  String channelName() {
    return channelName;
  }
}
