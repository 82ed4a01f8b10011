package org.steadygrad.diagnose;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.engine.dl4j.OwnGraph;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.nn.Dropouts;
import org.steadygrad.ops.ParameterBlock;

/**
 * A copy of a network in double precision, for measurements that float would blur: without dropout, and with the statistics
 * of one batch in its batch norms.
 *
 * <p>A pass in inference mode thus computes what a training pass on that batch does. What a batch norm's statistics owe to
 * the example that is looked at is left out; it is of the order of 1 / (size of the batch).
 */
final class DoubleNetwork {
    private final OwnGraph own;
    private final ComputationGraph graph;
    private final SequenceFormats formats;
    private final LayerWorkspaceMgr memory = LayerWorkspaceMgr.noWorkspaces();

    /** @param batch one that the batch norms may take their statistics from */
    DoubleNetwork(ComputationGraph model, MultiDataSet batch) {
        own = OwnGraph.inDouble(model, configuration(model));
        graph = own.graph();
        graph.initGradientsView();
        formats = SequenceFormats.of(model);
        List<ParameterBlock> statistics = FlatLayouts.of(graph).blocks().stream()
                .filter(block -> block.kind() == ParameterBlock.Kind.STATISTIC)
                .toList();
        if (!statistics.isEmpty()) {
            TracedPass.run(graph, weighed(batch), false);
            // with a decay of 0, what DL4J calls the gradient of a running statistic is all of its change
            INDArray changes = graph.getFlattenedGradients().reshape(-1);
            INDArray parameters = graph.params().reshape(-1);
            for (ParameterBlock block : statistics) {
                var place = NDArrayIndex.interval(block.offset(), block.offset() + block.length());
                parameters.get(place).subi(changes.get(place));
            }
        }
    }

    private static ComputationGraphConfiguration configuration(ComputationGraph model) {
        ComputationGraphConfiguration configuration =
                ComputationGraphConfiguration.fromJson(model.getConfiguration().toJson());
        configuration.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        configuration.setInferenceWorkspaceMode(WorkspaceMode.NONE);
        Dropouts.remove(configuration);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof BatchNormalization norm) {
                norm.setDecay(0);
            }
        });
        return configuration;
    }

    /** The network itself. */
    ComputationGraph graph() {
        return graph;
    }

    /** How the model's batches lie. */
    SequenceFormats formats() {
        return formats;
    }

    /** A batch as the network takes it for a pass with the model's own loss. */
    MultiDataSet weighed(MultiDataSet batch) {
        return own.batch(batch);
    }

    /** A batch in double, with the masks that count and zeros under them. */
    MultiDataSet masked(MultiDataSet batch) {
        return own.masked(batch);
    }

    /** The outputs of all vertices, inputs included, by name. */
    Map<String, INDArray> activations(MultiDataSet batch) {
        MultiDataSet converted = masked(batch);
        graph.setInputs(converted.getFeatures());
        graph.setLabels(converted.getLabels());
        graph.setLayerMaskArrays(converted.getFeaturesMaskArrays(), converted.getLabelsMaskArrays());
        Map<String, INDArray> outputs = graph.feedForward(false);
        graph.clearLayerMaskArrays();
        graph.clearLayersStates();
        return outputs;
    }

    /**
     * Runs a part of the network forward.
     *
     * @param part vertices between two places that everything passes through, in topological order
     * @param from name of the vertex before them
     * @param input what that vertex puts out, a row per example; not changed
     * @return output of the last of them
     */
    INDArray pushForward(List<GraphVertex> part, String from, INDArray input) {
        Map<String, INDArray> outputs = new HashMap<>(Map.of(from, input));
        INDArray output = input;
        for (GraphVertex vertex : part) {
            VertexIndices[] sources = vertex.getInputVertices();
            for (int edge = 0; edge < sources.length; edge++) {
                // some of DL4J's layers work in place
                vertex.setInput(edge, outputs.get(name(sources[edge])).dup(), memory);
            }
            output = vertex.doForward(false, memory);
            outputs.put(vertex.getVertexName(), output.dup());
        }
        return output;
    }

    /**
     * Runs a part of the network forward and backward.
     *
     * @param epsilon gradient with respect to the output of the part; not changed
     * @return gradient with respect to its input
     */
    INDArray pullBack(List<GraphVertex> part, String from, INDArray input, INDArray epsilon) {
        pushForward(part, from, input);
        Map<String, INDArray> gradients = new HashMap<>();
        gradients.put(part.get(part.size() - 1).getVertexName(), epsilon.dup());
        for (int i = part.size() - 1; i >= 0; i--) {
            GraphVertex vertex = part.get(i);
            vertex.setEpsilon(gradients.get(vertex.getVertexName()));
            INDArray[] back = vertex.doBackward(false, memory).getSecond();
            VertexIndices[] sources = vertex.getInputVertices();
            for (int edge = 0; edge < sources.length; edge++) {
                gradients.merge(name(sources[edge]), back[edge].dup(), INDArray::add);
            }
            vertex.clear();
        }
        return gradients.get(from);
    }

    private String name(VertexIndices vertex) {
        return graph.getVertices()[vertex.getVertexIndex()].getVertexName();
    }
}
