package org.steadygrad.exchange.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.torch.TorchFiles;

/** ONNX files as networks that run here: arrays lie as the file has them, also after the network was saved. */
class OnnxImportTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lstm-bidirectional",
                "raw-weights",
                "series",
                "norms",
                "pooled",
                "last-states",
                "lengths-old",
                "rnn-old",
                "standardised",
                "activations",
                "states-in-and-out",
                "node-gru-older",
                "node-gru-reset-before-lengths",
                "node-lstm-peepholes-clip",
                "node-rnn-reverse-lengths",
                "node-lstm-activations"
            })
    void runsHereAsInItsOwnRuntime(String name) throws IOException {
        ImportedModel model = ImportedModel.of(Models.read(TorchFiles.FOLDER.resolve(name + ".onnx")));
        assertComputes(model, TorchFiles.json(name));
        model.save(folder);
        assertComputes(ImportedModel.read(folder), TorchFiles.json(name));
    }

    private static void assertComputes(ImportedModel model, JsonNode json) {
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (NeutralGraph.Input input : model.inputs()) {
            given.put(input.name(), TorchFiles.tensor(json.get(input.name())));
        }
        model.outputs(given).forEach((name, got) -> {
            Tensor wanted = TorchFiles.tensor(json.get(name));
            assertArrayEquals(wanted.shape(), got.shape(), name);
            double largest = 1e-30;
            for (double value : wanted.values()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(wanted.values(), got.values(), 1e-5 * largest, name);
        });
    }

    /** [batch, time] given for [batch, time, size] is no guess. */
    @Test
    void arraysWithOtherAxesAreRefused() {
        ImportedModel model = ImportedModel.of(Models.read(TorchFiles.FOLDER.resolve("series.onnx")));
        InvalidInputException e = assertThrows(
                InvalidInputException.class,
                () -> model.outputs(Map.of("x", new Tensor(new int[] {1, 2, 1}, new double[2]))));
        assertTrue(e.getMessage().contains("[batch, time]"), e.getMessage());
    }
}
