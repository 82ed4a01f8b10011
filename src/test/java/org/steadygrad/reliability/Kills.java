package org.steadygrad.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.cli.Main;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunLogReader;
import org.steadygrad.train.checkpoint.CheckpointStore;

/**
 * Trains in processes of their own, which are killed at random moments, as often as not while a checkpoint is written, and resumed; in the
 * end everything has to be what it is after a run that nobody disturbed, to the bit.
 */
final class Kills {
    private static final int KILLS_PER_RUN = 10;
    private static final int LONGEST_MINUTES = 10;

    /** A run's file is a map of keys in place of these: engine and layers differ. */
    private static final String RUN_FILE =
            """
            name: killed
            data: {kind: %s}
            model: {layers: [%s]}
            training:
              batch: 8
              epochs: %d
              %s
              clip: {historyQuantile: {percentile: 60}}
              checkpoint: {everySeconds: 0.15}
            health: {every: 10, histograms: 50}
            engine: %s
            threads: 1
            """;

    /**
     * What came of it.
     *
     * @param kills how often a process was killed
     * @param runs how many runs were compared in the end
     */
    record Tally(String name, int kills, int runs, List<String> faults) {}

    private Kills() {}

    /** @param kills how many in all */
    static List<Tally> run(Path folder, int kills) throws IOException, InterruptedException {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(
                "GRU with dropout, engine cpu",
                RUN_FILE.formatted(
                        "adding, length: 12, examples: 160, validationExamples: 24",
                        "gru: {units: 8, dropout: 0.2}",
                        240,
                        "updater: {adam: {learningRate: 0.01}}\n  schedule: {cosine: {floor: 0.1}}\n  accumulate: 2",
                        "cpu"));
        files.put(
                "LSTM in windows, engine cpu",
                RUN_FILE.formatted(
                        "copyMemory, delay: 12, symbols: 4, examples: 80, validationExamples: 16",
                        "embedding: {size: 4}, lstm: {units: 8}",
                        120,
                        "truncatedBptt: 9",
                        "cpu"));
        files.put(
                "deep stack, engine cpu",
                RUN_FILE.formatted(
                        "spirals, examples: 240, validationExamples: 40",
                        "stack: {depth: 6, units: 12, activation: tanh, batchNorm: true, residual: true}",
                        400,
                        "updater: {nesterovs: {learningRate: 0.05}}\n  weightDecay: 0.001",
                        "cpu"));
        files.put(
                "RNN, engine dl4j",
                RUN_FILE.formatted(
                        "adding, length: 6, examples: 80, validationExamples: 16",
                        "rnn: {units: 8}",
                        60,
                        "updater: {rmsProp: {learningRate: 0.003}}",
                        "dl4j"));
        List<Tally> tallies = new ArrayList<>();
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path place = Files.createDirectories(folder.resolve("run-" + tallies.size()));
            tallies.add(killed(file.getKey(), file.getValue(), place, (kills + files.size() - 1) / files.size()));
        }
        return tallies;
    }

    private static Tally killed(String name, String yaml, Path place, int kills)
            throws IOException, InterruptedException {
        Path file = Files.writeString(place.resolve("run.yaml"), yaml);
        Path whole = place.resolve("whole");
        long start = System.nanoTime();
        finish(file, whole, false);
        long wholeMillis = (System.nanoTime() - start) / 1_000_000;
        SplittableRandom random = new SplittableRandom(name.hashCode());
        List<String> faults = new ArrayList<>();
        int done = 0;
        int runs = 0;
        while (done < kills) {
            Path run = place.resolve("killed-" + runs);
            int wanted = Math.min(KILLS_PER_RUN, kills - done);
            int before = done;
            for (int i = 0; i < wanted; i++) {
                Process process = start(file, run, true);
                // what is left of the run gets shorter from kill to kill, down to the start of a process
                long left = Math.max(wholeMillis / 4, wholeMillis * (wanted - i) / wanted);
                if (process.waitFor(left / 8 + random.nextLong(left), TimeUnit.MILLISECONDS)) {
                    break;
                }
                process.destroyForcibly().waitFor();
                done++;
            }
            finish(file, run, true);
            runs++;
            String difference = difference(whole, run);
            if (!difference.isEmpty()) {
                faults.add(name + ", " + run + " after " + (done - before) + " kills: " + difference);
            } else {
                delete(run);
            }
        }
        return new Tally(name, done, runs, faults);
    }

    private static Process start(Path file, Path out, boolean resume) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train",
                file.toString(),
                "--quiet",
                "--out",
                out.toString()));
        if (resume) {
            command.add("--resume");
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(
                out.resolveSibling("output.txt").toFile()));
        return builder.start();
    }

    private static void finish(Path file, Path out, boolean resume) throws IOException, InterruptedException {
        Process process = start(file, out, resume);
        if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("a run that doesn't end: " + out);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    "exit code " + process.exitValue() + " of " + out + ": see output.txt beside it");
        }
    }

    /** @return what isn't as it should be; "" when all is */
    private static String difference(Path whole, Path run) throws IOException {
        if (!same(params(whole.resolve("model.zip")), params(run.resolve("model.zip")))) {
            return "another model";
        }
        CheckpointStore.Checkpoint last = newest(whole);
        CheckpointStore.Checkpoint resumed = newest(run);
        if (last.state().iteration() != resumed.state().iteration()
                || !same(last.model().params(), resumed.model().params())
                || !same(
                        last.model().getUpdater().getStateViewArray(),
                        resumed.model().getUpdater().getStateViewArray())) {
            return "another last state";
        }
        return steps(whole).equals(steps(run)) ? "" : "other rows of steps and validations";
    }

    private static INDArray params(Path model) {
        return ModelFile.read(model).graph().params();
    }

    private static boolean same(INDArray one, INDArray other) {
        return one.equalsWithEps(other, 0);
    }

    private static CheckpointStore.Checkpoint newest(Path run) throws IOException {
        return new CheckpointStore(run.resolve("checkpoints"), 1, Map.of())
                .newest()
                .orElseThrow();
    }

    /** What was done, apart from times. */
    private static List<Object> steps(Path run) {
        List<Object> rows = new ArrayList<>();
        RunLogReader.read(run, event -> {
            if (event instanceof RunEvent.Step step) {
                rows.add(List.of(
                        step.iteration(),
                        step.epoch(),
                        step.loss(),
                        step.gradientNorm(),
                        step.clipScale(),
                        step.applied()));
            } else if (event instanceof RunEvent.Validated) {
                rows.add(event);
            }
        });
        return rows;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
