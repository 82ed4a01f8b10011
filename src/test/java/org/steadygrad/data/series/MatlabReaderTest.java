package org.steadygrad.data.series;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;

/** Files that SciPy and hdf5storage wrote ({@code src/test/exchange/matlab/make.py}) hold what was put in. */
class MatlabReaderTest {
    private static final Path FILES = Path.of("src/test/exchange/matlab/files");

    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        byte[] content = Base64.getMimeDecoder().decode(Files.readAllBytes(FILES.resolve(name + ".b64")));
        return Files.write(folder.resolve(name), content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cube.mat",
                "ragged.mat",
                "fields.mat",
                "sparse.mat",
                "truths.mat",
                "cube73.mat",
                "ragged73.mat",
                "fields73.mat"
            })
    void filesHoldWhatWasPutIn(String name) throws IOException {
        JsonNode right = new ObjectMapper().readTree(Files.readString(FILES.resolve(name + ".json")));
        SeriesSet set = SeriesSpecs.of(file(name)).read();
        assertEquals(right.path("series").size(), set.series().size());
        for (int i = 0; i < set.series().size(); i++) {
            SeriesSet.Series series = set.series().get(i);
            assertEquals(right.path("series").get(i), values(series.values()), "case " + i);
            if (!right.path("labels").isNull()) {
                assertEquals(right.path("labels").get(i).textValue(), series.label());
            }
            if (!right.path("targets").isNull()) {
                assertEquals(
                        right.path("targets").get(i),
                        values(new double[][] {series.targets()}).get(0));
            }
        }
    }

    private static JsonNode values(double[][] values) throws IOException {
        Double[][] boxed = new Double[values.length][];
        for (int i = 0; i < values.length; i++) {
            boxed[i] = new Double[values[i].length];
            for (int step = 0; step < values[i].length; step++) {
                boxed[i][step] = Double.isNaN(values[i][step]) ? null : (Double) values[i][step];
            }
        }
        ObjectMapper json = new ObjectMapper();
        return json.readTree(json.writeValueAsBytes(boxed));
    }

    @Test
    void whatNoSeriesIsIsSaid() throws IOException {
        String notes = SeriesSpecs.of(file("cube.mat")).read().notes().toString();
        assertTrue(notes.contains("left out") && notes.contains("\"when\" (complex numbers)"), notes);
        InvalidInputException refused = assertThrows(
                InvalidInputException.class,
                () -> SeriesSpecs.of(file("cube.mat")).labels("when").read());
        assertTrue(
                refused.getMessage().contains("variable \"when\": expected a matrix of numbers"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cube.mat", "ragged.mat", "fields73.mat"})
    void damagedFilesAreRefusedInWords(String name) throws IOException {
        byte[] whole = Files.readAllBytes(file(name));
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < Integer.getInteger("mutations", 300); i++) {
            byte[] damaged = whole.clone();
            for (int change = 0; change <= random.nextInt(3); change++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.mat"), damaged);
            try {
                SeriesSpecs.of(file).read();
            } catch (InvalidInputException e) {
                refused++;
                assertTrue(e.getMessage().length() > 20 && !e.getMessage().contains("Exception"), e.getMessage());
            }
        }
        assertTrue(refused > 10, refused + " refused");
    }
}
