package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The generator of {@code builtin:mackey-glass.csv}; compares, or writes the file when {@code data.update} is set. */
class MackeyGlassTest {
    private static final Path FILE = Path.of("src/main/resources/org/steadygrad/data/mackey-glass.csv");
    private static final int STEPS_PER_UNIT = 10;
    private static final int DELAY = 17;
    private static final int LEFT_OUT = 500;
    private static final int ROWS = 3000;

    @Test
    void fileIsTheSeriesOfItsReadme() throws IOException {
        String expected = series();
        if (Boolean.getBoolean("data.update")) {
            Files.writeString(FILE, expected);
        }
        assertEquals(expected, Files.readString(FILE));
        assertTrue(Files.size(FILE) < 100_000);
    }

    private static String series() {
        int history = DELAY * STEPS_PER_UNIT;
        double[] x = new double[history + 1 + (LEFT_OUT + ROWS) * STEPS_PER_UNIT];
        Arrays.fill(x, 0, history + 1, 1.2);
        for (int i = history; i + 1 < x.length; i++) {
            double delayed = x[i - history];
            double change = 0.2 * delayed / (1 + StrictMath.pow(delayed, 10)) - 0.1 * x[i];
            x[i + 1] = x[i] + change / STEPS_PER_UNIT;
        }
        StringBuilder csv = new StringBuilder("t,x\n");
        for (int t = 0; t < ROWS; t++) {
            csv.append(String.format(Locale.ROOT, "%d,%.5f%n", t, x[history + (LEFT_OUT + t) * STEPS_PER_UNIT])
                    .replace("\r", ""));
        }
        return csv.toString();
    }
}
