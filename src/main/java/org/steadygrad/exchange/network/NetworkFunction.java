package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;

/** A network as a function of named arrays, laid out as a graph's values are. */
public final class NetworkFunction {
    private final ComputationGraph network;
    private final List<NeutralGraph.Input> inputs;
    private final List<String> outputs;

    /**
     * A function of a network, in its own data type.
     *
     * @param inputs of the network, in its order
     * @param outputs names of the network's outputs, in its order
     */
    public NetworkFunction(ComputationGraph network, List<NeutralGraph.Input> inputs, List<String> outputs) {
        this.network = network;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    /** The same, computed in double by a copy of the network. */
    public NetworkFunction inDouble() {
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(
                network.getConfiguration().toJson());
        setType(configuration, DataType.DOUBLE);
        ComputationGraph copy = new ComputationGraph(configuration);
        copy.init(network.params().castTo(DataType.DOUBLE), false);
        return new NetworkFunction(copy, inputs, outputs);
    }

    static void setType(ComputationGraphConfiguration configuration, DataType type) {
        configuration.setDataType(type);
        configuration.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        configuration.setInferenceWorkspaceMode(WorkspaceMode.NONE);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setDataType(type);
            }
        });
    }

    /** What it takes. */
    public List<NeutralGraph.Input> inputs() {
        return inputs;
    }

    /** Names of what it gives. */
    public List<String> outputNames() {
        return outputs;
    }

    INDArray array(Tensor tensor) {
        return Nd4j.createFromArray(tensor.values())
                .reshape('c', Arrays.stream(tensor.shape()).asLongStream().toArray())
                .castTo(network.params().dataType());
    }

    /** Arrays as the network takes them. @throws InvalidInputException if one is missing or of another shape */
    INDArray[] arrays(Map<String, Tensor> given) {
        List<INDArray> arrays = new ArrayList<>();
        int batch = -1;
        for (NeutralGraph.Input input : inputs) {
            Tensor tensor = given.get(input.name());
            check(input, tensor);
            if (batch >= 0 && tensor.size(0) != batch) {
                throw InvalidInputException.of(
                        "input " + input.name(), "as many examples as the others have, " + batch, tensor.size(0), "");
            }
            batch = tensor.size(0);
            INDArray array = array(tensor);
            arrays.add(
                    switch (input.shape().kind()) {
                        case VECTOR -> array;
                        case SEQUENCE -> array.permute(0, 2, 1).dup('f');
                        case SYMBOLS, MASK ->
                            array.rank() == 1
                                    ? array.reshape(array.length(), 1)
                                    : array.reshape(array.size(0), 1, array.size(1));
                    });
        }
        return arrays.toArray(INDArray[]::new);
    }

    private static void check(NeutralGraph.Input input, Tensor tensor) {
        List<Integer> sizes = input.shape().sizes();
        boolean fits = tensor != null && tensor.rank() == sizes.size() + 1 && tensor.size(0) > 0;
        for (int i = 0; fits && i < sizes.size(); i++) {
            fits = sizes.get(i) == Shape.ANY || sizes.get(i) == tensor.size(i + 1);
        }
        if (!fits) {
            throw InvalidInputException.of(
                    "input " + input.name(),
                    "a batch of " + input.shape() + ", sizes besides the batch",
                    tensor == null ? null : "an array of shape " + Arrays.toString(tensor.shape()),
                    "");
        }
    }

    /**
     * Computes a batch.
     *
     * @param given a tensor for each input, by name
     * @return by name, in the order of the network
     * @throws InvalidInputException if an input is missing or of another shape
     */
    public Map<String, Tensor> outputs(Map<String, Tensor> given) {
        INDArray[] arrays = network.output(false, arrays(given));
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int i = 0; i < arrays.length; i++) {
            results.put(outputs.get(i), tensor(arrays[i]));
        }
        return results;
    }

    private static Tensor tensor(INDArray array) {
        INDArray turned = array.rank() == 3 ? array.permute(0, 2, 1) : array;
        double[] values = turned.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        return new Tensor(
                Arrays.stream(turned.shape()).mapToInt(Math::toIntExact).toArray(), values);
    }
}
