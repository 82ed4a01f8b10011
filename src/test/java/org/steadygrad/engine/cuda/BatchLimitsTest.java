package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.BatchShape.LabelMask;

class BatchLimitsTest {
    private static Plan plan;

    @BeforeAll
    static void build() {
        ComputationGraph model =
                new ComputationGraph(chain(InputType.recurrent(3), Cell.LSTM.units(512), stepClasses(4)));
        model.init();
        plan = PlanBuilder.build(model);
    }

    private static void check(int examples, int steps) {
        BatchLimits.check(plan, new BatchShape(examples, steps, false, LabelMask.NONE, true));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 5, '0 examples, 5 time steps'",
        "5, 0, '5 examples, 0 time steps'",
        "65536, 65536, 'at most 2147483647 rows (examples times time steps)'",
        "16384, 8192, 'at most 536870911 numbers of features, labels or outputs'",
        "600000, 1, 'at most 1073741824 numbers of one time step in layer l0'"
    })
    void whatCannotBeCountedIsRefused(int examples, int steps, String words) {
        String message = assertThrows(InvalidInputException.class, () -> check(examples, steps))
                .getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void otherBatchesAreNot() {
        assertDoesNotThrow(() -> check(1, 1));
        assertDoesNotThrow(() -> check(16384, 8191));
        assertDoesNotThrow(() -> check(500_000, 1));
    }
}
