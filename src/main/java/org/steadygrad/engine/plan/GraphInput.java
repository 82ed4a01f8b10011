package org.steadygrad.engine.plan;

import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.steadygrad.engine.plan.Value.Rows;
import org.steadygrad.nn.BatchNorm;

/**
 * What a graph is fed with. A graph doesn't store its input's type, so that it is read from the layers above.
 *
 * @param signal the features and, for sequences, their mask
 * @param format of sequences
 */
record GraphInput(Signal signal, RNNFormat format) {

    static GraphInput of(ComputationGraph graph, GraphVertex vertex, PlanBuilder builder) {
        Kind kind = kind(graph, vertex);
        if (kind == null) {
            throw new UnsupportedModelException(vertex.getVertexName(), "an input that no layer tells the size of");
        }
        Rows rows = kind.sequence() ? Rows.STEPS : Rows.EXAMPLES;
        Value value = builder.newValue(vertex.getVertexName(), kind.size(), rows);
        Optional<Value> mask = kind.sequence()
                ? Optional.of(builder.newValue(vertex.getVertexName() + " mask", 1, Rows.STEPS))
                : Optional.empty();
        return new GraphInput(new Signal(value, mask), kind.format());
    }

    /** The format of the labels; of no importance to networks with one label per example. */
    static RNNFormat labelFormat(ComputationGraph graph) {
        String output = graph.getConfiguration().getNetworkOutputs().get(0);
        GraphVertex vertex = graph.getVertex(output);
        Layer layer = vertex.hasLayer() ? PlanBuilder.configuration(vertex) : null;
        if (layer instanceof RnnOutputLayer rnn) {
            return rnn.getRnnDataFormat();
        }
        return layer instanceof RnnLossLayer loss ? loss.getRnnDataFormat() : RNNFormat.NCW;
    }

    private record Kind(boolean sequence, long size, RNNFormat format) {}

    /** Looks at the readers of a vertex, and at theirs where a vertex leaves the size open. */
    private static Kind kind(ComputationGraph graph, GraphVertex vertex) {
        VertexIndices[] readers = vertex.getOutputVertices();
        for (VertexIndices index : readers == null ? new VertexIndices[0] : readers) {
            GraphVertex reader = graph.getVertices()[index.getVertexIndex()];
            Kind kind = reader.hasLayer() ? kind(reader) : null;
            kind = kind == null ? kind(graph, reader) : kind;
            if (kind != null) {
                return kind;
            }
        }
        return null;
    }

    private static Kind kind(GraphVertex vertex) {
        Layer layer = unwrapped(PlanBuilder.configuration(vertex));
        if (layer instanceof EmbeddingSequenceLayer) {
            return new Kind(true, 1, RNNFormat.NCW);
        }
        boolean unrolled = vertex instanceof LayerVertex layered
                && layered.getLayerPreProcessor() instanceof RnnToFeedForwardPreProcessor;
        if (layer instanceof BaseRecurrentLayer recurrent) {
            return new Kind(true, recurrent.getNIn(), recurrent.getRnnDataFormat());
        }
        if (layer instanceof RnnOutputLayer output) {
            return new Kind(true, output.getNIn(), output.getRnnDataFormat());
        }
        if (layer instanceof org.deeplearning4j.nn.conf.layers.EmbeddingLayer) {
            return new Kind(false, 1, RNNFormat.NCW);
        }
        if (layer instanceof FeedForwardLayer forward && forward.getNIn() > 0) {
            RNNFormat format = layer instanceof BatchNorm norm ? norm.getRnnFormat() : RNNFormat.NCW;
            return new Kind(unrolled, forward.getNIn(), format);
        }
        return null;
    }

    /** The layer inside wrappers and one of the two directions. */
    private static Layer unwrapped(Layer layer) {
        if (layer instanceof BaseWrapperLayer wrapper) {
            return unwrapped(wrapper.getUnderlying());
        }
        if (layer instanceof Bidirectional both) {
            return unwrapped(both.getFwd());
        }
        return layer instanceof FrozenLayer frozen ? unwrapped(frozen.getLayer()) : layer;
    }
}
