package org.steadygrad.clip;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Undoes one update of DL4J's. A listener can't keep DL4J from updating, and even a zero gradient moves parameters
 * (momentum, weight decay) and ages the updater's averages. So their bits are kept before the update and put back after
 * it.
 */
final class SkippedStep {
    private final TrainedNetwork network;
    private final INDArray parameters;
    private final INDArray updaterState;
    private final int iteration;

    private SkippedStep(TrainedNetwork network) {
        this.network = network;
        this.parameters = network.parameters().dup();
        INDArray state = network.updaterState();
        this.updaterState = state == null ? null : state.dup();
        this.iteration = network.iteration();
    }

    /** Keeps what the update is going to change and lets a zero gradient take the place of the non-finite one. */
    static SkippedStep begin(TrainedNetwork network) {
        SkippedStep step = new SkippedStep(network);
        network.gradient().assign(0);
        return step;
    }

    /** To be called between DL4J's update and its increment of the iteration count. */
    void undo() {
        network.parameters().assign(parameters);
        if (updaterState != null) {
            network.updaterState().assign(updaterState);
        }
        network.setIteration(iteration - 1);
    }
}
