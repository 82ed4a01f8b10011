package org.steadygrad.engine.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.model.ActivationRange;
import org.steadygrad.model.GraphDepths;
import org.steadygrad.nn.GRULayer;
import org.steadygrad.ops.Histogram;

/**
 * Reads activations and gradients as {@link TracedPass} reaches them, before a later vertex may change them in place,
 * and sums them up as a {@link StepTrace}. Output layers have no row: what they put out and its gradient are inside the
 * loss.
 */
final class TraceCollector {
    private final ComputationGraph graph;
    private final SequenceFormats formats;
    private final TensorReading.Axes axes;
    private final Map<String, TensorReading> activations = new LinkedHashMap<>();
    private final boolean wantsHistograms;
    private final Map<String, Histogram> histograms = new HashMap<>();
    private final Map<String, Double> gradientNorms = new HashMap<>();
    private final Map<String, Map<String, INDArray>> statesBefore = new HashMap<>();
    private final Map<String, List<TimeProfile>> profiles = new HashMap<>();
    /** Layers that were asked to keep their gradient through time. */
    private final Map<String, GRULayer> watched = new HashMap<>();

    private NonFiniteOrigin origin;

    /** @param wantsHistograms whether histograms of activations are taken as well */
    TraceCollector(ComputationGraph graph, MultiDataSet batch, boolean wantsHistograms) {
        this.graph = graph;
        this.wantsHistograms = wantsHistograms;
        formats = SequenceFormats.of(graph);
        this.axes = axes(batch);
    }

    /** All sequences of a batch have the same length; the first features with a time axis give it and its mask. */
    private TensorReading.Axes axes(MultiDataSet batch) {
        int examples = (int) batch.getFeatures(0).size(0);
        for (int i = 0; i < batch.numFeatureArrays(); i++) {
            INDArray features = batch.getFeatures(i);
            INDArray[] masks = batch.getFeaturesMaskArrays();
            INDArray mask = masks == null ? null : masks[i];
            if (mask != null && mask.rank() == 2) {
                return TensorReading.Axes.of(examples, (int) mask.size(1), mask);
            }
            if (features.rank() == 3) {
                return TensorReading.Axes.of(
                        examples, (int) features.size(formats.features() == RNNFormat.NWC ? 1 : 2), null);
            }
        }
        return TensorReading.Axes.of(examples, 1, null);
    }

    /** Sequences as [batch, size, time]; a network has one layout in all places. Other arrays as they are. */
    private INDArray timeLast(GraphVertex vertex, INDArray array) {
        boolean turn = formats.features() == RNNFormat.NWC
                || (vertex.hasLayer()
                        && LayerFacts.timeInMiddle(vertex.getLayer().conf().getLayer()));
        return turn && array.rank() == 3 ? array.permute(0, 2, 1) : array;
    }

    void activation(GraphVertex vertex, INDArray out) {
        boolean isLayer = vertex.hasLayer();
        ActivationRange range = isLayer ? LayerFacts.range(vertex.getLayer()) : ActivationRange.NONE;
        INDArray turned = timeLast(vertex, out);
        TensorReading reading = TensorReading.of(turned, axes, range);
        note(vertex, vertex.isInputVertex() ? "input" : "activation", reading);
        if (isLayer) {
            activations.put(vertex.getVertexName(), reading);
        }
        if (isLayer && wantsHistograms) {
            histograms.put(vertex.getVertexName(), TensorReading.histogram(turned, axes));
        }
    }

    /** The state that a recurrent layer starts from, for its profile through time. */
    void stateBefore(GraphVertex vertex, RecurrentLayer layer) {
        statesBefore.put(vertex.getVertexName(), layer.rnnGetTBPTTState());
    }

    /** @param epsilon derivative of the summed loss with respect to the vertex's output; null when none reaches it */
    void gradient(GraphVertex vertex, INDArray epsilon) {
        if (epsilon == null) {
            return;
        }
        TensorReading reading = TensorReading.of(timeLast(vertex, epsilon), axes, ActivationRange.NONE);
        note(vertex, "gradient", reading);
        if (vertex.hasLayer()) {
            String name = vertex.getVertexName();
            gradientNorms.put(name, reading.norm() / axes.examples());
            if (RecurrentProfile.innermost(vertex.getLayer()) instanceof GRULayer gru) {
                gru.keepTimeGradients();
                watched.put(name, gru);
            } else {
                profiles.put(name, RecurrentProfile.of(vertex, epsilon, statesBefore.getOrDefault(name, Map.of())));
            }
        }
    }

    /** Labels enter through the gradient that the output layer sends back. */
    void labels(GraphVertex vertex, INDArray labels) {
        INDArray turned = labels.rank() == 3 && formats.labels() == RNNFormat.NWC ? labels.permute(0, 2, 1) : labels;
        note(vertex, "gradient", TensorReading.of(turned, axes, ActivationRange.NONE));
    }

    private void note(GraphVertex vertex, String tensor, TensorReading reading) {
        if (origin == null && !reading.finite()) {
            origin = new NonFiniteOrigin(vertex.getVertexName(), tensor, reading.nonFiniteStep(), reading.nonFinite());
        }
    }

    /**
     * @param loss of the pass
     * @param flatGradient of the pass
     */
    StepTrace finish(double loss, INDArray flatGradient) {
        if (origin == null && !Double.isFinite(loss)) {
            String output = graph.getConfiguration().getNetworkOutputs().get(0);
            origin = new NonFiniteOrigin(output, "activation", -1, loss);
        }
        if (origin == null && !Double.isFinite(flatGradient.sumNumber().doubleValue())) {
            origin = nonFiniteParameter();
        }
        watched.forEach((name, layer) -> {
            double[] norms = layer.timeGradientNorms();
            if (norms != null) {
                profiles.put(name, List.of(RecurrentProfile.of(name, norms, axes.examples())));
            }
        });
        Map<String, Integer> depths = GraphDepths.of(graph);
        List<LayerTrace> layers = new ArrayList<>();
        List<TimeProfile> allProfiles = new ArrayList<>();
        activations.forEach((name, reading) -> {
            layers.add(new LayerTrace(
                    name,
                    depths.get(name),
                    LayerFacts.range(graph.getVertex(name).getLayer()).name(),
                    gradientNorms.getOrDefault(name, Double.NaN),
                    reading.mean(),
                    reading.deviation(),
                    reading.saturatedShare(),
                    reading.deadShare()));
            allProfiles.addAll(profiles.getOrDefault(name, List.of()));
        });
        return new StepTrace(layers, allProfiles, Optional.ofNullable(origin), histograms);
    }

    /** Walks the parameters from the output to the input; null when all are finite and only their sum overflowed. */
    private NonFiniteOrigin nonFiniteParameter() {
        int[] order = graph.topologicalSortOrder();
        for (int i = order.length - 1; i >= 0; i--) {
            GraphVertex vertex = graph.getVertices()[order[i]];
            INDArray view = vertex.hasLayer() ? vertex.getLayer().getGradientsViewArray() : null;
            if (view == null) {
                continue;
            }
            for (double value : TensorReading.doubles(view)) {
                if (!Double.isFinite(value)) {
                    return new NonFiniteOrigin(vertex.getVertexName(), "gradient", -1, value);
                }
            }
        }
        return null;
    }
}
