package dev.dbos.internal.transaction;

import dev.dbos.internal.context.Observers;
import dev.dbos.internal.context.Place;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.observe.Occurrence;

/** Tells what becomes of the attempts of a transaction. */
interface AttemptWatch {
  /** Tells nobody. */
  AttemptWatch NONE = new AttemptWatch() {};

  /** Its body begins. */
  default void begin() {}

  /** It is to be tried again. */
  default void failed(SqlFailure kind, int attempt, Throwable failure) {}

  /** Nobody knows whether it committed. */
  default void commitUnknown(Throwable failure) {}

  /** Tells the listeners of a workflow of a transaction that is a step of it. */
  static AttemptWatch of(Place place, String transaction, String datasource) {
    return place.scope().observers().isEmpty() ? NONE : new OfStep(place, transaction, datasource);
  }

  /** Tells of a step. */
  record OfStep(Place place, String transaction, String datasource) implements AttemptWatch {
    private Observers observers() {
      return place.scope().observers();
    }

    private String workflowId() {
      return place.scope().workflowId();
    }

    @Override
    public void begin() {
      place.observed().attempted();
    }

    @Override
    public void failed(SqlFailure kind, int attempt, Throwable failure) {
      observers()
          .happened(
              kind.isOutage()
                  ? new Occurrence.ConnectionLost(
                      workflowId(), transaction, datasource, attempt, failure)
                  : new Occurrence.TransactionConflicted(
                      workflowId(), transaction, datasource, attempt, failure));
    }

    @Override
    public void commitUnknown(Throwable failure) {
      observers()
          .happened(new Occurrence.CommitUnknown(workflowId(), transaction, datasource, failure));
    }
  }
}
