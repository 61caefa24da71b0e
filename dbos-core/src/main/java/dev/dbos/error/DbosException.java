package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/** The root of everything this library throws on its own account. */
public abstract sealed class DbosException extends RuntimeException
    permits AttemptsExhaustedException,
        ConfigurationException,
        DatabaseUnavailableException,
        DbosClosedException,
        QueueDeduplicatedException,
        SchemaException,
        SerializationException,
        StepFailedException,
        TransactionAbortedException,
        TransactionRetriesExhaustedException,
        UnexpectedStepException,
        UnknownWorkflowException,
        WaitTimeoutException,
        WorkflowCancelledException,
        WorkflowConflictException,
        WorkflowFailedException,
        WorkflowNotRegisteredException {

  private static final long serialVersionUID = 1L;

  DbosException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
