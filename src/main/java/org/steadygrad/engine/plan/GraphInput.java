package org.steadygrad.engine.plan;

import java.util.Optional;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.graph.vertex.impl.MergeVertex;
import org.deeplearning4j.nn.graph.vertex.impl.PreprocessorVertex;
import org.deeplearning4j.nn.graph.vertex.impl.rnn.LastTimeStepVertex;
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
        String name = vertex.getVertexName();
        Findings found = findings(graph, vertex);
        if (found.size == 0) {
            throw new UnsupportedModelException(name, "an input that no layer tells the size of");
        }
        boolean sequence = Boolean.TRUE.equals(found.sequence);
        Value value = builder.newValue(name, found.size, sequence ? Rows.TIME_STEPS : Rows.EXAMPLES);
        Optional<Value> mask =
                sequence ? Optional.of(builder.newValue(name + " mask", 1, Rows.TIME_STEPS)) : Optional.empty();
        return new GraphInput(new Signal(value, mask), found.format().orElse(RNNFormat.NCW));
    }

    /** What the layers above an input vertex tell of it. */
    static Findings findings(ComputationGraph graph, GraphVertex vertex) {
        Findings found = new Findings(graph);
        found.look(vertex);
        return found;
    }

    /** What the layers above an input tell of it; what is found first stands. */
    static final class Findings {
        private final ComputationGraph graph;
        private Boolean sequence;
        private long size;
        private RNNFormat format;
        private boolean symbols;

        private Findings(ComputationGraph graph) {
            this.graph = graph;
        }

        /** Empty where no layer tells. */
        Optional<RNNFormat> format() {
            return Optional.ofNullable(format);
        }

        /** Whether they are read by an embedding of sequences. */
        boolean symbols() {
            return symbols;
        }

        /** Looks at the readers of a vertex, and at theirs where they take rows of either kind. */
        private void look(GraphVertex vertex) {
            VertexIndices[] readers = vertex.getOutputVertices();
            for (VertexIndices index : readers == null ? new VertexIndices[0] : readers) {
                GraphVertex reader = graph.getVertices()[index.getVertexIndex()];
                boolean further = reader.hasLayer() ? layer(reader) : vertex(reader);
                if (further) {
                    look(reader);
                }
            }
        }

        /** Whether the layers above can tell more. */
        private boolean layer(GraphVertex vertex) {
            Layer layer = unwrapped(PlanBuilder.configuration(vertex));
            InputPreProcessor preprocessor =
                    vertex instanceof LayerVertex layered ? layered.getLayerPreProcessor() : null;
            if (preprocessor instanceof RnnToFeedForwardPreProcessor unrolled) {
                found(true, unrolled.getRnnDataFormat());
            }
            // the layer itself knows the configuration of the one inside only
            if (graph.getConfiguration().getVertices().get(vertex.getVertexName())
                            instanceof org.deeplearning4j.nn.conf.graph.LayerVertex configured
                    && configured.getLayerConf().getLayer() instanceof TimeDistributed steps) {
                found(true, steps.getRnnDataFormat());
            }
            if (layer instanceof EmbeddingLayer || layer instanceof EmbeddingSequenceLayer) {
                symbols |= layer instanceof EmbeddingSequenceLayer;
                found(layer instanceof EmbeddingSequenceLayer, RNNFormat.NCW);
                found(1);
                return false;
            }
            boolean open = layer instanceof BatchNormalization
                    || layer instanceof ActivationLayer
                    || layer instanceof DropoutLayer;
            if (!open) {
                rows(layer);
            } else if (layer instanceof BatchNorm norm && norm.getRnnFormat() == RNNFormat.NWC) {
                found(true, RNNFormat.NWC);
            }
            if (layer instanceof FeedForwardLayer forward) {
                found(forward.getNIn());
            }
            return open || layer instanceof GlobalPoolingLayer;
        }

        private void rows(Layer layer) {
            if (layer instanceof BaseRecurrentLayer recurrent) {
                found(true, recurrent.getRnnDataFormat());
            } else if (layer instanceof Convolution1DLayer convolution) {
                found(true, convolution.getRnnDataFormat());
            } else if (layer instanceof RnnOutputLayer output) {
                found(true, output.getRnnDataFormat());
            } else if (layer instanceof RnnLossLayer loss) {
                found(true, loss.getRnnDataFormat());
            } else {
                found(layer instanceof GlobalPoolingLayer, null);
            }
        }

        private boolean vertex(GraphVertex vertex) {
            if (vertex instanceof LastTimeStepVertex) {
                found(true, null);
            } else if (vertex instanceof MergeVertex) {
                Findings above = new Findings(graph);
                above.look(vertex);
                above.size = 0;
                take(above);
                return false;
            } else if (vertex instanceof PreprocessorVertex preprocessor
                    && preprocessor.getPreProcessor() instanceof RnnToFeedForwardPreProcessor unrolled) {
                found(true, unrolled.getRnnDataFormat());
            }
            return true;
        }

        private void take(Findings other) {
            if (other.sequence != null) {
                found(other.sequence, other.format);
            }
        }

        private void found(boolean steps, RNNFormat of) {
            if (sequence == null) {
                sequence = steps;
            }
            if (format == null) {
                format = of;
            }
        }

        private void found(long width) {
            if (size == 0) {
                size = Math.max(0, width);
            }
        }
    }

    /** The layer inside wrappers and one of the two directions. */
    static Layer unwrapped(Layer layer) {
        if (layer instanceof BaseWrapperLayer wrapper) {
            return unwrapped(wrapper.getUnderlying());
        }
        if (layer instanceof Bidirectional both) {
            return unwrapped(both.getFwd());
        }
        return layer instanceof FrozenLayer frozen ? unwrapped(frozen.getLayer()) : layer;
    }
}
