package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.Unwanted;

class HostileModelFileTest {
    private static final String GRU = "\"@class\" : \"org.steadygrad.nn.GRU\"";

    @TempDir
    Path folder;

    private Path model;
    private ComputationGraph graph;

    @BeforeEach
    void write() throws IOException {
        System.clearProperty(Unwanted.LOADED);
        graph = ModelZips.trained(DataType.FLOAT);
        model = folder.resolve("model.zip");
        ModelFile.write(model, graph, Map.of("run.yaml", "name: x".getBytes(StandardCharsets.UTF_8)));
    }

    private static String refused(Path file) {
        ModelFileException refusal = assertThrows(ModelFileException.class, () -> ModelFile.read(file));
        assertEquals(null, System.getProperty(Unwanted.LOADED), "the class was loaded");
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        return refusal.getMessage();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"@class\" : \"org.steadygrad.Unwanted\"",
                "\"@class\" : \"java.lang.ProcessBuilder\"",
                "\"\\u0040class\" : \"org.steadygrad.Unwanted\"",
                "\"@class\" : \"org.deeplearning4j.nn.conf.layers.LSTM<org.steadygrad.Unwanted>\"",
                "\"@class\" : \"org.deeplearning4j.nnevil.Gadget\"",
                "\"@class\" : [\"org.steadygrad.Unwanted\", {}]",
                "\"@class\" : {\"org.steadygrad.Unwanted\": {}}",
                "\"@class\" : null",
                "\"@class\" : 7"
            })
    void forbiddenClassIsNotLoaded(String named) throws IOException {
        refused(ModelZips.reconfigured(model, json -> json.replace(GRU, named)));
    }

    @Test
    void forbiddenClassIsNamed() throws IOException {
        String message = refused(
                ModelZips.reconfigured(model, json -> json.replace("org.steadygrad.nn.GRU", "com.evil.Gadget$1")));
        assertTrue(message.contains("com.evil.Gadget$1"), message);
        assertTrue(message.contains("not loaded"), message);
    }

    /** Weight distributions name their class in a field of another name. */
    @Test
    void classNameInADistributionIsChecked() throws IOException {
        String named = "org.deeplearning4j.nn.conf.distribution.NormalDistribution";
        refused(ModelZips.reconfigured(model, json -> json.replace(named, "org.steadygrad.Unwanted")));
    }

    @Test
    void classNameThatStandsTwiceIsRefused() throws IOException {
        for (String twice : List.of(
                "\"@class\" : \"org.steadygrad.Unwanted\", " + GRU,
                GRU + ", \"@class\" : \"org.steadygrad.Unwanted\"",
                GRU + ", " + GRU)) {
            String message = refused(ModelZips.reconfigured(model, json -> json.replace(GRU, twice)));
            assertTrue(message.contains("Duplicate"), message);
        }
    }

    @Test
    void otherEncodingsAndTrailingTextDontHideClassNames() throws IOException {
        refused(ModelZips.reconfigured(model, json -> json + "{\"@class\":\"org.steadygrad.Unwanted\"}"));
        String utf16 = new String(ModelZips.entries(model).get("configuration.json"), StandardCharsets.UTF_8)
                .replace("org.steadygrad.nn.GRU", "org.steadygrad.Unwanted");
        refused(ModelZips.with(model, "configuration.json", utf16.getBytes(StandardCharsets.UTF_16BE)));
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        refused(ModelZips.reconfigured(model, json -> json.replace(GRU, GRU + ", \"x\" : " + deep)));
    }

    @ParameterizedTest
    @CsvSource({"nout, 2000000000", "nout, -4", "nout, 0", "nin, 9223372036854775807", "nout, 8"})
    void layerSizesThatDontFitTheFileTakeNoMemory(String key, String size) throws IOException {
        Path changed = ModelZips.reconfigured(
                model, json -> json.replaceAll("\"" + key + "\" : (7|4)\\b", "\"" + key + "\" : " + size));
        long before = Nd4j.getMemoryManager().allocatedMemory(0);
        refused(changed);
        assertTrue(Nd4j.getMemoryManager().allocatedMemory(0) - before < 1 << 20);
    }

    /** What Nd4j.write would write, with any lengths. */
    private static byte[] vector(String mode, long length, String type, int numbers) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF("LONG_SHAPE");
        out.writeLong(8);
        out.writeUTF("LONG");
        for (long number : new long[] {2, 1, numbers, 1, 1, 0, 1, 99}) {
            out.writeLong(number);
        }
        out.writeUTF(mode);
        if (mode.equals("MIXED_DATA_TYPES")) {
            out.writeLong(length);
        } else {
            out.writeInt((int) length);
        }
        out.writeUTF(type);
        for (int i = 0; i < numbers; i++) {
            out.writeFloat(i);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE, 1L << 62, (1L << 62) + 5})
    void wrongLengthsOfCoefficientsAreRefused(long length) throws IOException {
        refused(ModelZips.with(model, "coefficients.bin", vector("MIXED_DATA_TYPES", length, "FLOAT", 5)));
        refused(ModelZips.with(model, "coefficients.bin", vector("DIRECT", length, "FLOAT", 5)));
    }

    @Test
    void coefficientsThatAreNoNumbersAreRefused() throws IOException {
        int length = (int) graph.numParams();
        refused(ModelZips.with(model, "coefficients.bin", vector("MIXED_DATA_TYPES", length, "UTF8", length)));
        refused(ModelZips.with(model, "coefficients.bin", vector("MIXED_DATA_TYPES", length, "NONSENSE", length)));
        refused(ModelZips.with(model, "coefficients.bin", vector("MIXED_DATA_TYPES", length, "FLOAT", length - 1)));
        refused(ModelZips.with(model, "coefficients.bin", vector("MIXED_DATA_TYPES", length, "FLOAT", length + 1)));
        refused(ModelZips.with(model, "coefficients.bin", new byte[0]));
        refused(ModelZips.with(model, "coefficients.bin", new byte[] {0, 90, 1}));
    }

    @Test
    void updaterStateOfWrongLengthIsRefused() throws IOException {
        refused(ModelZips.with(model, "updaterState.bin", vector("MIXED_DATA_TYPES", 5, "FLOAT", 5)));
        refused(ModelZips.with(model, "updaterState.bin", new byte[0]));
    }

    @Test
    void truncatedFilesAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(model);
        for (int length : new int[] {0, 1, 10, 100, bytes.length / 2, bytes.length - 30, bytes.length - 1}) {
            Path cut = folder.resolve("cut" + length + ".zip");
            Files.write(cut, Arrays.copyOf(bytes, length));
            refused(cut);
            assertThrows(ModelFileException.class, () -> ModelFile.verify(cut));
        }
    }

    @Test
    void flippedBytesAreRefusedOrHarmless() throws IOException {
        byte[] bytes = Files.readAllBytes(model);
        List<Integer> places = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += 50) {
            places.add(at);
        }
        // the list of entries, and where it lies, stand at the end
        for (int at = Math.max(0, bytes.length - 400); at < bytes.length; at++) {
            places.add(at);
        }
        Path flipped = folder.resolve("flipped.zip");
        for (int at : places) {
            for (int bits : new int[] {0xFF, 0x01}) {
                byte[] copy = bytes.clone();
                copy[at] ^= (byte) bits;
                Files.write(flipped, copy);
                checkFlipped(flipped, at);
            }
        }
    }

    private void checkFlipped(Path flipped, int at) {
        try {
            ModelFile.Content content = ModelFile.read(flipped);
            assertEquals(graph.params(), content.graph().params(), "byte " + at);
            assertEquals(
                    graph.getUpdater().getStateViewArray(),
                    content.graph().getUpdater().getStateViewArray(),
                    "byte " + at);
        } catch (ModelFileException e) {
            assertTrue(e.getMessage().length() > 20, "byte " + at);
        }
    }

    @Test
    void bombsAreRefusedBeforeTheyAreRead() throws IOException {
        byte[] zeros = new byte[80 << 20];
        for (String entry : List.of("configuration.json", "coefficients.bin", "updaterState.bin")) {
            String message = refused(ModelZips.with(model, entry, zeros));
            assertTrue(message.contains("declares"), message);
        }
        Map<String, byte[]> entries = new LinkedHashMap<>(ModelZips.entries(model));
        for (int i = 0; i < 4; i++) {
            entries.put("steadygrad/" + i, zeros);
        }
        Path bomb = folder.resolve("bomb.zip");
        ModelZips.write(bomb, entries);
        assertTrue(refused(bomb).contains("declares"));
    }

    @Test
    void tooManyAndForeignEntriesAreRefused() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>(ModelZips.entries(model));
        for (int i = 0; i < 100; i++) {
            entries.put("steadygrad/" + i, new byte[0]);
        }
        Path many = folder.resolve("many.zip");
        ModelZips.write(many, entries);
        assertTrue(refused(many).contains("64"));
        assertTrue(
                refused(ModelZips.with(model, "updaterStatf.bin", new byte[0])).contains("updaterStatf.bin"));
    }

    @Test
    void whatIsNoZipIsRefused() throws IOException {
        refused(Files.write(folder.resolve("empty.zip"), new byte[0]));
        refused(Files.writeString(folder.resolve("text.zip"), "This is a text.\n".repeat(100)));
        assertTrue(refused(folder).contains("folder"));
        assertTrue(refused(folder.resolve("none.zip")).contains("no such file"));
        Path other = folder.resolve("other.zip");
        ModelZips.write(other, Map.of("readme.txt", new byte[] {1}));
        assertTrue(refused(other).contains("no DL4J model"));
    }
}
