package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * @param cell kind of the layer
 * @param activation of a simple layer's output, or of the cell input and output of the others
 * @param steps time steps
 * @param examples sequences side by side
 * @param units size of the state
 * @param reverse whether the scan goes from the last step to the first
 */
public record ScanShape(Cell cell, ActivationFunction activation, int steps, int examples, int units, boolean reverse) {
    /** Elements of one row of {@link ScanTensors#gates}. */
    int width() {
        return cell == Cell.SIMPLE ? units : 4 * units;
    }

    /** Gates that the input has weights for. */
    public int gates() {
        return switch (cell) {
            case SIMPLE -> 1;
            case GRU -> 3;
            case LSTM -> 4;
        };
    }
}
