package org.steadygrad.runlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.Cases;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.ops.Histogram;

/** What is written is read back, whatever happened. */
class RunLogTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    @TempDir
    Path root;

    /** Of each kind of event some, with the values that JSON has no numbers for. */
    private List<RunEvent> samples() {
        Finding finding = new Finding(
                "dead-units",
                Severity.WARNING,
                "layer \"1\"\n",
                7,
                3,
                "Half of them, ÄÖ \u2028.",
                Map.of("share", 0.5, "norm", NAN, "least", -INFINITE),
                List.of(new Prescription("another start", List.of("a.b=1", "c=[2]"), "it helps", "He 2015")));
        CureTrial kept = new CureTrial(9, "gradient-spikes", "clip by global norm (1)", 20, 0.25, NAN, true);
        CureTrial not = new CureTrial(9, "loss-plateau", "learning rate x 2", 20, INFINITE, 0.1, false);
        Baselines baselines = new Baselines(List.of(
                new Baseline("guessing the mean", NAN, Map.of("loss", 0.25, "mse", INFINITE)),
                new Baseline("guessing \"worse\"", 0.5, Map.of("loss", NAN))));
        HealthSummary health = new HealthSummary(
                9,
                2,
                1,
                NAN,
                OptionalDouble.empty(),
                List.of(new HealthSummary.Layer("gru", NAN, 0.5, 0.25, 0)),
                Map.of("gru forward", 17),
                List.of(finding));
        return List.of(
                new RunEvent.EnginePassedOver("engine cuda not used"),
                new RunEvent.DataNote("a column is left out"),
                new RunEvent.ModelNote("a direction sees one step"),
                new RunEvent.Started("cpu", "two cores", 1L << 40, -1, 0),
                new RunEvent.Compared(Baselines.NONE),
                new RunEvent.Compared(baselines),
                new RunEvent.Step(1, 0, 0.1 + 0.2, 0.1, 1e-300, 1, true, 1, 1e-3, 0.125),
                new RunEvent.Step(2, 7, NAN, NAN, NAN, 0.5, false, 0.25, 0),
                new RunEvent.Step(3, 7, INFINITE, INFINITE, -INFINITE, Double.MIN_VALUE, true, 0.1, Double.MAX_VALUE),
                new RunEvent.Steps(
                        9,
                        5,
                        1,
                        new Spread(5, 3, 0.5, 0.25, 0.75),
                        new Spread(5, 0, NAN, NAN, NAN),
                        new Spread(5, 5, 2, 2, 2),
                        1,
                        2,
                        new Spread(5, 5, 1, 0.5, 1.5),
                        new Spread(5, 5, 1e-3, 1e-3, 1e-3),
                        new Spread(5, 5, 0.125, 0, 0.25)),
                new RunEvent.Validated(
                        3, 1, Map.of("loss", NAN, "mse", INFINITE, "accuracy", 0.75), true, new Gain(-0.0, INFINITE)),
                new RunEvent.Validated(4, 1, Map.of(), false, Gain.UNKNOWN),
                new RunEvent.Skipped(
                        2, "step skipped", Optional.of("bad-input"), Optional.of(root.resolve("replay/a b.zip"))),
                new RunEvent.Skipped(2, "", Optional.empty(), Optional.empty()),
                new RunEvent.RolledBack(5, "the loss spiked", 0, 0.5),
                new RunEvent.CureTried(kept),
                new RunEvent.CureTried(not),
                new RunEvent.CheckpointWritten(0, "checkpoint iteration-0.zip"),
                new RunEvent.Stopped(9, "all epochs done"),
                look(),
                new Look(4, NAN, INFINITE, 1, false, List.of(), List.of(), List.of(), List.of(), Optional.empty()),
                distributions(),
                new RunEvent.Found(7, finding),
                new RunEvent.Closed(90, finding.endedAt(60)),
                new RunEvent.SkippedNorm(2, NAN, INFINITE),
                new RunEvent.Finished(new RunResult(
                        "a name",
                        "cpu",
                        "two cores",
                        "float32",
                        1234,
                        Long.MIN_VALUE,
                        9,
                        1,
                        3.5,
                        NAN,
                        -INFINITE,
                        Map.of("loss", NAN, "f1", 0.5),
                        3,
                        baselines,
                        new Gain(0.5, NAN),
                        "all epochs done",
                        false,
                        1,
                        2,
                        1,
                        List.of(kept, not),
                        List.of(finding),
                        health)));
    }

    private static Look look() {
        return new Look(
                3,
                0.5,
                1.5,
                0.25,
                true,
                List.of(new Look.Parameter("gru_W", NAN, 7, 1e-3, 5, 1L << 40)),
                List.of(new Look.Gate("gru_RW", "recurrent candidate", INFINITE)),
                List.of(new LayerTrace("gru", 1, "", NAN, -0.0, 1, 0.5, 1)),
                List.of(new Look.Profile("gru", "backward", 17, List.of(0, 5), List.of(1e-30, NAN))),
                Optional.of(new NonFiniteOrigin("gru", "activation", -1, -INFINITE)));
    }

    private static Distributions distributions() {
        float[] values = {-1, Float.NaN, 0, 0.1f, 3};
        return new Distributions(
                3,
                List.of(
                        new Distributions.Tensor("gru_W", Distributions.Kind.WEIGHT, Histogram.of(values, 0, 5)),
                        new Distributions.Tensor("gru_W", Distributions.Kind.GRADIENT, Histogram.of(values, 0, 1)),
                        new Distributions.Tensor("gru", Distributions.Kind.ACTIVATION, Histogram.of(values, 1, 2))));
    }

    private List<RunEvent> written(List<RunEvent> events) throws IOException {
        RunFolder folder = RunFolder.open(root);
        try (RunLogWriter log = RunLogWriter.in(folder, 0, 0)) {
            events.forEach(log::happened);
        }
        List<RunEvent> read = new ArrayList<>();
        RunLogReader.read(root, read::add);
        return read;
    }

    /** Fails for a kind of event that is new until it is among the samples, and until writer and reader know it. */
    @Test
    void everyKindOfEventIsReadAsItWasWritten() throws IOException {
        Set<Class<?>> sampled = samples().stream().map(Object::getClass).collect(Collectors.toSet());
        assertEquals(Cases.variants(RunEvent.class), sampled);
        List<RunEvent> filed = samples().stream()
                .filter(event -> !(event instanceof RunEvent.Announcement))
                .toList();
        assertEquals(new LinkedHashSet<>(filed), new LinkedHashSet<>(written(samples())));
    }

    @Test
    void eventsOfTrainingComeFirstThenThoseOfHealthThenTheResult() throws IOException {
        List<RunEvent> read = written(samples());
        assertEquals(samples().size() - 4, read.size());
        assertTrue(read.subList(0, 15).stream().allMatch(RunEvent.TrainingEvent.class::isInstance));
        assertTrue(read.subList(15, 21).stream().allMatch(RunEvent.HealthEvent.class::isInstance));
        assertTrue(read.get(21) instanceof RunEvent.Finished);
    }

    /** What other programs read: a change of these keys breaks them. */
    @Test
    void rowsHaveTheirKeys() throws IOException {
        written(samples());
        List<String> metrics = Files.readAllLines(root.resolve("metrics.jsonl"));
        assertEquals(
                "{\"iteration\":2,\"epoch\":7,\"loss\":\"NaN\",\"lossPerStep\":\"NaN\",\"gradientNorm\":\"NaN\",\"clipScale\":0.5,\"applied\":false,"
                        + "\"learningRateScale\":0.25,\"seconds\":0.0}",
                metrics.get(3));
        assertEquals(
                "{\"iteration\":9,\"steps\":5,\"epoch\":1,\"loss\":0.5,\"lossLow\":0.25,\"lossHigh\":0.75,\"lossFinite\":3,"
                        + "\"lossPerStep\":\"NaN\",\"lossPerStepFinite\":0,\"gradientNorm\":2.0,\"clipped\":1,\"skipped\":2,"
                        + "\"learningRateScale\":1.0,\"learningRateScaleLow\":0.5,\"learningRateScaleHigh\":1.5,"
                        + "\"learningRate\":0.001,\"seconds\":0.125,\"secondsLow\":0.0,\"secondsHigh\":0.25}",
                metrics.get(5));
        assertEquals(
                "{\"iteration\":2,\"event\":\"SKIPPED\",\"message\":\"step skipped\",\"cause\":\"bad-input\","
                        + "\"bundle\":\"replay/a b.zip\"}",
                metrics.get(8));
        assertEquals(
                "{\"iteration\":9,\"event\":\"CURE_TAKEN_BACK\",\"message\":\"for loss-plateau tried on 20 steps:"
                        + " learning rate x 2. Loss with it Infinity, without it 0.1000: taken"
                        + " back\",\"finding\":\"loss-plateau\",\"change\":\"learning rate x"
                        + " 2\",\"steps\":20,\"lossWith\":\"Infinity\",\"lossWithout\":0.1}",
                metrics.get(12));
        List<String> health = Files.readAllLines(root.resolve("health.jsonl"));
        assertEquals(
                "{\"kind\":\"skipped\",\"iteration\":2,\"loss\":\"NaN\",\"gradientNorm\":\"Infinity\"}", health.get(5));
        assertTrue(health.get(0).startsWith("{\"kind\":\"look\",\"iteration\":3,\"loss\":0.5,"), health.get(0));
        assertTrue(
                health.get(3).startsWith("{\"kind\":\"finding\",\"iteration\":7,\"finding\":{\"id\":"), health.get(3));
        // in the order of names, not in that of a map, which differs from one process to the next
        assertTrue(
                health.get(3).contains("\"evidence\":{\"least\":\"-Infinity\",\"norm\":\"NaN\",\"share\":0.5}"),
                health.get(3));
    }

    @Test
    void aRunThatGoesOnForgetsWhatCameAfterItsCheckpoint() throws IOException {
        RunFolder folder = RunFolder.open(root);
        try (RunLogWriter log = RunLogWriter.in(folder, 0, 0)) {
            for (int i = 1; i <= 4; i++) {
                log.happened(new RunEvent.Step(i, 0, i, i, 1, 1, true, 1, 1));
                log.happened(new RunEvent.SkippedNorm(i, 1, 1));
            }
            log.happened(new RunEvent.Compared(Baselines.NONE));
        }
        Files.writeString(folder.metrics(), Files.readString(folder.metrics()) + "{\"iteration\":2,\"lo");
        try (RunLogWriter log = RunLogWriter.in(folder, 3, 0)) {
            log.happened(new RunEvent.Compared(Baselines.NONE));
            log.happened(new RunEvent.Step(4, 0, 44, 44, 1, 1, true, 1, 1));
        }
        List<Double> losses = new ArrayList<>();
        List<Integer> skipped = new ArrayList<>();
        List<RunEvent> compared = new ArrayList<>();
        boolean ended = RunLogReader.read(root, event -> {
            if (event instanceof RunEvent.Step step) {
                losses.add(step.loss());
            } else if (event instanceof RunEvent.SkippedNorm norm) {
                skipped.add(norm.iteration());
            } else if (event instanceof RunEvent.Compared) {
                compared.add(event);
            }
        });
        assertEquals(List.of(1.0, 2.0, 3.0, 44.0), losses);
        assertEquals(List.of(1, 2, 3), skipped);
        assertEquals(1, compared.size(), "told once");
        assertFalse(ended);
    }

    /** DL4J's own training has no folder: what health sees goes to a file of its own. */
    @Test
    void healthAloneHasAFileOfItsOwn() throws IOException {
        Path file = root.resolve("mine.jsonl");
        for (int times = 0; times < 2; times++) {
            try (RunLogWriter log = RunLogWriter.ofHealth(file)) {
                log.happened(new RunEvent.SkippedNorm(1, 1, 1));
                log.happened(new RunEvent.Step(1, 0, 1, 1, 1, 1, true, 1, 1));
            }
        }
        assertEquals(2, Files.readAllLines(file).size(), "appended to");
    }
}
