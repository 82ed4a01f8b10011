package org.steadygrad.engine.dl4j;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.LossLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;

/**
 * A training step's forward and backward pass through a DL4J graph that looks at every activation and at the gradient
 * of every layer's output on its way. DL4J's own {@code computeGradientAndScore} keeps the latter to itself, so the
 * vertices are walked here, in the same order and with the same sums.
 *
 * <p>The loss of a {@code LossLayer} is computed before the backward pass, in which some of DL4J's losses change the input of
 * such a layer in place, so that {@code computeGradientAndScore} applies the activation function twice in its score.
 *
 * <p>Afterwards the graph's flat gradient, its gradient table and, but for that, its score are what
 * {@code computeGradientAndScore} would have left, bit for bit: the gradient is the sum over the minibatch, and what batch norm passes off as the
 * gradient of its running statistics is in it. The graph's listeners aren't called. No workspaces are used.
 */
public final class TracedPass {
    private final ComputationGraph graph;
    private final MultiDataSet batch;
    private final boolean carryState;
    private final LayerWorkspaceMgr memory = LayerWorkspaceMgr.noWorkspaces();
    private final GraphVertex[] vertices;
    private final int[] order;
    private final boolean[] epsilonSet;
    private final Deque<Map.Entry<String, Gradient>> gradients = new ArrayDeque<>();
    private final TraceCollector collector;

    /**
     * @param loss as {@code graph.score()} after {@code computeGradientAndScore}: averaged over the minibatch,
     *     penalties included
     * @param trace what was seen on the way
     */
    public record Result(double loss, StepTrace trace) {}

    private TracedPass(ComputationGraph graph, MultiDataSet batch, boolean carryState, boolean histograms) {
        this.graph = graph;
        this.batch = batch;
        this.carryState = carryState;
        vertices = graph.getVertices();
        order = graph.topologicalSortOrder();
        epsilonSet = new boolean[vertices.length];
        collector = new TraceCollector(graph, batch, histograms);
    }

    /**
     * Runs forward and backward in training mode; dropout masks are drawn from ND4J's random generator as usual.
     *
     * @param graph an initialised graph; its parameters aren't changed
     * @param batch one array per input and output; masks as DL4J takes them
     * @param carryState recurrent layers start from, and store, their truncated-BPTT state, as they do for a graph
     *     configured with {@code BackpropType.TruncatedBPTT}; without it they do as for {@code BackpropType.Standard},
     *     whatever the graph's configuration says
     */
    public static Result run(ComputationGraph graph, MultiDataSet batch, boolean carryState) {
        return run(graph, batch, carryState, false);
    }

    /**
     * As {@link #run(ComputationGraph, MultiDataSet, boolean)}.
     *
     * @param histograms whether the trace has histograms of the layers' outputs
     */
    public static Result run(ComputationGraph graph, MultiDataSet batch, boolean carryState, boolean histograms) {
        if (batch.numFeatureArrays() != graph.getNumInputArrays()
                || batch.numLabelsArrays() != graph.getNumOutputArrays()) {
            throw InvalidInputException.of(
                    "traced pass",
                    graph.getNumInputArrays() + " feature and " + graph.getNumOutputArrays() + " label arrays",
                    batch.numFeatureArrays() + " and " + batch.numLabelsArrays(),
                    "");
        }
        return new TracedPass(graph, batch, carryState, histograms).run();
    }

    private Result run() {
        for (Layer layer : graph.getLayers()) {
            layer.setIterationCount(graph.getConfiguration().getIterationCount());
            layer.setEpochCount(graph.getConfiguration().getEpochCount());
        }
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        forward();
        giveLabels();
        double before = lossAlone() ? loss() : 0;
        backward();
        double loss = lossAlone() ? before : loss();
        graph.setScore(loss);
        StepTrace trace = collector.finish(loss, graph.getFlattenedGradients());
        for (GraphVertex vertex : vertices) {
            vertex.clear();
        }
        graph.clearLayerMaskArrays();
        return new Result(loss, trace);
    }

    private void forward() {
        List<String> outputs = graph.getConfiguration().getNetworkOutputs();
        for (int index : order) {
            GraphVertex vertex = vertices[index];
            if (outputs.contains(vertex.getVertexName())) {
                continue;
            }
            INDArray out = vertex.isInputVertex() ? graph.getInput(index) : activate(vertex);
            collector.activation(vertex, out);
            if (vertex.getOutputVertices() != null) {
                for (VertexIndices next : vertex.getOutputVertices()) {
                    vertices[next.getVertexIndex()].setInput(next.getVertexEdgeNumber(), out, memory);
                }
            }
        }
    }

    private INDArray activate(GraphVertex vertex) {
        if (carryState && vertex.hasLayer()) {
            Layer layer = vertex.getLayer();
            Layer inner = layer instanceof RecurrentLayer || !(layer instanceof BaseWrapperLayer wrapper)
                    ? layer
                    : wrapper.getUnderlying();
            if (inner instanceof RecurrentLayer recurrent) {
                collector.stateBefore(vertex, recurrent);
                // not the vertex' input, as in DL4J's own truncated passes, which forget the preprocessor
                return recurrent.rnnActivateUsingStoredState(inner.input(), true, true, memory);
            }
        }
        return vertex.doForward(true, memory);
    }

    private void backward() {
        if (graph.getFlattenedGradients() == null) {
            graph.initGradientsView();
        }
        for (int i = order.length - 1; i >= 0; i--) {
            GraphVertex vertex = vertices[order[i]];
            boolean frozen = vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer;
            if (!vertex.isInputVertex() && !frozen && !(vertex instanceof FrozenVertex)) {
                backward(vertex);
            }
        }
        Gradient table = new DefaultGradient(graph.getFlattenedGradients());
        for (Map.Entry<String, Gradient> entry : gradients) {
            Gradient own = entry.getValue();
            List<Map.Entry<String, INDArray>> variables =
                    new ArrayList<>(own.gradientForVariable().entrySet());
            for (Map.Entry<String, INDArray> variable : variables) {
                table.setGradientFor(
                        entry.getKey() + "_" + variable.getKey(),
                        variable.getValue(),
                        own.flatteningOrderForVariable(variable.getKey()));
            }
        }
        graph.setGradient(table);
    }

    private void backward(GraphVertex vertex) {
        if (!vertex.isOutputVertex()) {
            collector.gradient(vertex, vertex.getEpsilon());
        }
        Pair<Gradient, INDArray[]> result = vertex.doBackward(carryState, memory);
        if (vertex.getInputVertices() != null) {
            passOn(vertex.getInputVertices(), result.getSecond());
        }
        if (result.getFirst() != null) {
            gradients.addFirst(Map.entry(vertex.getVertexName(), result.getFirst()));
        }
    }

    private boolean lossAlone() {
        return graph.getOutputLayer(0) instanceof LossLayer;
    }

    private void giveLabels() {
        for (GraphVertex vertex : vertices) {
            if (vertex.isOutputVertex()) {
                giveLabels(vertex);
            }
        }
    }

    private void giveLabels(GraphVertex vertex) {
        int number = graph.getConfiguration().getNetworkOutputs().indexOf(vertex.getVertexName());
        if (number < 0 || !(outputLayer(vertex) instanceof IOutputLayer output)) {
            throw InvalidInputException.of(
                    "traced pass",
                    "every output of the graph to be an output layer",
                    vertex.getVertexName(),
                    "Give the graph an output or loss layer there, and list it in setOutputs.");
        }
        output.setLabels(batch.getLabels(number));
        collector.labels(vertex, batch.getLabels(number));
    }

    /** A vertex that feeds several others gets the sum of what they send back, in place as DL4J does it. */
    private void passOn(VertexIndices[] sources, INDArray[] epsilons) {
        int next = 0;
        for (VertexIndices source : sources) {
            GraphVertex vertex = vertices[source.getVertexIndex()];
            if (!epsilonSet[vertex.getVertexIndex()]) {
                vertex.setEpsilon(epsilons[next++]);
            } else if (vertex.getEpsilon() != null) {
                vertex.setEpsilon(vertex.getEpsilon().addi(epsilons[next++]));
            }
            epsilonSet[vertex.getVertexIndex()] = true;
        }
    }

    private double loss() {
        double penalty = graph.calcRegularizationScore(true);
        double sum = 0;
        int number = 0;
        for (String name : graph.getConfiguration().getNetworkOutputs()) {
            GraphVertex vertex = graph.getVertex(name);
            if (vertex instanceof LayerVertex layerVertex && !layerVertex.isSetLayerInput()) {
                layerVertex.applyPreprocessorAndSetInput(memory);
            }
            Layer layer = outputLayer(vertex);
            INDArray[] masks = batch.getLabelsMaskArrays();
            layer.setMaskArray(masks == null ? null : masks[number]);
            sum += ((IOutputLayer) layer).computeScore(penalty, true, memory);
            penalty = 0;
            number++;
        }
        return sum;
    }

    private static Layer outputLayer(GraphVertex vertex) {
        Layer layer = vertex.getLayer();
        return layer instanceof FrozenLayerWithBackprop frozen ? frozen.getInsideLayer() : layer;
    }
}
