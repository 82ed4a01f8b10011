package org.steadygrad.spec;

/** What a training loss, and so the gradient, is the mean of. */
public enum LossMean {
    @Doc(
            "Of the scored time steps of a batch, weighted by the mask of its labels: that of a validation loss, and that of PyTorch and Keras. How long sequences are doesn't change what rates, clip limits and penalties mean.")
    PER_STEP,
    @Doc(
            "Of the examples of a batch, whose loss is the sum over their time steps: DL4J's. The gradient grows with the number of steps. Where each example has one label there is no difference.")
    PER_EXAMPLE
}
