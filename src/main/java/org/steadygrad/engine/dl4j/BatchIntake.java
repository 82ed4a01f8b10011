package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.LabelMasks;

/** Makes of a batch what the layers of an {@link OwnGraph} may see. Batches aren't changed. */
final class BatchIntake {
    private final ComputationGraph graph;
    private final BatchLayout layout;
    private final LossWeights weights;

    BatchIntake(ComputationGraph graph) {
        this.graph = graph;
        layout = BatchLayout.of(graph);
        weights = new LossWeights(graph);
    }

    /**
     * For a pass with labels, whose loss is told the weights of the labels' mask.
     *
     * @throws org.steadygrad.check.InvalidInputException when the mask of the labels has weights that are none
     */
    MultiDataSet forTraining(String who, MultiDataSet given) {
        LabelMasks.check(who, given.getLabelsMaskArrays());
        return weights.seen(forOutput(given));
    }

    /** Of the parameters' data type, with zeros under masks. */
    MultiDataSet forOutput(MultiDataSet given) {
        return layout.masked(GivenBatch.of(graph, given));
    }
}
