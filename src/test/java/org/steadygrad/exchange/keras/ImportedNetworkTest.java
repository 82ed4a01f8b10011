package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.ImportedNetwork;

/** Networks made of Keras's files give what Keras computed, and its gradients. */
class ImportedNetworkTest {
    static List<String> cases() throws IOException {
        return RightNumbers.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAreThoseOfKeras(String name, @TempDir Path folder) throws IOException {
        RightNumbers right = new RightNumbers(name);
        ForeignModel model = right.read();
        Map<String, Tensor> inputs = right.inputs(model.graph());
        ImportedModel imported = ImportedModel.of(model);
        imported.save(folder);
        assertTrue(ImportedModel.isAt(folder));
        right.assertOutputs(ImportedModel.read(folder).outputs(inputs), 2e-6);
        ImportedNetwork network = ImportedNetwork.of(model.graph());
        right.assertOutputs(network.function().outputs(inputs), 1e-5);
        ComputationGraphConfiguration configuration = network.network().getConfiguration();
        assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfKeras(String name) throws IOException {
        RightNumbers right = new RightNumbers(name);
        NeutralGraph graph = right.read().graph();
        if (!right.has("factors") || name.matches("dense|masked|nested|alone")) {
            return; // in training, batch norm takes the batch's own statistics; weights alone are called otherwise
        }
        Map<String, Tensor> factors = new LinkedHashMap<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            factors.put(
                    graph.outputs().get(i).name(),
                    RightNumbers.tensor(right.get("factors").get(i)));
        }
        Map<String, Weight> gradients = ImportedNetwork.inDouble(graph).gradients(right.inputs(graph), factors);
        KerasGradients.assertGradients(right.get("gradients"), gradients, 1e-4);
    }

    @Test
    void inputsThatDoNotFitAreNamed() throws IOException {
        RightNumbers right = new RightNumbers("merges");
        ImportedModel imported = ImportedModel.of(right.read());
        Tensor wrong = new Tensor(new int[] {1, 4}, new double[4]);
        String message = assertThrows(
                        InvalidInputException.class, () -> imported.outputs(Map.of("a", wrong, "b", wrong)))
                .getMessage();
        assertTrue(message.contains("input b") && message.contains("[1, 4]"), message);
        assertThrows(InvalidInputException.class, () -> imported.outputs(Map.of("a", wrong, "c", wrong)));
    }

    /** Formats may call two nodes with arrays of their own by one layer, such as both directions of a recurrent one. */
    @Test
    void nodesOfOneLayerHaveTheirOwnArrays() {
        GraphBuilder builder = new GraphBuilder();
        Port x = builder.input("x", Shape.vector(2));
        for (int i = 0; i < 2; i++) {
            Weight kernel = Weight.of("kernel" + i, 2, 1, i + 1, 3 * i - 2);
            Operation dense = new Operation.Dense(kernel, Optional.empty(), Function.LINEAR);
            Port y = builder.add(new Node("node" + i, "layer", dense, List.of(x), true, Map.of()));
            builder.output("y" + i, y);
        }
        NeutralGraph graph = builder.build("two", Optional.empty(), Map.of());
        ImportedNetwork network = ImportedNetwork.of(graph);
        network.prove();
        Tensor given = new Tensor(new int[] {1, 2}, new double[] {1, 10});
        Map<String, Tensor> outputs = network.function().outputs(Map.of("x", given));
        assertEquals(-19, outputs.get("y0").values()[0], 1e-6);
        assertEquals(12, outputs.get("y1").values()[0], 1e-6);
    }
}
