package org.steadygrad.clip;

import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.NormalizedStatistics;
import org.steadygrad.ops.FlatLayout;

/** What the two kinds of DL4J network have in common as far as clipping is concerned. */
sealed interface TrainedNetwork {

    Model model();

    FlatLayout layout();

    /** What DL4J's {@code fit} does wrong with this network, in a sentence; empty if it is nothing that is known. */
    Optional<String> warning();

    /** DL4J's own buffer; made if there is none yet; {@code null} if the updaters have no state. */
    INDArray updaterState();

    int iteration();

    void setIteration(int iteration);

    /** The flat gradient, DL4J's own buffer. */
    default INDArray gradient() {
        return model().getGradientsViewArray();
    }

    /** The flat parameters, DL4J's own buffer. */
    default INDArray parameters() {
        return model().params();
    }

    /** How many times as large as the averaged gradient the flat gradient is before DL4J's updater sees it. */
    default int gradientScale() {
        return model().conf().isMiniBatch() ? model().batchSize() : 1;
    }

    static TrainedNetwork of(Model model) {
        if (model instanceof MultiLayerNetwork network) {
            return new OfMultiLayer(network, FlatLayouts.of(network));
        }
        if (model instanceof ComputationGraph graph) {
            return new OfGraph(graph, FlatLayouts.of(graph));
        }
        throw InvalidInputException.of(
                "GradientClipping",
                "a MultiLayerNetwork or a ComputationGraph",
                model == null ? null : model.getClass().getName(),
                "Attach the listener to the network with setListeners, and train it with fit; layer-wise pretraining"
                        + " isn't supported.");
    }

    /** A {@link MultiLayerNetwork}. */
    record OfMultiLayer(MultiLayerNetwork model, FlatLayout layout) implements TrainedNetwork {
        @Override
        public Optional<String> warning() {
            return NormalizedStatistics.of(model);
        }

        @Override
        public INDArray updaterState() {
            return model.getUpdater().getStateViewArray();
        }

        @Override
        public int iteration() {
            return model.getLayerWiseConfigurations().getIterationCount();
        }

        @Override
        public void setIteration(int iteration) {
            model.getLayerWiseConfigurations().setIterationCount(iteration);
        }
    }

    /** A {@link ComputationGraph}. */
    record OfGraph(ComputationGraph model, FlatLayout layout) implements TrainedNetwork {
        @Override
        public Optional<String> warning() {
            return NormalizedStatistics.of(model);
        }

        @Override
        public INDArray updaterState() {
            return model.getUpdater().getStateViewArray();
        }

        @Override
        public int iteration() {
            return model.getConfiguration().getIterationCount();
        }

        @Override
        public void setIteration(int iteration) {
            model.getConfiguration().setIterationCount(iteration);
        }
    }
}
