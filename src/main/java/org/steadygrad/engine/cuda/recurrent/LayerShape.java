package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A recurrent layer in one direction and what it is run on.
 *
 * @param activation of a simple cell; other cells have tanh and sigmoid gates
 * @param steps number of time steps
 * @param examples number of sequences
 * @param inputs size of the input
 * @param units size of the output
 * @param reverse whether the sequences are read from their ends
 * @param masked whether there is a mask
 * @param training whether there is a backward pass
 */
record LayerShape(
        Cell cell,
        ActivationFunction activation,
        int steps,
        int examples,
        int inputs,
        int units,
        boolean reverse,
        boolean masked,
        boolean training) {

    static LayerShape of(PlanOperation.Recur operation, KernelContext context) {
        return new LayerShape(
                operation.cell(),
                operation.activation(),
                context.shape().timeSteps(),
                context.shape().examples(),
                operation.input().size(),
                operation.units(),
                operation.reverse(),
                context.mask(operation.mask()).isPresent(),
                context.needsGradient(operation.output()));
    }

    /** The same layer over another number of steps. */
    LayerShape over(int otherSteps) {
        return new LayerShape(cell, activation, otherSteps, examples, inputs, units, reverse, masked, training);
    }

    /** What is left for a scan. */
    ScanShape scan() {
        return new ScanShape(cell, activation, steps, examples, units, reverse);
    }

    /** Elements of one tensor of the state. */
    long stateLength() {
        return (long) examples * units;
    }

    /** Whether a tensor {@link ScanTensors#cells} is needed. */
    boolean cells() {
        return cell == Cell.LSTM;
    }

    int rows() {
        return Math.multiplyExact(steps, examples);
    }
}
