package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.steadygrad.ops.LossFormula;

/**
 * What a loss is told beyond its name.
 *
 * @param clip where a binary cross-entropy isn't that of a sigmoid, outputs are taken to lie in [clip, 1 - clip]; of no importance to
 *     other losses
 * @param numbers see the {@link LossFunction}
 * @param byOutput what the terms of each output are multiplied by; empty when all count alike
 * @param formula by which engines may compute it; empty for those that every engine has loops of its own for
 */
public record LossSettings(double clip, List<Double> numbers, List<Double> byOutput, Optional<LossFormula> formula) {
    public LossSettings {
        numbers = List.copyOf(numbers);
        byOutput = List.copyOf(byOutput);
    }

    /** Of a loss with nothing else to it. */
    public static LossSettings clip(double clip) {
        return new LossSettings(clip, List.of(), List.of(), Optional.empty());
    }

    static LossSettings of(LossFormula formula, List<Double> numbers, List<Double> byOutput) {
        return new LossSettings(0, numbers, byOutput, Optional.of(formula));
    }
}
