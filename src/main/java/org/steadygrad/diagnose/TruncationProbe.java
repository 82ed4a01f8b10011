package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.train.BpttWindows;

/** Compares windows of truncated back-propagation through time; see {@link Truncation}. */
final class TruncationProbe {
    private final DoubleNetwork network;
    private final ComputationGraph graph;
    /** Sequences are [batch, size, time]. */
    private final MultiDataSet batch;

    private final Set<String> recurrent;

    /** @param batch sequences with a label at every step */
    TruncationProbe(DoubleNetwork network, MultiDataSet batch) {
        this.network = network;
        graph = network.graph();
        recurrent = RecurrentPart.of(graph).stream().map(RecurrentPart::layer).collect(Collectors.toSet());
        this.batch = network.masked(batch);
    }

    /**
     * Compares.
     *
     * @param model whose configuration tells the length of the windows
     * @return empty when sequences aren't cut
     */
    Optional<Truncation> measure(ComputationGraph model, HealthSpec.Time spec) {
        int length =
                batch.getFeatures(0).rank() == 3 ? (int) batch.getFeatures(0).size(2) : 1;
        int steps = model.getConfiguration().getTbpttFwdLength();
        if (model.getConfiguration().getBackpropType() != BackpropType.TruncatedBPTT || steps >= length) {
            return Optional.empty();
        }
        List<Truncation.Comparison> comparisons = new ArrayList<>();
        int enough = length;
        INDArray gradient = gradient(steps);
        for (int shorter = steps; shorter < length; shorter = Math.min(length, 2 * shorter)) {
            int longer = Math.min(length, 2 * shorter);
            INDArray doubled = gradient(longer);
            Truncation.Comparison comparison = compare(shorter, gradient, longer, doubled);
            comparisons.add(comparison);
            if (enough == length && comparison.change() <= spec.truncation() - 1) {
                enough = shorter;
            }
            gradient = doubled;
        }
        return Optional.of(new Truncation(steps, length, comparisons, enough));
    }

    /**
     * The sum of the windows' gradients.
     *
     * @param steps of a window
     */
    private INDArray gradient(int steps) {
        graph.rnnClearPreviousState();
        // DL4J goes back as many steps as this says, however long the window is
        graph.getConfiguration().setTbpttFwdLength(steps);
        graph.getConfiguration().setTbpttBackLength(steps);
        INDArray sum = null;
        for (MultiDataSet window : BpttWindows.of(batch, steps)) {
            TracedPass.run(graph, network.weighed(network.formats().turned(window)), true);
            carryOn();
            INDArray gradient = graph.getFlattenedGradients().reshape(-1);
            sum = sum == null ? gradient.dup() : sum.addi(gradient);
        }
        graph.rnnClearPreviousState();
        return sum;
    }

    /** What a window ends with is what the next one starts from. */
    private void carryOn() {
        for (Layer layer : graph.getLayers()) {
            Layer inner = layer;
            while (inner instanceof BaseWrapperLayer wrapper) {
                inner = wrapper.getUnderlying();
            }
            if (inner instanceof RecurrentLayer recurrent) {
                recurrent.rnnSetPreviousState(recurrent.rnnGetTBPTTState());
            }
        }
    }

    private Truncation.Comparison compare(int steps, INDArray shorter, int doubled, INDArray longer) {
        List<Truncation.Parameter> parameters = new ArrayList<>();
        Products all = new Products(0, 0, 0);
        for (ParameterBlock block : FlatLayouts.of(graph).blocks()) {
            if (block.trained()) {
                var place = NDArrayIndex.interval(block.offset(), block.offset() + block.length());
                Products own = Products.of(shorter.get(place), longer.get(place));
                parameters.add(new Truncation.Parameter(block.name(), own.cosine(), own.growth()));
                all = recurrent.contains(block.layer()) ? all.plus(own) : all;
            }
        }
        return new Truncation.Comparison(steps, doubled, all.cosine(), all.growth(), all.change(), parameters);
    }

    /** Products of two vectors with each other and themselves. */
    private record Products(double both, double shorter, double longer) {
        static Products of(INDArray shorter, INDArray longer) {
            return new Products(sum(shorter.mul(longer)), sum(shorter.mul(shorter)), sum(longer.mul(longer)));
        }

        private static double sum(INDArray values) {
            return values.sumNumber().doubleValue();
        }

        Products plus(Products other) {
            return new Products(both + other.both, shorter + other.shorter, longer + other.longer);
        }

        double cosine() {
            return both / Math.sqrt(shorter * longer);
        }

        double growth() {
            return Math.sqrt(longer / shorter);
        }

        double change() {
            return Math.sqrt(Math.max(0, shorter + longer - 2 * both) / shorter);
        }
    }
}
