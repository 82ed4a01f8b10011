package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;

class SegmentPlanTest {
    private static final LayerShape SHAPE =
            new LayerShape(Cell.LSTM, ActivationFunction.IDENTITY, 1000, 7, 3, 17, false, false, true);

    @Test
    void withoutALimitNothingIsCut() {
        SegmentPlan plan = SegmentPlan.of("l0", SHAPE, Long.MAX_VALUE);
        assertArrayEquals(new int[] {1000}, plan.lengths());
        assertFalse(plan.recompute());
    }

    @Test
    void withALimitGatesAreComputedAgain() {
        // 5 tensors of 7 x 17 floats a step
        long whole = 1000L * 5 * 7 * 17 * Float.BYTES;
        SegmentPlan plan = SegmentPlan.of("l0", SHAPE, whole / 4);
        assertTrue(plan.recompute());
        assertEquals(1000, Arrays.stream(plan.lengths()).sum());
        assertTrue(plan.lengths().length > 4, () -> plan.lengths().length + " segments");
    }

    @Test
    void aLimitThatCantBeKeptSaysWhatIsNeeded() {
        InvalidInputException error =
                assertThrows(InvalidInputException.class, () -> SegmentPlan.of("l0", SHAPE, 10_000));
        assertTrue(error.getMessage().contains("layer l0") && error.getMessage().contains("MB"), error::getMessage);
    }
}
