package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Weight;

class SafetensorsWritingTest {
    @TempDir
    Path folder;

    private static NeutralGraph network(String name) {
        return Models.read(TorchFiles.FOLDER.resolve(name + ".onnx")).graph();
    }

    /** Also where layers are alike, since the file says their order. */
    @ParameterizedTest
    @ValueSource(strings = {"activations", "lstm-bidirectional", "last-states", "norms", "pooled", "rnn-old"})
    void weightsComeBackToTheBit(String name) {
        NeutralGraph network = network(name);
        Path file = folder.resolve("model.safetensors");
        Models.write(network, file);
        NeutralGraph empty = network.withWeights(
                weight -> new Weight(weight.name(), weight.shape(), new float[weight.values().length]));
        NeutralGraph again =
                Models.read(file, Optional.of(new Architecture(empty, name))).graph();
        List<Weight> before = List.copyOf(network.weights().values());
        List<Weight> after = List.copyOf(again.weights().values());
        assertEquals(before.size(), after.size());
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(
                    before.get(i).values(), after.get(i).values(), before.get(i).name());
        }
    }

    @Test
    void aModuleStandsBesideTheWeights() throws IOException {
        Models.write(network("flattened").withWeights(weight -> weight), folder.resolve("model.onnx"));
        Models.write(network("norms"), folder.resolve("model.safetensors"));
        String code = Files.readString(folder.resolve("model.py"));
        assertTrue(code.contains("class Network(nn.Module):"), code);
        assertTrue(code.contains("nn.GRU(3, 4, batch_first=True, bias=True)"), code);
        assertTrue(code.contains("nn.BatchNorm1d(3, eps=1.0E-5"), code);
    }

    @Test
    void whatNoLayerOfPyTorchsComputesIsRefusedByName() {
        String message = assertThrows(
                        ForeignModelException.class,
                        () -> Models.write(
                                network("node-gru-reset-before-lengths"), folder.resolve("model.safetensors")))
                .getMessage();
        assertTrue(message.contains("Layer Y/forward has a mask"), message);
    }
}
