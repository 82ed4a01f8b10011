package org.steadygrad.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/**
 * Which layers and vertices keep a network from being right on sequences with masked steps, even after {@link MaskAware}: what they
 * put out, or learn, depends on how long the padding is. Layers that aren't DL4J's or this toolkit's aren't judged.
 */
@SuppressWarnings("deprecation") // models that have Graves layers are trained, too
public final class MaskObstacles {
    private static final Set<Class<?>> LAYERS = Set.of(
            DenseLayer.class,
            AutoEncoder.class,
            ElementWiseMultiplicationLayer.class,
            ActivationLayer.class,
            DropoutLayer.class,
            BatchNormalization.class,
            EmbeddingLayer.class,
            EmbeddingSequenceLayer.class,
            LSTM.class,
            GravesLSTM.class,
            GravesBidirectionalLSTM.class,
            SimpleRnn.class,
            SelfAttentionLayer.class,
            GlobalPoolingLayer.class,
            MaskLayer.class,
            RnnOutputLayer.class,
            RnnLossLayer.class);
    private static final Set<Class<?>> WRAPPERS =
            Set.of(LastTimeStep.class, MaskZeroLayer.class, TimeDistributed.class, FrozenLayerWithBackprop.class);
    private static final Set<Class<?>> VERTICES = Set.of(
            ElementWiseVertex.class,
            MergeVertex.class,
            SubsetVertex.class,
            StackVertex.class,
            UnstackVertex.class,
            ScaleVertex.class,
            ShiftVertex.class,
            L2NormalizeVertex.class,
            LastTimeStepVertex.class,
            DuplicateToTimeSeriesVertex.class,
            ReverseTimeSeriesVertex.class);

    private MaskObstacles() {}

    /**
     * @param name of the vertex
     * @param reason what is the matter there, and what to do
     */
    public record Obstacle(String name, String reason) {}

    /** In the order of the configuration; empty where all is well. */
    public static List<Obstacle> of(ComputationGraphConfiguration graph) {
        InputSteps steps = new InputSteps(graph);
        List<Obstacle> found = new ArrayList<>();
        graph.getVertices().forEach((name, vertex) -> {
            if (steps.readBy(name)) {
                reason(vertex).ifPresent(reason -> found.add(new Obstacle(name, reason)));
            }
        });
        return found;
    }

    private static Optional<String> reason(GraphVertex vertex) {
        if (vertex instanceof LayerVertex layered) {
            return preprocessor(layered.getPreProcessor())
                    .or(() -> reason(layered.getLayerConf().getLayer()));
        }
        if (vertex instanceof PreprocessorVertex alone) {
            return preprocessor(alone.getPreProcessor());
        }
        if (vertex instanceof FrozenVertex frozen) {
            return reason(frozen.getUnderlying());
        }
        return VERTICES.contains(vertex.getClass()) || foreign(vertex) ? Optional.empty() : unknown(vertex);
    }

    private static Optional<String> preprocessor(InputPreProcessor preprocessor) {
        boolean known = preprocessor == null
                || preprocessor instanceof RnnToFeedForwardPreProcessor
                || preprocessor instanceof FeedForwardToRnnPreProcessor
                || foreign(preprocessor);
        return known ? Optional.empty() : unknown(preprocessor);
    }

    private static Optional<String> reason(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return reason(frozen.getLayer());
        }
        if (layer instanceof Bidirectional both) {
            return reason(both.getFwd());
        }
        if (layer instanceof BaseWrapperLayer wrapper && WRAPPERS.contains(ownClass(layer))) {
            return reason(wrapper.getUnderlying());
        }
        if (ownClass(layer) == Convolution1DLayer.class || ownClass(layer) == Convolution1D.class) {
            return InputSteps.keeps(layer)
                    ? Optional.empty()
                    : Optional.of("Windows of this 1D convolution begin, or end, elsewhere in a longer sequence. Use a"
                            + " stride of 1 with ConvolutionMode.Same or Causal.");
        }
        if (ownClass(layer) == Subsampling1DLayer.class) {
            boolean single = ((Subsampling1DLayer) layer).getKernelSize()[0] == 1;
            return single && InputSteps.keeps(layer)
                    ? Optional.empty()
                    : Optional.of("Windows of this pooling reach into masked steps. Pool over all steps instead"
                            + " (GlobalPoolingLayer).");
        }
        return LAYERS.contains(ownClass(layer)) || foreign(layer) ? Optional.empty() : unknown(layer);
    }

    /** DL4J's class where this toolkit has a better one in its place. */
    private static Class<?> ownClass(Layer layer) {
        Class<?> type = layer.getClass();
        while (type.getPackageName().startsWith("org.steadygrad.") && type.getSuperclass() != null) {
            type = type.getSuperclass();
        }
        return type;
    }

    private static boolean foreign(Object part) {
        return !part.getClass().getPackageName().startsWith("org.deeplearning4j.");
    }

    private static Optional<String> unknown(Object part) {
        return Optional.of("DL4J's " + part.getClass().getSimpleName()
                + " doesn't know where steps are masked. Use sequences of one length there, or another layer.");
    }
}
