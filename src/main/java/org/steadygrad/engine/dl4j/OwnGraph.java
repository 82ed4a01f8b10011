package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.nn.MaskAware;

/**
 * An engine's own copy of a model: the same parameters and updater state, with layers, losses and activation functions that are right in
 * place of those of DL4J that aren't. The model isn't changed.
 */
final class OwnGraph {
    private OwnGraph() {}

    /** It goes by way of JSON, since DL4J's own clone shares the configuration of wrapped layers with the original. */
    static ComputationGraph of(ComputationGraph model) {
        ComputationGraphConfiguration own = MaskAware.of(model.getConfiguration());
        GivenBatch.fillFormats(own, SequenceFormats.of(model));
        ComputationGraph copy = new ComputationGraph(own);
        copy.init(model.params().dup(), false);
        // before the updater takes note of the layers
        Nd4jLayers.sumExactly(copy);
        INDArray state = model.getUpdater().getStateViewArray();
        if (state != null) {
            copy.getUpdater().setStateViewArray(state.dup());
        }
        copy.setListeners();
        Nd4jLayers.keepTo(copy);
        ExactLosses.install(copy);
        // after the losses, which know activation functions by DL4J's classes
        ExactActivations.install(copy);
        return copy;
    }
}
