package org.steadygrad.model;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.steadygrad.check.Check;

/**
 * How far a network has been trained, as DL4J counts it in a network's configuration and writes it to model files. Schedules
 * and the bias corrections of updaters go by it.
 *
 * @param updates of the parameters; DL4J's iteration count
 * @param epochs full passes over the data
 */
public record TrainingCounts(int updates, int epochs) {
    /** Of a network that was never trained. */
    public static final TrainingCounts NONE = new TrainingCounts(0, 0);

    public TrainingCounts {
        Check.nonNegative(updates, "TrainingCounts", "updates");
        Check.nonNegative(epochs, "TrainingCounts", "epochs");
    }

    /** What the network's configuration has counted. */
    public static TrainingCounts of(ComputationGraph network) {
        return new TrainingCounts(
                network.getConfiguration().getIterationCount(),
                network.getConfiguration().getEpochCount());
    }

    /** What the network's configuration has counted. */
    public static TrainingCounts of(MultiLayerNetwork network) {
        return new TrainingCounts(
                network.getLayerWiseConfigurations().getIterationCount(),
                network.getLayerWiseConfigurations().getEpochCount());
    }

    /** Writes them to the network's configuration. */
    public void putInto(ComputationGraph network) {
        network.getConfiguration().setIterationCount(updates);
        network.getConfiguration().setEpochCount(epochs);
    }

    /** Writes them to the network's configuration. */
    public void putInto(MultiLayerNetwork network) {
        network.getLayerWiseConfigurations().setIterationCount(updates);
        network.getLayerWiseConfigurations().setEpochCount(epochs);
    }
}
