package org.steadygrad.ops;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss function that is defined by a formula, which whoever computes it in another way is held to. */
public interface LossByFormula extends ILossFunction {
    /**
     * The loss of a row.
     *
     * @param activation of the layer
     * @throws org.steadygrad.check.InvalidInputException when it isn't defined for that activation function
     */
    LossFormula formula(IActivation activation);

    /** By output, what the loss multiplies its terms by; null when all count alike. A copy. */
    default double[] outputWeights() {
        return null;
    }
}
