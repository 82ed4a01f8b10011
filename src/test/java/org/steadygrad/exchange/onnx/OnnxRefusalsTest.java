package org.steadygrad.exchange.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;

/** What isn't known is refused by node, attribute and value; nothing that a file announces takes memory, and no path of it is followed. */
class OnnxRefusalsTest {
    @TempDir
    Path folder;

    private final OnnxBuilder builder = new OnnxBuilder();

    @BeforeEach
    void anInput() {
        builder.input("x", false, List.of("batch", "time", "2"));
    }

    private String message(byte[] model) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model);
        return assertThrows(ForeignModelException.class, () -> Models.read(file))
                .getMessage();
    }

    private String message() throws IOException {
        builder.output("y", List.of("batch", "time", "2"));
        return message(builder.model("m", Map.of()));
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    private void gru(Map<String, Object> attributes, String... more) {
        builder.floats("W", new float[12 * 2], 1, 12, 2);
        builder.floats("R", new float[12 * 4], 1, 12, 4);
        String[] given = new String[3 + more.length];
        System.arraycopy(new String[] {"x", "W", "R"}, 0, given, 0, 3);
        System.arraycopy(more, 0, given, 3, more.length);
        Map<String, Object> all = new HashMap<>(attributes);
        all.putIfAbsent("hidden_size", 4L);
        builder.add("GRU", "y", all, given);
    }

    @Test
    void operatorsThatArentKnown() throws IOException {
        builder.add("Einsum", "y", Map.of("equation", "ij->ji"), "x");
        assertSays(message(), "model.onnx", "node y (Einsum)", "one of the operators", "take it out of the model");
    }

    @Test
    void attributesThatArentKnown() throws IOException {
        gru(Map.of("output_sequence", 1L));
        assertSays(message(), "node y (GRU)", "attribute output_sequence");
    }

    @Test
    void attributesWithAnotherValue() throws IOException {
        gru(Map.of("direction", "sideways"));
        assertSays(message(), "direction forward, reverse or bidirectional", "sideways");
    }

    @Test
    void hiddenSizesThatDontFit() throws IOException {
        gru(Map.of("hidden_size", 3L));
        assertSays(message(), "hidden_size 4, as R has it", "3");
    }

    @Test
    void activationsWithoutTheNumbersThatProgramsDifferIn() throws IOException {
        gru(Map.of("activations", List.of("Affine", "Tanh")));
        assertSays(message(), "alpha of Affine to be said");
    }

    @Test
    void activationNumbersThatNoneTakes() throws IOException {
        gru(Map.of("activation_alpha", new float[] {0.5f}));
        assertSays(message(), "activation_alpha", "1 and 0");
    }

    @Test
    void weightsThatAreComputedFromInputs() throws IOException {
        builder.add("MatMul", "y", Map.of(), "x", "x");
        assertSays(message(), "node y (MatMul)", "a constant of [2] axes as weights");
    }

    @Test
    void statesThatAreConstant() throws IOException {
        builder.floats("h0", new float[] {1, 2, 3, 4}, 1, 1, 4);
        gru(Map.of(), "", "", "h0");
        assertSays(message(), "initial states that are all inputs of the model, or all 0", "initial_h");
    }

    @Test
    void coupledGates() throws IOException {
        builder.floats("W", new float[16 * 2], 1, 16, 2);
        builder.floats("R", new float[16 * 4], 1, 16, 4);
        builder.add("LSTM", "y", Map.of("input_forget", 1L), "x", "W", "R");
        assertSays(message(), "input_forget = 0", "input_forget = 1");
    }

    @Test
    void shapesThatMixBatchAndFeatures() throws IOException {
        builder.add("Reshape", "y", Map.of(), "x", builder.numbers(-1, 5));
        assertSays(message(), "node y (Reshape)");
    }

    /** A shape of 10^13 elements is a number until something asks for the elements. */
    @Test
    void constantsThatWouldFillMemory() throws IOException {
        String filled = builder.add("ConstantOfShape", "filled", Map.of(), builder.numbers(100_000, 100_000, 1000));
        builder.add("Add", "y", Map.of(), "x", filled);
        assertSays(message(), "node y (Add)");
    }

    @Test
    void constantsThatDoubleUntilTheyFillMemory() throws IOException {
        String value = builder.floats("seed", new float[1024], 1024);
        for (int i = 0; i < 40; i++) {
            value = builder.add("Concat", "twice", Map.of("axis", 0L), value, value);
        }
        builder.add("Add", "y", Map.of(), "x", value);
        assertSays(message(), "exhaust memory");
    }

    /** What a recurrent node says of the sum's axes holds for both inputs. */
    @Test
    void inputsThatAreAddedHaveTheSameAxes() throws IOException {
        OnnxBuilder two = new OnnxBuilder();
        two.input("a", false, List.of("time", "batch", "2"));
        two.input("b", false, List.of("time", "batch", "2"));
        two.floats("W", new float[12 * 2], 1, 12, 2);
        two.floats("R", new float[12 * 4], 1, 12, 4);
        String sum = two.add("Add", "sum", Map.of(), "a", "b");
        two.add("GRU", "y", Map.of("hidden_size", 4L), sum, "W", "R");
        two.output("y", List.of("time", "1", "batch", "4"));
        Path file = folder.resolve("model.onnx");
        Files.write(file, two.model("m", Map.of()));
        Models.read(file)
                .graph()
                .inputs()
                .forEach(input ->
                        assertEquals("[time, batch, features]", input.layout().toString(), input.name()));
    }

    private byte[] withExternal(String location, String offset) {
        WireOut graph = new WireOut();
        graph.message(1, node -> node.text(1, "x").text(1, "w").text(2, "y").text(4, "MatMul"));
        graph.message(5, tensor -> tensor.number(1, 2)
                .number(1, 2)
                .number(2, 1)
                .text(8, "w")
                .message(13, pair -> pair.text(1, "location").text(2, location))
                .message(13, pair -> pair.text(1, "offset").text(2, offset))
                .number(14, 1));
        return new WireOut()
                .number(1, 9)
                .raw(7, graph.toBytes())
                .message(8, opset -> opset.number(2, 20))
                .toBytes();
    }

    @Test
    void pathsThatLeadOutOfTheFolder() throws IOException {
        Path secret = Files.write(folder.resolve("secret"), new byte[64]);
        Path inner = Files.createDirectory(folder.resolve("inner"));
        for (String location : List.of("../secret", secret.toString(), "a/../../secret", "", ".", "missing")) {
            Path file = inner.resolve("model.onnx");
            Files.write(file, withExternal(location, "0"));
            String message = assertThrows(ForeignModelException.class, () -> Models.read(file))
                    .getMessage();
            assertSays(message, "array w", "external data in a file beside the model");
        }
    }

    @Test
    void linksThatLeadOutOfTheFolder() throws IOException {
        Path secret = Files.write(folder.resolve("secret"), new byte[64]);
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Files.createSymbolicLink(inner.resolve("link"), secret);
        Files.write(inner.resolve("model.onnx"), withExternal("link", "0"));
        String message = assertThrows(ForeignModelException.class, () -> Models.read(inner.resolve("model.onnx")))
                .getMessage();
        assertSays(message, "external data in a file beside the model");
    }

    @Test
    void offsetsOutsideOfTheFile() throws IOException {
        Files.write(folder.resolve("weights"), new byte[64]);
        assertSays(message(withExternal("weights", "60")), "16 bytes from 60 in weights", "a file of 64");
        assertSays(message(withExternal("weights", "99999999999999999")), "a file of 64");
    }

    @Test
    void bytesThatAreNoModel() throws IOException {
        assertSays(message(new byte[] {}), "a graph and the version of its operators");
        assertSays(message("Not a model at all".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), "model.onnx");
    }
}
