package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.error.SerializationException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.PayloadLimit;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A result that is too large to be recorded takes its transaction with it. */
class PayloadLimitInTransactionTest {
  private static final WorkflowDefinition<Void, String> PRINT =
      WorkflowDefinition.of("print", Void.class, String.class);

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theTransactionIsNotCommitted(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      int before = premises.ledger().stockOf("tea");
      DBOS dbos =
          premises.launch(
              builder ->
                  builder
                      .payloadLimit(new PayloadLimit(2_048))
                      .workflow(
                          PRINT,
                          none ->
                              shop.call(
                                  "reserve",
                                  tables -> {
                                    tables.reserve("tea");
                                    return "t".repeat(2_048);
                                  })));

      assertThatThrownBy(() -> dbos.run(PRINT, null, StartOptions.id("order-1")))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(SerializationException.class)
          .hasMessage(
              "The result of transaction \"reserve\" of datasource shop cannot be recorded, so it"
                  + " was not committed: The value takes more than 2 KiB as JSON, the most that is"
                  + " stored for one value; keep it elsewhere and store where it is, or raise"
                  + " payloadLimit(...)");
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(before);
      assertThat(dbos.steps("order-1").getFirst().state()).isEqualTo(StepStatus.State.ERROR);
    }
  }
}
