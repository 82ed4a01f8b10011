package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;

/** Whatever a file's bytes are, there is a network or words. */
class HostileFilesTest {
    /** Of each format, {@code -Dmutations=100000} for many. */
    private static final int MUTATIONS = Integer.getInteger("mutations", 2400);

    private static final List<String> MUTATED = List.of(
            "flattened.onnx",
            "lstm-bidirectional.onnx",
            "lengths-old.onnx",
            "node-lstm-activations.onnx",
            "flattened.pt",
            "checkpoint.pt",
            "views.pt",
            "tied.safetensors",
            "views.safetensors");

    static List<String> mutated() {
        return MUTATED;
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("mutated")
    void changedFilesAreReadOrRefusedInWords(String name) throws IOException {
        byte[] whole = Files.readAllBytes(TorchFiles.FOLDER.resolve(name));
        Optional<Architecture> like = Optional.of(new Architecture(
                Models.read(TorchFiles.FOLDER.resolve("flattened.onnx")).graph(), "flattened.onnx"));
        Path file = folder.resolve(name);
        String format = name.substring(name.indexOf('.'));
        long files = MUTATED.stream().filter(other -> other.endsWith(format)).count();
        Random random = new Random(20261130);
        for (int i = 0; i < MUTATIONS / files; i++) {
            byte[] changed = changed(whole, random);
            Files.write(file, changed);
            try {
                assertNotNull(Models.read(file, like));
            } catch (ForeignModelException e) {
                assertTrue(e.getMessage().length() > 20, e.getMessage());
            } catch (RuntimeException | Error e) {
                Path kept = Path.of("target", "hostile-" + name);
                Files.write(kept, changed);
                throw new AssertionError("mutation " + i + ", kept as " + kept, e);
            }
        }
    }

    private static byte[] changed(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int places = 1 + random.nextInt(4);
        for (int i = 0; i < places; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                case 3 -> {
                    int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
                    int from = random.nextInt(bytes.length - length + 1);
                    System.arraycopy(whole, from, bytes, at, length);
                }
                default -> {
                    if (random.nextInt(10) == 0) {
                        bytes = Arrays.copyOf(bytes, 1 + at);
                    } else {
                        bytes[at]++;
                    }
                }
            }
        }
        return bytes;
    }

    private String message(String header, int announced, int data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(announced < 0 ? Long.MAX_VALUE : announced).put(json);
        Path file = folder.resolve("made.safetensors");
        Files.write(file, bytes.array());
        return assertThrows(ForeignModelException.class, () -> Models.read(file))
                .getMessage();
    }

    private String message(String header, int data) throws IOException {
        return message(header, header.length(), data);
    }

    private static void assertSays(String message, String part) {
        assertTrue(message.contains(part), message);
    }

    @Test
    void headersOfSafetensorsAreBelievedNothing() throws IOException {
        assertSays(message("{}", -1, 0), "a header of 2 to 2 bytes");
        assertSays(
                message("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 8), "8 bytes for its type");
        assertSays(
                message("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8),
                "begin where those before end");
        assertSays(message("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8), "4 bytes of arrays");
        assertSays(
                message("{\"w\":{\"dtype\":\"F32\",\"shape\":[1000000,1000000],\"data_offsets\":[0,4]}}", 4),
                "fewer than 2^31 elements");
        assertSays(
                message("{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0),
                "fewer than 2^31 elements");
        assertSays(message("{\"w\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4), "one of the types");
        assertSays(message("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4), "0 or more");
        String twice = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
        assertSays(message("{" + twice + "," + twice + "}", 4), "Duplicate field");
        assertSays(message("{\"w\":{\"colour\":1}}", 4), "the key \"colour\"");
    }
}
