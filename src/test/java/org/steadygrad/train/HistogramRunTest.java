package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.spec.RunSpec;

/** Histograms of whole runs, and that they change nothing else. */
class HistogramRunTest {
    /** 30 steps, with full looks at 1, 4, 8, 12, ... */
    private static final String[] SETTINGS = {"training.truncatedBptt=0", "training.epochs=3"};

    @TempDir
    Path folder;

    private ClassLoader before;

    @BeforeEach
    void register() throws IOException {
        before = AheadEngine.register(folder.resolve("services"));
    }

    @AfterEach
    void leave() {
        Thread.currentThread().setContextClassLoader(before);
    }

    private Path run(String engine, int histograms, String... further) {
        Path place = folder.resolve(engine + "-" + histograms);
        String[] settings = Stream.of(
                        Stream.of(SETTINGS),
                        Stream.of(further),
                        Stream.of("engine=" + engine, "health.histograms=" + histograms))
                .flatMap(part -> part)
                .toArray(String[]::new);
        RunSpec run = TinyRun.spec(RunTrials.YAML, settings);
        TinyRun.trainer(run, TinyRun.source(run), place).run();
        return place;
    }

    private static List<Map<String, Object>> health(Path run, boolean distributions) throws IOException {
        return TinyRun.rows(run.resolve("health.jsonl")).stream()
                .filter(row -> row.get("kind").equals("distributions") == distributions)
                .toList();
    }

    private void compare(String engine) throws IOException {
        Path without = run(engine, 0);
        Path with = run(engine, 8);
        assertEquals(TinyRun.timelessMetrics(without), TinyRun.timelessMetrics(with));
        assertEquals(
                TinyRun.newest(without).model().params(),
                TinyRun.newest(with).model().params());
        assertEquals(
                TinyRun.newest(without).model().getUpdater().getStateViewArray(),
                TinyRun.newest(with).model().getUpdater().getStateViewArray());
        assertEquals(List.of(), health(without, true));
        assertEquals(
                List.of(1, 8, 16, 24),
                health(with, true).stream().map(row -> row.get("iteration")).toList());
        List<Map<String, Object>> looks = health(with, false);
        for (Map<String, Object> look : looks) {
            boolean taken = List.of(1, 8, 16, 24).contains(look.get("iteration"));
            assertEquals(taken ? 10 : 0, ((List<?>) look.put("gates", List.of())).size());
        }
        assertEquals(health(without, false), looks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dl4j", "cpu", "ahead"})
    void runsComeToTheSame(String engine) throws IOException {
        compare(engine);
    }

    @Test
    @Tag("gpu")
    void runsOnTheGpuComeToTheSame() throws IOException {
        TestGpu.require();
        compare("cuda");
    }

    /** The weights are those before the update, and the gradient is the one that the step takes. */
    @Test
    void tensorsAreThoseOfTheStep() throws IOException {
        Path run = run("cpu", 4, "training.accumulate=2", "training.clip={globalNorm: 0.01}");
        List<Map<String, Object>> looks = health(run, false);
        List<Map<String, Object>> rows = health(run, true);
        assertEquals(looks.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            double squares = 0;
            for (Map<?, ?> tensor : tensors(rows.get(i))) {
                if (tensor.get("kind").equals("GRADIENT")) {
                    squares += number((Map<?, ?>) tensor.get("values"), "squares");
                }
            }
            double norm = number(looks.get(i), "gradientNorm");
            assertTrue(norm > 0.01, "the clip acts");
            assertEquals(norm, Math.sqrt(squares), 1e-5 * norm);
        }
        assertEquals(
                List.of("gru1_W", "gru1_RW", "gru1_b", "output_W", "output_b"),
                tensors(rows.get(0)).stream()
                        .filter(tensor -> tensor.get("kind").equals("WEIGHT"))
                        .map(tensor -> tensor.get("name"))
                        .toList());
        Map<?, ?> biases = (Map<?, ?>) tensors(rows.get(0)).get(2).get("values");
        assertEquals(0, number(biases, "squares"), "biases are 0 before the first update");
    }

    private static List<Map<?, ?>> tensors(Map<String, Object> row) {
        return ((List<?>) row.get("tensors"))
                .stream().<Map<?, ?>>map(tensor -> (Map<?, ?>) tensor).toList();
    }

    private static double number(Map<?, ?> row, String field) {
        return ((Number) row.get(field)).doubleValue();
    }
}
