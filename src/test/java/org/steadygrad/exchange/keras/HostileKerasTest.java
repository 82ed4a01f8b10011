package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;

/** Files that are damaged, or say what can't be had: words, and nothing else. */
class HostileKerasTest {
    /** Of each kind of file, {@code -Dmutations=100000} for many. */
    private static final int MUTATIONS = Integer.getInteger("mutations", 1200);

    private static final int MODELS = 3;

    /** These files have some tens of thousands of bytes. */
    private static final long MOST_MEMORY = 64L << 20;

    @TempDir
    private Path folder;

    private static byte[] entry(String model, String name) throws IOException {
        try (ZipFile zip = new ZipFile(RightNumbers.FOLDER.resolve(model).toFile())) {
            return zip.getInputStream(zip.getEntry(name)).readAllBytes();
        }
    }

    private Path packed(byte[] config, byte[] weights) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(KerasZip.METADATA));
            zip.write("{\"keras_version\": \"3.15.1\"}".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry(KerasZip.CONFIG));
            zip.write(config);
            zip.putNextEntry(new ZipEntry(KerasZip.WEIGHTS));
            zip.write(weights);
        }
        return Files.write(folder.resolve("model.keras"), bytes.toByteArray());
    }

    private Path changed(String model, String from, String to) throws IOException {
        String config = new String(entry(model, KerasZip.CONFIG), StandardCharsets.UTF_8);
        assertTrue(config.contains(from), from);
        return packed(config.replace(from, to).getBytes(StandardCharsets.UTF_8), entry(model, KerasZip.WEIGHTS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain.keras | \"unroll\": false | \"unrolled\": false | unrolled",
                "plain.keras | \"stateful\": false | \"stateful\": true | stateful",
                "plain.keras | \"recurrent_dropout\": 0.0 | \"recurrent_dropout\": 0.5 | recurrent_dropout",
                "plain.keras | \"class_name\": \"LSTM\" | \"class_name\": \"ConvLSTM1D\" | ConvLSTM1D",
                "plain.keras | \"kernel_constraint\": null | \"kernel_constraint\": {} | kernel_constraint",
                "plain.keras | \"activation\": \"softmax\" | \"activation\": \"sparsemax\" | sparsemax",
                "plain.keras | \"name\": \"float32\" | \"name\": \"mixed_float16\" | mixed_float16",
                "plain.keras | \"units\": 2 | \"units\": 1000000000 | columns",
                "plain.keras | \"units\": 2 | \"units\": -2 | units",
                "plain.keras | \"name\": \"gru\" | \"name\": \"other\" | don't belong together",
                "dense.keras | \"renorm\": false | \"renorm\": true | renorm",
                "dense.keras | \"axis\": -1 | \"axis\": 0 | axis",
                "symbols.keras | \"mask_zero\": true | \"mask_zero\": 7 | mask_zero",
                "symbols.keras | \"class_name\": \"LogicalOr\" | \"class_name\": \"LogicalXor\" | LogicalXor"
            })
    void whatIsNotKnownIsRefusedByName(String model, String from, String to, String named) throws IOException {
        Path file = changed(model, from, to);
        String message = assertThrows(ForeignModelException.class, () -> Models.read(file))
                .getMessage();
        assertTrue(message.contains(named), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain.keras", "masked.keras", "states.keras"})
    void damagedWeightsAndConfigurationsGiveWords(String model) throws IOException {
        byte[] config = entry(model, KerasZip.CONFIG);
        byte[] weights = entry(model, KerasZip.WEIGHTS);
        Random random = new Random(4);
        for (int i = 0; i < MUTATIONS / MODELS; i++) {
            byte[] a = config.clone();
            byte[] b = weights.clone();
            byte[] target = i % 2 == 0 ? a : b;
            // structures stand at the beginning
            int reach = i % 4 == 1 ? Math.min(target.length, 4096) : target.length;
            for (int k = 0; k <= random.nextInt(3); k++) {
                target[random.nextInt(reach)] = (byte) random.nextInt(256);
            }
            requireWords(packed(a, b));
        }
    }

    @Test
    void cutFilesAndOlderLayoutsGiveWords() throws IOException {
        byte[] whole = Files.readAllBytes(RightNumbers.FOLDER.resolve("keras2-functional.h5"));
        Random random = new Random(5);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = java.util.Arrays.copyOf(whole, i % 2 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int k = 0; k < 2 && bytes.length > 0; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            requireWords(Files.write(folder.resolve("model.h5"), bytes));
        }
    }

    /** Half a gigabyte, by what the header of a group says of itself. */
    @Test
    void sizesInHeadersTakeNoMemory() throws IOException {
        byte[] bytes = Files.readAllBytes(RightNumbers.FOLDER.resolve("alone.weights.h5"));
        bytes[9603] = 0x20;
        requireWords(Files.write(folder.resolve("model.h5"), bytes));
    }

    @Test
    void aMaskWithoutAnInputIsRefused() throws IOException {
        String config = new String(entry("masked.keras", KerasZip.CONFIG), StandardCharsets.UTF_8);
        String other = config.replaceAll(
                "\"args\": \\[\\{[^\\[]*\\[[^]]*\\][^\\[]*\\[[^]]*\\]\\}\\}\\](, \"kwargs\": \\{[^{}]*\"mask\": \\{)",
                "\"args\": []$1");
        assertTrue(!other.equals(config), "no call with a mask");
        Path file = packed(other.getBytes(StandardCharsets.UTF_8), entry("masked.keras", KerasZip.WEIGHTS));
        String message = assertThrows(ForeignModelException.class, () -> Models.read(file))
                .getMessage();
        assertTrue(message.contains("besides the mask"), message);
    }

    private static void requireWords(Path file) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Models.read(file);
        } catch (ForeignModelException e) {
            assertTrue(e.getMessage().length() > 20, e.getMessage());
        } catch (RuntimeException | Error e) {
            Path kept = Path.of("target", "hostile-" + file.getFileName());
            Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
            throw new AssertionError("a changed file, kept as " + kept, e);
        }
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < MOST_MEMORY, taken + " bytes of memory for a file of " + Files.size(file));
    }

    @Test
    void aSmallFileThatUnpacksToMuchIsRefused() throws IOException {
        Path file = packed(entry("plain.keras", KerasZip.CONFIG), new byte[64 << 20]);
        String message = assertThrows(ForeignModelException.class, () -> Models.read(file))
                .getMessage();
        assertTrue(message.contains("expected at most"), message);
    }

    @Test
    void aHugeNestingIsRefused() throws IOException {
        byte[] deep = ("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8);
        Path file = packed(deep, entry("plain.keras", KerasZip.WEIGHTS));
        assertThrows(ForeignModelException.class, () -> Models.read(file));
    }
}
