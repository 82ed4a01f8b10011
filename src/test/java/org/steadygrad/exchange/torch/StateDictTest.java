package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.array.NamedArrays;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.safetensors.SafetensorsReader;
import org.steadygrad.exchange.safetensors.SafetensorsWriter;

class StateDictTest {
    @TempDir
    Path folder;

    private static Path file(String name) {
        return TorchFiles.FOLDER.resolve(name);
    }

    private static Optional<Architecture> like(String name) {
        return Optional.of(new Architecture(Models.read(file(name + ".onnx")).graph(), name + ".onnx"));
    }

    /** Those whose network PyTorch's exporter wrote beside them. */
    static List<String> withNetwork() throws IOException {
        List<String> names = TorchFiles.names(".pt").stream()
                .filter(name -> Files.exists(file(name + ".onnx")))
                .filter(name -> !Set.of("unrolled", "lstm-projected").contains(name))
                .toList();
        assertTrue(names.size() > 6, names.toString());
        return names;
    }

    /** With the network's own weights made useless before, so that they must come from the state dict. */
    @ParameterizedTest
    @MethodSource("withNetwork")
    void weightsComeToTheirPlaces(String name) throws IOException {
        Architecture like = like(name).orElseThrow();
        Architecture empty = new Architecture(
                like.graph()
                        .withWeights(weight -> new org.steadygrad.exchange.graph.Weight(
                                weight.name(), weight.shape(), new float[weight.values().length])),
                like.source());
        ForeignModel model = Models.read(file(name + ".pt"), Optional.of(empty));
        TorchFiles.assertComputes(model.graph(), TorchFiles.json(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.pt", "views.safetensors"})
    void everyTypeAndViewIsReadAsPyTorchSeesIt(String name) throws IOException {
        Map<String, StoredArray> arrays = name.endsWith(".pt")
                ? TorchCheckpoint.read(file(name)).weights()
                : SafetensorsReader.read(file(name)).arrays();
        JsonNode json = TorchFiles.json("views");
        assertEquals(json.size(), arrays.size());
        arrays.forEach((key, array) -> {
            JsonNode wanted = json.get(key);
            long[] shape = new long[wanted.get("shape").size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = wanted.get("shape").get(i).asLong();
            }
            assertArrayEquals(shape, array.shape(), key);
            double[] values = TorchFiles.tensor(wanted).values();
            double[] got = array.doubles();
            for (int i = 0; i < values.length; i++) {
                assertEquals((float) values[i], (float) got[i], key + " " + i);
            }
        });
    }

    @Test
    void weightsKeptAsLengthAndDirectionArePutTogether() throws IOException {
        Map<String, StoredArray> weights =
                StateDict.of(TorchCheckpoint.read(file("weight-norm.pt")).weights(), "weight-norm.pt");
        assertEquals(Set.of("line.weight", "line.bias", "older.weight", "older.bias"), weights.keySet());
        for (String name : List.of("line.weight", "older.weight")) {
            double[] wanted =
                    TorchFiles.tensor(TorchFiles.json("weight-norm").get(name)).values();
            assertArrayEquals(wanted, weights.get(name).doubles(), 1e-6, name);
        }
    }

    @Test
    void namesThatWereTiedAreThere() throws IOException {
        NamedArrays tied = SafetensorsReader.read(file("tied.safetensors"));
        assertEquals(Set.of("embedding.weight", "head.weight"), tied.arrays().keySet());
        assertArrayEquals(
                tied.arrays().get("embedding.weight").floats(),
                tied.arrays().get("head.weight").floats());
    }

    @Test
    void weightsAreFoundInACheckpoint() throws IOException {
        TorchCheckpoint checkpoint = TorchCheckpoint.read(file("checkpoint.pt"));
        assertEquals(
                Set.of("epoch", "pytorch-lightning_version", "optimizer_states"),
                checkpoint.rest().keySet());
        assertEquals(
                Set.of("0.weight", "0.bias", "2.weight", "2.bias"),
                StateDict.of(checkpoint.weights(), "checkpoint.pt").keySet());
    }

    @Test
    void filesThatHoldMoreThanArraysAreRefusedByName() {
        String whole = assertThrows(InvalidInputException.class, () -> TorchCheckpoint.read(file("whole-model.pt")))
                .getMessage();
        assertTrue(whole.contains("torch.nn.modules.container.Sequential"), whole);
        assertTrue(whole.contains("model.state_dict()"), whole);
        String older = assertThrows(InvalidInputException.class, () -> TorchCheckpoint.read(file("older-format.pt")))
                .getMessage();
        assertTrue(older.contains("the older format"), older);
    }

    @Test
    void weightsWithoutANetworkAreRefusedWithWhatToGive() {
        String message = assertThrows(ForeignModelException.class, () -> Models.read(file("flattened.pt")))
                .getMessage();
        assertTrue(message.contains("--like"), message);
    }

    @Test
    void whatDoesntFitIsToldByNameAndShape() {
        String message = assertThrows(
                        ForeignModelException.class,
                        () -> Models.read(file("flattened.pt"), like("lstm-bidirectional")))
                .getMessage();
        assertTrue(message.contains("rnn l0 (GRU of 3 inputs and 4 units)"), message);
        assertTrue(message.contains("LSTM of 8 inputs and 4 units, backwards"), message);
    }

    private Path saved(Map<String, StoredArray> weights) throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (OutputStream out = Files.newOutputStream(file)) {
            SafetensorsWriter.write(new NamedArrays(weights, Map.of("format", "pt")), out);
        }
        return file;
    }

    /** This format sorts names, so that the order says nothing. */
    @Test
    void modulesThatCantBeToldApartAreNotGuessed() throws IOException {
        Map<String, StoredArray> weights = new LinkedHashMap<>();
        Map<String, StoredArray> saved =
                TorchCheckpoint.read(file("activations.pt")).weights();
        saved.forEach((name, array) -> weights.put(name.replaceFirst("^2\\.", "second."), array));
        Path file = saved(weights);
        String message = assertThrows(ForeignModelException.class, () -> Models.read(file, like("activations")))
                .getMessage();
        assertTrue(message.contains("second") && message.contains("doesn't keep their order"), message);
    }

    /** 10 comes after 2 whatever the order of names. */
    @Test
    void numberedModulesAreInOrder() throws IOException {
        Map<String, StoredArray> weights = new java.util.TreeMap<>(
                TorchCheckpoint.read(file("activations.pt")).weights());
        ForeignModel model = Models.read(saved(weights), like("activations"));
        TorchFiles.assertComputes(model.graph(), TorchFiles.json("activations"));
    }

    @Test
    void arraysAreWrittenAndReadToTheBit() throws IOException {
        Map<String, StoredArray> arrays = new LinkedHashMap<>();
        arrays.put("ragged name \u00e9\"", StoredArray.of(new float[] {1.5f, Float.MIN_VALUE, -0f, Float.NaN}, 2, 2));
        arrays.put("count", StoredArray.of(new long[] {Long.MIN_VALUE}));
        arrays.put("empty", StoredArray.of(new float[0], 0, 3));
        arrays.put("double", StoredArray.of(new double[] {Math.PI}, 1));
        NamedArrays read = SafetensorsReader.read(saved(arrays));
        assertEquals(arrays.keySet(), read.arrays().keySet());
        assertArrayEquals(
                arrays.get("double").doubles(), read.arrays().get("double").doubles());
        assertArrayEquals(
                arrays.get("count").integers("count"),
                read.arrays().get("count").integers("count"));
        float[] before = arrays.get("ragged name \u00e9\"").floats();
        float[] after = read.arrays().get("ragged name \u00e9\"").floats();
        for (int i = 0; i < before.length; i++) {
            assertEquals(Float.floatToRawIntBits(before[i]), Float.floatToRawIntBits(after[i]));
        }
        assertArrayEquals(new long[] {0, 3}, read.arrays().get("empty").shape());
        assertEquals(Map.of("format", "pt"), read.metadata());
    }

    /** An element that stands for two thousand million is refused before memory is taken. */
    @Test
    void viewsThatWouldFillMemory() throws IOException {
        String storage = "((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0001tQ";
        String sizes = "K\0J\0\u0094\u0035\u0077K\u0001\u0086K\0K\0\u0086";
        String pickle = "\u0080\u0002}X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n" + storage + sizes
                + "\u0089ccollections\nOrderedDict\n)RtRs.";
        Path file = zip(pickle.getBytes(StandardCharsets.ISO_8859_1), new byte[4]);
        String message = assertThrows(InvalidInputException.class, () -> TorchCheckpoint.read(file))
                .getMessage();
        assertTrue(message.contains("exhaust memory"), message);
    }

    @Test
    void callsAreRefusedByName() throws IOException {
        String pickle = "\u0080\u0002cos\nsystem\nX\u0002\0\0\0ls\u0085R.";
        Path file = zip(pickle.getBytes(StandardCharsets.ISO_8859_1), new byte[4]);
        String message = assertThrows(InvalidInputException.class, () -> TorchCheckpoint.read(file))
                .getMessage();
        assertTrue(message.contains("os.system"), message);
        assertFalse(message.contains("null"), message);
    }

    private Path zip(byte[] pickle, byte[] storage) throws IOException {
        Path file = folder.resolve("made.pt");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            store(out, "made/data.pkl", pickle);
            store(out, "made/data/0", storage);
        }
        return file;
    }

    private static void store(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
