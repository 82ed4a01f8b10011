package org.steadygrad.engine.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.engine.plan.Value.Rows;
import org.steadygrad.model.ActivationRange;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.GraphDepths;
import org.steadygrad.nn.MaskedValue;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * Turns an initialised DL4J graph into a plan, vertex after vertex in topological order. What each kind of layer becomes
 * is decided in {@link LayerTranslation} and {@link VertexTranslation}; this class keeps what they share.
 */
public final class PlanBuilder {
    private final ComputationGraph graph;
    private final FlatLayout layout;
    private final Map<String, ParameterBlock> blocks = new HashMap<>();
    private final List<Value> values = new ArrayList<>();
    private final List<PlanOperation> operations = new ArrayList<>();
    private final Map<String, Signal> signals = new HashMap<>();
    private GraphInput input;
    private int frozen;
    private int streams;

    private PlanBuilder(ComputationGraph graph) {
        this.graph = graph;
        layout = FlatLayouts.of(graph);
        layout.blocks().forEach(block -> blocks.put(block.name(), block));
    }

    /**
     * @param graph initialised; isn't changed
     * @throws UnsupportedModelException naming the first layer or setting that a plan can't express
     */
    public static Plan build(ComputationGraph graph) {
        return new PlanBuilder(graph).build();
    }

    /** Why no plan can be made of the graph; empty when one can. */
    public static Optional<String> unsupported(ComputationGraph graph) {
        try {
            build(graph);
            return Optional.empty();
        } catch (UnsupportedModelException e) {
            return Optional.of(e.getMessage());
        }
    }

    private Plan build() {
        if (graph.getNumInputArrays() != 1 || graph.getNumOutputArrays() != 1) {
            throw new UnsupportedModelException(
                    String.join(", ", graph.getConfiguration().getNetworkOutputs()),
                    "a model with " + graph.getNumInputArrays() + " inputs and " + graph.getNumOutputArrays()
                            + " outputs");
        }
        MaskedValue.obstacle(graph.getConfiguration()).ifPresent(reason -> {
            throw new UnsupportedModelException(
                    graph.getConfiguration().getNetworkInputs().get(0), reason);
        });
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (vertex.isInputVertex()) {
                input = GraphInput.of(graph, vertex, this);
                signals.put(vertex.getVertexName(), input.signal());
            } else {
                Signal out = vertex.hasLayer()
                        ? LayerTranslation.translate(
                                this, vertex, inputs(vertex).get(0))
                        : VertexTranslation.translate(this, vertex.getVertexName(), settings(vertex), inputs(vertex));
                signals.put(vertex.getVertexName(), out);
            }
        }
        SequenceFormats formats = SequenceFormats.of(graph);
        if (operations.isEmpty() || !(operations.get(operations.size() - 1) instanceof PlanOperation.Loss)) {
            throw new UnsupportedModelException(
                    graph.getConfiguration().getNetworkOutputs().get(0),
                    "an output that isn't an output or loss layer");
        }
        return new Plan(
                layout,
                values,
                operations,
                input.signal().value(),
                input.format(),
                input.signal().mask(),
                formats.labels(),
                formats.masked(),
                outputs());
    }

    private List<VertexOutput> outputs() {
        Map<String, Integer> depths = GraphDepths.of(graph);
        List<VertexOutput> outputs = new ArrayList<>();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            String name = vertex.getVertexName();
            if (!vertex.isInputVertex() && !vertex.isOutputVertex()) {
                ActivationRange range =
                        vertex.hasLayer() ? ActivationRange.of(configuration(vertex)) : ActivationRange.NONE;
                outputs.add(new VertexOutput(
                        name,
                        vertex.hasLayer(),
                        depths.get(name),
                        range,
                        signals.get(name).value()));
            }
        }
        return outputs;
    }

    private List<Signal> inputs(GraphVertex vertex) {
        List<Signal> found = new ArrayList<>();
        for (VertexIndices source : vertex.getInputVertices()) {
            found.add(signals.get(graph.getVertices()[source.getVertexIndex()].getVertexName()));
        }
        return found;
    }

    private org.deeplearning4j.nn.conf.graph.GraphVertex settings(GraphVertex vertex) {
        return graph.getConfiguration().getVertices().get(vertex.getVertexName());
    }

    /** Whether these are the features. */
    boolean isInput(Value value) {
        return value.equals(input.signal().value());
    }

    /** The mask of the features, for networks on sequences. */
    Optional<Value> inputMask() {
        return input.signal().mask();
    }

    /** Which axis of DL4J's sequences holds the features. */
    int featureAxis() {
        return input.format() == RNNFormat.NCW ? 1 : 2;
    }

    /** What the vertex of this name puts out; it comes earlier in topological order. */
    Signal signal(String vertex) {
        return signals.get(vertex);
    }

    /** Whether the layers that are translated now are frozen, so that they work as in inference. */
    boolean inference() {
        return frozen > 0;
    }

    /** Translates frozen layers. */
    Signal inInference(Supplier<Signal> translation) {
        frozen++;
        try {
            return translation.get();
        } finally {
            frozen--;
        }
    }

    /** The number of a stream of random numbers that no other operation has. */
    int nextStream() {
        return streams++;
    }

    Value newValue(String producer, long size, Rows rows) {
        Value value = new Value(values.size(), producer, Math.toIntExact(size), rows);
        values.add(value);
        return value;
    }

    /** Appends an operation and gives its output. */
    Value add(PlanOperation operation) {
        operations.add(operation);
        return operation.output();
    }

    /** @param parameter name within the layer; the layer has it */
    ParameterBlock parameter(String layer, String parameter) {
        return blocks.get(layer + "_" + parameter);
    }

    Optional<ParameterBlock> optionalParameter(String layer, String parameter) {
        return Optional.ofNullable(blocks.get(layer + "_" + parameter));
    }

    /** @throws UnsupportedModelException when a plan doesn't know the function */
    static ActivationFunction activation(String layer, IActivation function) {
        return ActivationFunction.of(function)
                .orElseThrow(() -> new UnsupportedModelException(layer, "activation " + function));
    }

    /** The configuration of a vertex' layer with the wrappers that its layer hides; not as frozen. */
    Layer configured(String vertex) {
        LayerVertex found = (LayerVertex) graph.getConfiguration().getVertices().get(vertex);
        Layer layer = found.getLayerConf().getLayer();
        while (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
            layer = layer instanceof FrozenLayer frozen
                    ? frozen.getLayer()
                    : ((FrozenLayerWithBackprop) layer).getUnderlying();
        }
        return layer;
    }

    /** The configuration of a vertex' layer. */
    static Layer configuration(GraphVertex vertex) {
        return vertex.getLayer().conf().getLayer();
    }
}
