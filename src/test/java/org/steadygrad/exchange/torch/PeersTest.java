package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;

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
