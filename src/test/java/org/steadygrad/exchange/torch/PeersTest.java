package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataDescription;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.TrainedNetwork;
import org.steadygrad.exchange.TrainedNetworks;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.network.NetworkFunction;
import org.steadygrad.exchange.network.ProofInputs;

/** What is written, run by PyTorch and ONNX Runtime: {@code -Dpeers.python=PYTHON} names a Python that has them. */
@EnabledIfSystemProperty(
        named = "peers.python",
        matches = ".+",
        disabledReason = "needs a Python with torch, safetensors, onnx and onnxruntime: -Dpeers.python=PYTHON")
class PeersTest {
    @TempDir
    Path folder;

    private void check() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("peers.python"), "src/test/exchange/torch/check.py", folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    private int write(String ending) throws IOException {
        int written = 0;
        for (String name : TorchFiles.names(".onnx")) {
            NeutralGraph network;
            try {
                network = Models.read(TorchFiles.FOLDER.resolve(name + ".onnx")).graph();
            } catch (ForeignModelException e) {
                continue;
            }
            List<String> obstacles = Models.formats().stream()
                    .filter(format -> format.suffixes().contains(ending))
                    .findFirst()
                    .orElseThrow()
                    .obstacles(network);
            if (obstacles.isEmpty()) {
                Models.write(network, folder.resolve(name + ending));
                written++;
            }
        }
        return written;
    }

    /** With right numbers of the network in double, by DL4J's layers. */
    private int writeTrained(String ending) throws IOException {
        int written = 0;
        for (String name : TrainedNetworks.names()) {
            TrainedNetworks.Trained trained = TrainedNetworks.of(name);
            NeutralGraph graph = TrainedNetwork.unscaled(trained.network(), trained.description(), trained.artifact())
                    .graph();
            try {
                Models.write(graph, folder.resolve(name + ending));
            } catch (ForeignModelException e) {
                continue;
            }
            Map<String, Tensor> arrays = new LinkedHashMap<>(ProofInputs.of(graph));
            arrays.putAll(new NetworkFunction(trained.network(), graph.inputs(), List.of("output"))
                    .inDouble()
                    .outputs(arrays));
            ObjectNode json = new ObjectMapper().createObjectNode();
            arrays.forEach((key, array) -> {
                ObjectNode node = json.putObject(key);
                Arrays.stream(array.shape()).forEach(node.putArray("shape")::add);
                boolean whole =
                        trained.description().input() == DataDescription.InputKind.SYMBOLS && key.equals("input");
                ArrayNode data = node.putArray("data");
                for (double value : array.values()) {
                    if (whole) {
                        data.add((int) value);
                    } else {
                        data.add(value);
                    }
                }
            });
            Files.writeString(folder.resolve(name + ".json"), json.toString());
            written++;
        }
        return written;
    }

    @Test
    void onnxRuntimeComputesWhatWasTrainedHere() throws IOException, InterruptedException {
        assertEquals(TrainedNetworks.names().size(), writeTrained(".onnx"));
        check();
    }

    @Test
    void pyTorchComputesWhatWasTrainedHere() throws IOException, InterruptedException {
        assertTrue(writeTrained(".safetensors") > 15);
        check();
    }

    @Test
    void onnxRuntimeComputesWhatWasWritten() throws IOException, InterruptedException {
        assertTrue(write(".onnx") > 12);
        check();
    }

    @Test
    void pyTorchComputesWhatWasWritten() throws IOException, InterruptedException {
        assertTrue(write(".safetensors") > 6);
        check();
    }
}
