package org.steadygrad.runlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of a long run is short, and nothing that it says of the steps is lost but the single ones. */
class LogThinningTest {
    private static final int STEPS = 60_000;
    private static final int MOST_BYTES = 1 << 20;
    private static final int BETWEEN_CHECKPOINTS = 2_000;
    private static final int BETWEEN_VALIDATIONS = 500;

    @TempDir
    Path root;

    private RunFolder folder;
    private final List<RunEvent.Step> steps = new ArrayList<>();

    @BeforeEach
    void open() {
        folder = RunFolder.open(root);
    }

    private RunEvent.Step step(int iteration, Random random) {
        double loss = iteration % 9_973 == 0 ? Double.NaN : 1 + random.nextGaussian() / 100;
        double norm = iteration == 4_321 ? 1e6 : random.nextDouble();
        boolean applied = Double.isFinite(loss);
        return new RunEvent.Step(
                iteration, iteration / 100, loss, loss / 2, norm, norm > 0.5 ? 0.5 / norm : 1, applied, 1, 1e-3, 0.25);
    }

    private void write(RunLogWriter log, int from, int to) {
        Random random = new Random(from);
        for (int i = from; i <= to; i++) {
            RunEvent.Step step = step(i, random);
            steps.add(step);
            log.happened(step);
            log.happened(new RunEvent.SkippedNorm(i, 1, 2));
            if (i % BETWEEN_VALIDATIONS == 0) {
                log.happened(new RunEvent.Validated(i, i / 100, Map.of("loss", (double) i), false, Gain.UNKNOWN));
            }
            if (!step.applied()) {
                log.happened(new RunEvent.Skipped(i, "not finite", Optional.empty(), Optional.empty()));
            }
            if (i % BETWEEN_CHECKPOINTS == 0) {
                log.happened(new RunEvent.CheckpointWritten(i, "checkpoint"));
            }
        }
    }

    private List<RunEvent> read() {
        List<RunEvent> events = new ArrayList<>();
        RunLogReader.read(root, events::add);
        return events;
    }

    private static <T> List<T> of(Class<T> type, List<RunEvent> events) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Test
    void everyStepCountsAndNoExtremeIsMissing() throws IOException {
        try (RunLogWriter log = RunLogWriter.in(folder, 0, 0, MOST_BYTES)) {
            write(log, 1, STEPS);
        }
        long bytes = Files.size(folder.metrics());
        assertTrue(bytes < 6_000_000, bytes + " bytes; single steps would be 13 million");
        assertTrue(Files.size(folder.health()) < 3 * MOST_BYTES / 2, Files.size(folder.health()) + " bytes");

        List<RunEvent> events = read();
        List<RunEvent.Steps> all = new ArrayList<>();
        int last = 0;
        for (RunEvent event : events) {
            if (event instanceof RunEvent.Step step) {
                all.add(RunEvent.Steps.of(step));
            } else if (event instanceof RunEvent.Steps together) {
                all.add(together);
            }
        }
        for (RunEvent.Steps some : all) {
            assertEquals(last + some.steps(), some.iteration(), "steps are in order, without gaps");
            last = some.iteration();
        }
        assertEquals(STEPS, last);
        RunEvent.Steps sum = all.stream().reduce(RunEvent.Steps::and).orElseThrow();
        double[] losses = steps.stream()
                .mapToDouble(RunEvent.Step::loss)
                .filter(Double::isFinite)
                .toArray();
        double mean = Arrays.stream(losses).average().orElseThrow();
        assertEquals(mean, sum.loss().mean(), 1e-12);
        assertEquals(losses.length, sum.loss().finite());
        assertEquals(Arrays.stream(losses).min().orElseThrow(), sum.loss().low());
        assertEquals(Arrays.stream(losses).max().orElseThrow(), sum.loss().high());
        assertEquals(1e6, sum.gradientNorm().high());
        assertEquals(steps.stream().filter(s -> s.clipScale() < 1).count(), sum.clipped());
        assertEquals(steps.stream().filter(s -> !s.applied()).count(), sum.skipped());

        assertEquals(
                STEPS / BETWEEN_VALIDATIONS,
                of(RunEvent.Validated.class, events).size());
        assertEquals(
                STEPS / BETWEEN_CHECKPOINTS,
                of(RunEvent.CheckpointWritten.class, events).size());
        assertEquals(STEPS / 9_973, of(RunEvent.Skipped.class, events).size());
        assertEquals(
                LogThinning.FIRST / 2,
                of(RunEvent.Step.class, events).stream()
                        .filter(s -> s.iteration() <= LogThinning.FIRST / 2)
                        .count());
        List<RunEvent.SkippedNorm> looks = of(RunEvent.SkippedNorm.class, events);
        for (int i = 1; i < looks.size(); i++) {
            int gap = looks.get(i).iteration() - looks.get(i - 1).iteration();
            assertTrue(
                    gap <= 2 * STEPS / 500,
                    "looks are missing before " + looks.get(i).iteration() + ": " + gap);
        }
        int widest = all.stream().mapToInt(RunEvent.Steps::steps).max().orElseThrow();
        assertTrue(widest > 8 && widest <= STEPS / 2000, "one row stands for " + widest + " steps");
    }

    /** A checkpoint that a run goes on from is older than the last rows: these are still single. */
    @Test
    void stepsAfterTheLastCheckpointStayAsTheyAre() throws IOException {
        int stopped = 10 * BETWEEN_CHECKPOINTS + 1_234;
        try (RunLogWriter log = RunLogWriter.in(folder, 0, 0, MOST_BYTES)) {
            write(log, 1, stopped);
        }
        int checkpoint = 10 * BETWEEN_CHECKPOINTS;
        try (RunLogWriter log = RunLogWriter.in(folder, checkpoint, 0, MOST_BYTES)) {
            write(log, checkpoint + 1, checkpoint + 10);
        }
        List<RunEvent> events = read();
        int known = of(RunEvent.Step.class, events).size()
                + of(RunEvent.Steps.class, events).stream()
                        .mapToInt(RunEvent.Steps::steps)
                        .sum();
        assertEquals(checkpoint + 10, known);
    }

    /** What is filed stays where it is when the folder isn't any more: nothing is scattered. */
    @Test
    void aFileThatWasMovedIsNotMadeAnew() throws IOException {
        Path moved = root.resolveSibling(root.getFileName() + "-moved");
        try (RunLogWriter log = RunLogWriter.in(folder, 0, 0, MOST_BYTES)) {
            write(log, 1, 10);
            log.flush();
            Files.move(root, moved);
            write(log, 11, STEPS / 2);
        }
        assertTrue(Files.notExists(root));
        assertEquals(
                STEPS / 2,
                Files.lines(moved.resolve("metrics.jsonl"))
                        .filter(l -> l.contains("gradientNorm"))
                        .count());
        Files.move(moved, root);
    }
}
