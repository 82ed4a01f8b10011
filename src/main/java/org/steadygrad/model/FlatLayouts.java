package org.steadygrad.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * Tells where each parameter of a DL4J network lies in {@code network.params()} and in the flat gradient.
 *
 * <p>DL4J lays parameters out layer after layer: from input to output in a {@link MultiLayerNetwork}, in topological
 * order in a {@link ComputationGraph}; within a layer in the order of its parameter table. A block is
 *
 * <ul>
 *   <li>{@code FROZEN} if its layer is wrapped in one of DL4J's frozen layers or vertices,
 *   <li>{@code STATISTIC} if DL4J itself doesn't divide its "gradient" by the size of the minibatch, which is how it
 *       marks batch norm's running mean and variance,
 *   <li>{@code TRAINED} otherwise, whatever its updater is.
 * </ul>
 */
public final class FlatLayouts {
    private FlatLayouts() {}

    /**
     * @param network an initialised network
     * @return its layout; layers are named by vertex
     */
    public static FlatLayout of(ComputationGraph network) {
        Check.notNull(network, "FlatLayouts", "network");
        Blocks blocks = new Blocks();
        GraphVertex[] vertices = network.getVertices();
        if (vertices == null) {
            throw notInitialised();
        }
        for (int index : network.topologicalSortOrder()) {
            GraphVertex vertex = vertices[index];
            boolean frozen = vertex instanceof FrozenVertex || (vertex.hasLayer() && frozen(vertex.getLayer()));
            blocks.add(vertex.getVertexName(), vertex, frozen);
        }
        return blocks.layout(network.params());
    }

    /**
     * @param network an initialised network
     * @return its layout; layers are named by index, as in DL4J's parameter table
     */
    public static FlatLayout of(MultiLayerNetwork network) {
        Check.notNull(network, "FlatLayouts", "network");
        Layer[] layers = network.getLayers();
        if (layers == null) {
            throw notInitialised();
        }
        Blocks blocks = new Blocks();
        for (int i = 0; i < layers.length; i++) {
            blocks.add(Integer.toString(i), layers[i], frozen(layers[i]));
        }
        return blocks.layout(network.params());
    }

    private static boolean frozen(Layer layer) {
        return layer instanceof FrozenLayer
                || layer instanceof FrozenLayerWithBackprop
                || (layer instanceof BaseWrapperLayer wrapper && frozen(wrapper.getUnderlying()));
    }

    private static InvalidInputException notInitialised() {
        return InvalidInputException.of(
                "FlatLayouts", "an initialised network", "one without layers", "Call init() first.");
    }

    /** The blocks found so far, and where the next one begins. */
    private static final class Blocks {
        private final List<ParameterBlock> found = new ArrayList<>();
        private long offset;

        void add(String layer, Trainable trainable, boolean frozen) {
            if (trainable.numParams() == 0) {
                return;
            }
            for (Map.Entry<String, INDArray> entry : trainable.paramTable(false).entrySet()) {
                String name = entry.getKey();
                ParameterBlock block = new ParameterBlock(
                        layer,
                        name,
                        offset,
                        shape(entry.getValue()),
                        kind(trainable, name, frozen),
                        Gates.of(trainable.getConfig(), name));
                found.add(block);
                offset += block.length();
            }
        }

        private static ParameterBlock.Kind kind(Trainable trainable, String name, boolean frozen) {
            if (frozen) {
                return ParameterBlock.Kind.FROZEN;
            }
            return trainable.updaterDivideByMinibatch(name)
                    ? ParameterBlock.Kind.TRAINED
                    : ParameterBlock.Kind.STATISTIC;
        }

        /**
         * The shape to be read in 'f' order. DL4J's convolutions store theirs in 'c' order, units first; reversed, the
         * same memory is in 'f' order with units last.
         */
        private static List<Long> shape(INDArray parameter) {
            List<Long> shape =
                    new ArrayList<>(LongStream.of(parameter.shape()).boxed().toList());
            boolean unitsFirst = parameter.rank() > 1 && parameter.ordering() == 'c' && parameter.stride(0) != 1;
            if (unitsFirst) {
                Collections.reverse(shape);
            }
            return shape;
        }

        FlatLayout layout(INDArray params) {
            long expected = params == null ? 0 : params.length();
            if (offset != expected) {
                throw InvalidInputException.of(
                        "FlatLayouts",
                        "parameter tables with " + expected + " elements in all",
                        offset,
                        "A custom layer's parameter table doesn't cover its parameters.");
            }
            return new FlatLayout(found);
        }
    }
}
