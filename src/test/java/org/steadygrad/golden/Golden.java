package org.steadygrad.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The reference cases that PyTorch computed in double. Another folder of them is read with {@code -Dgolden.dir=DIR}.
 */
public final class Golden {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    /** One file of the folder: its name without {@code .json} and its content. */
    public record Case(String name, JsonNode content) {
        public INDArray array(String pointer) {
            return Golden.array(content.at(pointer));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** All cases whose {@code op} is the given one; fails when there are none, so that a lost folder is noticed. */
    public static List<Case> ofOperation(String operation) {
        List<Case> cases = all().stream()
                .filter(c -> c.content().path("op").asText().equals(operation))
                .toList();
        assertFalse(
                cases.isEmpty(),
                "no golden case with op '" + operation + "' in " + directory().toAbsolutePath());
        return cases;
    }

    private static List<Case> all() {
        Path directory = directory();
        assertTrue(Files.isDirectory(directory), "golden.dir is no folder: " + directory.toAbsolutePath());
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".json"))
                    .sorted()
                    .map(Golden::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory() {
        return Path.of(System.getProperty("golden.dir", "src/test/resources/golden"));
    }

    private static Case read(Path file) {
        try {
            String name = file.getFileName().toString().replace(".json", "");
            return new Case(name, JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("golden case " + file, e);
        }
    }

    /** A {@code {shape, data}} node as a double array; data is in 'c' order. */
    public static INDArray array(JsonNode node) {
        long[] shape = JSON.convertValue(node.get("shape"), long[].class);
        double[] data = JSON.convertValue(node.get("data"), double[].class);
        return Nd4j.createFromArray(data).reshape('c', shape).castTo(DataType.DOUBLE);
    }

    /**
     * Asserts equality element by element: {@code |actual - expected| <= tolerance * (1 + |expected|)}. The cases are
     * written with ten significant digits.
     */
    public static void assertClose(INDArray expected, INDArray actual, double tolerance, String what) {
        assertEquals(expected.length(), actual.length(), what + ": number of elements");
        double[] e = expected.dup('c').data().asDouble();
        double[] a = actual.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        for (int i = 0; i < e.length; i++) {
            assertEquals(e[i], a[i], tolerance * (1 + Math.abs(e[i])), what + ", element " + i);
        }
    }
}
