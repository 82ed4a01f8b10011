package org.steadygrad.exchange.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.torch.TorchFiles;

/** What PyTorch's exporters and ONNX's operators say is computed as ONNX Runtime computes it. */
class OnnxFilesTest {
    /** Of these and other folders' files: what can't be had exactly. */
    private static final Set<String> REFUSED =
            Set.of("unrolled", "lstm-projected", "lstm-peepholes", "rnn-relu-unrolled");

    @TempDir
    Path folder;

    static List<String> read() throws IOException {
        List<String> names = new ArrayList<>(TorchFiles.names(".onnx"));
        names.removeAll(REFUSED);
        assertTrue(names.size() > 10, names.toString());
        return names;
    }

    private static NeutralGraph network(String name) {
        return Models.read(TorchFiles.FOLDER.resolve(name + ".onnx")).graph();
    }

    @ParameterizedTest
    @MethodSource("read")
    void computesWhatTheFileSays(String name) throws IOException {
        TorchFiles.assertComputes(network(name), TorchFiles.json(name));
    }

    /** To the bit: weights are copied, not computed. */
    @ParameterizedTest
    @MethodSource("read")
    void whatIsWrittenIsReadAsTheSame(String name) throws IOException {
        NeutralGraph network = network(name);
        Path file = folder.resolve("written.onnx");
        Models.write(network, file);
        NeutralGraph again = Models.read(file).graph();
        TorchFiles.assertComputes(again, TorchFiles.json(name));
        List<Weight> before = weights(network);
        List<Weight> after = weights(again);
        assertEquals(before.size(), after.size());
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(
                    before.get(i).values(), after.get(i).values(), before.get(i).name());
        }
    }

    /** Each layer's, whether it shares it or not. */
    private static List<Weight> weights(NeutralGraph graph) {
        return graph.nodes().stream()
                .flatMap(node -> node.operation().weights().stream())
                .toList();
    }

    @Test
    void unrolledRecurrentLayersAreRefusedWithWhatToDo() {
        ForeignModelException e = assertThrows(ForeignModelException.class, () -> network("unrolled"));
        assertTrue(e.getMessage().contains("node_Slice_"), e.getMessage());
        assertTrue(e.getMessage().contains("dynamo=False"), e.getMessage());
    }

    @Test
    void everyNodeIsTold() throws IOException {
        Map<String, String> outcomes = Models.read(TorchFiles.FOLDER.resolve("raw-weights.onnx"))
                .report()
                .outcomes();
        long nodes = outcomes.keySet().stream()
                .filter(key -> key.startsWith("graph/"))
                .count();
        OnnxModel model = new OnnxParser("raw-weights", new OnnxTensors("raw-weights", null, null))
                .model(java.nio.ByteBuffer.wrap(Files.readAllBytes(TorchFiles.FOLDER.resolve("raw-weights.onnx"))));
        assertEquals(model.graph().nodes().size(), nodes);
    }

    /** Pieces of a sequence with the state handed on come to what the whole comes to. */
    @Test
    void aStreamGoesOnPieceByPiece() throws IOException {
        NeutralGraph whole = network("flattened");
        Path file = folder.resolve("written.stream.onnx");
        Models.write(whole, file);
        NeutralGraph stream = Models.read(file).graph();
        assertEquals(2, stream.inputs().size());
        assertEquals(2, stream.outputs().size());
        assertTrue(stream.nodes().stream()
                .anyMatch(node -> node.operation() instanceof Operation.Recurrent layer && layer.starts()));
        StreamedSequence.assertSame(
                whole, stream, TorchFiles.tensor(TorchFiles.json("flattened").get("x")));
    }

    @Test
    void aNetworkThatReadsBackwardsIsNoStream() {
        ForeignModelException e = assertThrows(
                ForeignModelException.class,
                () -> Models.write(network("last-states"), folder.resolve("written.stream.onnx")));
        assertTrue(e.getMessage().contains("needs the whole sequence"), e.getMessage());
    }
}
