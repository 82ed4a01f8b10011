package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.TrainedNetwork;
import org.steadygrad.exchange.TrainedNetworks;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.network.ProofInputs;

/** What is written for Keras, run by Keras and saved by it once more: {@code -Dpeers.python=PYTHON} names a Python that has it. */
@EnabledIfSystemProperty(
        named = "peers.python",
        matches = ".+",
        disabledReason = "needs a Python with keras and torch: -Dpeers.python=PYTHON")
class KerasPeerTest {
    @TempDir
    Path folder;

    private final Map<String, NeutralGraph> graphs = new HashMap<>();

    private boolean write(NeutralGraph graph, String name) throws IOException {
        try {
            Models.write(graph, folder.resolve(name + ".keras"));
        } catch (ForeignModelException e) {
            return false;
        }
        Map<String, Tensor> inputs = ProofInputs.of(graph);
        ObjectNode json = new ObjectMapper().createObjectNode();
        ArrayNode given = json.putArray("inputs");
        graph.inputs().forEach(input -> given.add(nested(inputs.get(input.name()), 0, 0)));
        ArrayNode right = json.putArray("outputs");
        new GraphEvaluator(graph).outputs(inputs).values().forEach(output -> right.add(nested(output, 0, 0)));
        Files.writeString(folder.resolve(name + ".json"), json.toString());
        graphs.put(name, graph);
        return true;
    }

    private static ArrayNode nested(Tensor tensor, int axis, int from) {
        ArrayNode array = new ObjectMapper().createArrayNode();
        int step = 1;
        for (int i = axis + 1; i < tensor.rank(); i++) {
            step *= tensor.size(i);
        }
        for (int i = 0; i < tensor.size(axis); i++) {
            if (axis == tensor.rank() - 1) {
                array.add(tensor.values()[from + i]);
            } else {
                array.add(nested(tensor, axis + 1, from + i * step));
            }
        }
        return array;
    }

    /** Runs Keras, and reads what it saved in its turn. */
    private void check() throws IOException, InterruptedException {
        ProcessBuilder python = new ProcessBuilder(
                        System.getProperty("peers.python"), "src/test/exchange/keras/check.py", folder.toString())
                .redirectErrorStream(true);
        python.environment().put("KERAS_BACKEND", "torch");
        Process process = python.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        for (Map.Entry<String, NeutralGraph> entry : graphs.entrySet()) {
            NeutralGraph again =
                    Models.read(folder.resolve(entry.getKey() + ".again.keras")).graph();
            assertEquals(0, Models.difference(entry.getValue(), again), 1e-12, entry.getKey());
        }
    }

    @Test
    void kerasComputesWhatWasTrainedHere() throws IOException, InterruptedException {
        int written = 0;
        for (String name : TrainedNetworks.names()) {
            TrainedNetworks.Trained trained = TrainedNetworks.of(name);
            NeutralGraph graph = TrainedNetwork.of(trained.network(), trained.description(), trained.artifact())
                    .graph();
            written += write(graph, name) ? 1 : 0;
        }
        assertEquals(TrainedNetworks.names().size() - 2, written);
        check();
    }

    @Test
    void kerasComputesWhatItWroteItself() throws IOException, InterruptedException {
        int written = 0;
        for (String name : KerasWritingTest.files()) {
            NeutralGraph graph = Models.read(RightNumbers.FOLDER.resolve(name)).graph();
            written += write(graph, name.replace('.', '-')) ? 1 : 0;
        }
        assertTrue(written > 8, written + " files");
        check();
    }
}
