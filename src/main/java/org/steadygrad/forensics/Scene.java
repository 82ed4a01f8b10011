package org.steadygrad.forensics;

import java.util.function.IntFunction;
import org.steadygrad.data.BatchCell;
import org.steadygrad.engine.plan.SequenceFormats;

/**
 * What suspects are looked for in.
 *
 * @param pass the step's pass in double precision
 * @param limit the largest number that the engine's products can hold
 * @param firstTimeStep where the step begins in the sequences of the pass
 * @param example says where an example of the batch comes from
 */
record Scene(DoublePass pass, double limit, int firstTimeStep, IntFunction<String> example) {
    /** A tensor that grows by less from step to step, or from layer to layer, hasn't overflowed for that reason. */
    static final double GROWTH = 1.2;

    Magnitudes magnitudes(String vertex) {
        return Magnitudes.of(pass.activations().get(vertex), pass.examples()).from(firstTimeStep);
    }

    static Scene of(
            DoublePass pass, double limit, FailedStep step, int number, CellSources places, SequenceFormats formats) {
        int before = step.before().stream()
                .mapToInt(window -> Tensors.steps(window, formats))
                .sum();
        return new Scene(pass, limit, before, example -> places.of(number, BatchCell.example(example)));
    }
}
