package org.steadygrad.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.ops.ParameterBlock;

/**
 * Parameters and settings of batch normalisation.
 *
 * @param gamma scale; empty when it is locked
 * @param beta shift; empty when it is locked
 * @param lockedGamma value of a locked gamma
 * @param lockedBeta value of a locked beta
 * @param mean running mean
 * @param variance running variance, or the decimal logarithm of its root
 * @param logarithmic whether the logarithm is stored
 * @param epsilon added to the variance
 * @param decay {@code running = decay * running + (1 - decay) * batch}
 * @param ofBatch whether training takes the moments of the batch; a frozen layer takes the running ones
 */
public record Normalization(
        Optional<ParameterBlock> gamma,
        Optional<ParameterBlock> beta,
        double lockedGamma,
        double lockedBeta,
        ParameterBlock mean,
        ParameterBlock variance,
        boolean logarithmic,
        double epsilon,
        double decay,
        boolean ofBatch) {

    /** All blocks, in DL4J's order. */
    List<ParameterBlock> parameters() {
        List<ParameterBlock> all = new ArrayList<>();
        gamma.ifPresent(all::add);
        beta.ifPresent(all::add);
        all.add(mean);
        all.add(variance);
        return all;
    }
}
