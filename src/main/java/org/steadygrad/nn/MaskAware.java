package org.steadygrad.nn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Makes configurations with this package's layers in place of those of DL4J 1.0.0-M2.1 that aren't right where sequences are masked.
 * With them, what an example contributes doesn't depend on how much padding it has, nor on the other examples of its batch, in
 * DL4J's own {@code fit} and {@code output} as well.
 *
 * <ul>
 *   <li>{@code LSTM}, {@code SimpleRnn} and {@code GravesLSTM}, alone or within {@code Bidirectional} and other wrappers, hold their
 *       state at masked steps: {@link MaskedLSTM}, {@link MaskedSimpleRnn}, {@link MaskedGravesLSTM};
 *   <li>{@code LastTimeStep}, {@code LastTimeStepVertex} and pooling yield 0 for an example without any step: {@link
 *       LastPresentStep}, {@link LastPresentStepVertex}, {@link SequencePooling};
 *   <li>{@code ActivationLayer} with softmax works over the units of sequences: {@link UnitwiseActivation};
 *   <li>{@code Convolution1D} that keeps the number of steps reads and yields zeros at masked steps: {@link MaskedConvolution1D};
 *   <li>{@code TimeDistributed} and {@code DropoutLayer} take masks of sequences: {@link MaskedTimeDistributed}, {@link
 *       MaskedDropout};
 *   <li>{@code ReverseTimeSeriesVertex} without the name of an input reverses present steps, in a graph with one input.
 * </ul>
 *
 * What stays wrong where sequences are masked is told by {@link MaskObstacles}.
 *
 * Parameters and their places stay the same, so that a model's parameters fit both configurations.
 */
public final class MaskAware {
    private static final String CLASS = "@class";

    @SuppressWarnings("deprecation") // models that have a GravesLSTM are trained, too
    private static final Map<String, Class<?>> INSTEAD = Map.ofEntries(
            Map.entry(LSTM.class.getName(), MaskedLSTM.class),
            Map.entry(SimpleRnn.class.getName(), MaskedSimpleRnn.class),
            Map.entry(GravesLSTM.class.getName(), MaskedGravesLSTM.class),
            Map.entry(LastTimeStep.class.getName(), LastPresentStep.class),
            Map.entry(LastTimeStepVertex.class.getName(), LastPresentStepVertex.class),
            Map.entry(GlobalPoolingLayer.class.getName(), SequencePooling.class),
            Map.entry(Convolution1D.class.getName(), MaskedConvolution1D.class),
            Map.entry(Convolution1DLayer.class.getName(), MaskedConvolution1D.class),
            Map.entry(DropoutLayer.class.getName(), MaskedDropout.class),
            Map.entry(TimeDistributed.class.getName(), MaskedTimeDistributed.class));

    private MaskAware() {}

    /** @return a new configuration; the one given isn't changed */
    public static ComputationGraphConfiguration of(ComputationGraphConfiguration configuration) {
        ComputationGraphConfiguration changed = ComputationGraphConfiguration.fromJson(changed(configuration.toJson()));
        if (changed.getNetworkInputs().size() == 1) {
            InputSteps steps = new InputSteps(changed);
            changed.getVertices()
                    .replaceAll((name, vertex) -> unaware(vertex) && steps.readBy(name)
                            ? new ReverseTimeSeriesVertex(
                                    changed.getNetworkInputs().get(0))
                            : vertex);
        }
        return changed;
    }

    private static boolean unaware(GraphVertex vertex) {
        return vertex instanceof ReverseTimeSeriesVertex reverse && reverse.getMaskArrayInputName() == null;
    }

    /** @return a new configuration; the one given isn't changed */
    public static MultiLayerConfiguration of(MultiLayerConfiguration configuration) {
        return MultiLayerConfiguration.fromJson(changed(configuration.toJson()));
    }

    /** @return a new layer; the one given isn't changed */
    public static Layer of(Layer layer) {
        ObjectMapper mapper = NeuralNetConfiguration.mapper();
        try {
            return mapper.readValue(changed(mapper.writeValueAsString(layer)), Layer.class);
        } catch (IOException e) {
            throw new UncheckedIOException("a layer that can't be written as JSON: " + layer, e);
        }
    }

    /**
     * Names of the layers that read masked steps like others, or forget their state there, when DL4J itself runs the network.
     *
     * @param padding whether masked steps come after all others in every sequence; then layers that read forward are right
     */
    public static List<String> reading(ComputationGraphConfiguration configuration, boolean padding) {
        List<String> names = new ArrayList<>();
        InputSteps steps = new InputSteps(configuration);
        Set<String> obstacles = MaskObstacles.of(configuration).stream()
                .map(MaskObstacles.Obstacle::name)
                .collect(Collectors.toSet());
        configuration.getVertices().forEach((name, vertex) -> {
            boolean wrong = unaware(vertex)
                    || (vertex instanceof LayerVertex layered
                            && reads(layered.getLayerConf().getLayer(), padding));
            if (steps.readBy(name) && (wrong || obstacles.contains(name))) {
                names.add(name);
            }
        });
        return names;
    }

    private static boolean reads(Layer layer, boolean padding) {
        if (layer instanceof TimeDistributed || layer instanceof Convolution1DLayer || layer instanceof MaskZeroLayer) {
            return !masked(layer);
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            return reads(wrapper.getUnderlying(), padding);
        }
        if (layer instanceof Bidirectional both) {
            // a state of 0 at masked steps is where the reverse direction starts from anyway
            return padding ? both.getFwd() instanceof AbstractLSTM cell && !masked(cell) : reads(both.getFwd(), false);
        }
        return !padding && (layer instanceof AbstractLSTM || layer instanceof SimpleRnn) && !masked(layer);
    }

    private static boolean masked(Layer layer) {
        return INSTEAD.containsValue(layer.getClass());
    }

    private static String changed(String json) {
        ObjectMapper mapper = NeuralNetConfiguration.mapper();
        try {
            JsonNode tree = mapper.readTree(json);
            change(tree);
            return mapper.writeValueAsString(tree);
        } catch (IOException e) {
            throw new UncheckedIOException("a configuration that can't be read as JSON", e);
        }
    }

    private static void change(JsonNode node) {
        String name = node.path(CLASS).asText();
        Class<?> other = INSTEAD.get(name);
        if (other != null) {
            ((ObjectNode) node).put(CLASS, other.getName());
        } else if (name.equals(ActivationLayer.class.getName()) && softmax(node.path("activationFn"))) {
            ((ObjectNode) node).put(CLASS, UnitwiseActivation.class.getName());
        }
        node.forEach(MaskAware::change);
    }

    private static boolean softmax(JsonNode function) {
        return function.path(CLASS).asText().equals(ActivationSoftmax.class.getName());
    }
}
