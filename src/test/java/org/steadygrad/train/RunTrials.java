package org.steadygrad.train;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.RunSpec;

/** Short runs in which all that can happen to a run happens, for engines that must come to the same as another one. */
final class RunTrials {
    static final String YAML =
            """
            name: ahead
            seed: 11
            data: {kind: adding, length: 7, examples: 80, validationExamples: 9}
            model: {layers: [gru: {units: 6, dropout: 0.1}]}
            training: {batch: 8, epochs: 3, updater: {adam: {learningRate: 0.01}}, clip: {globalNorm: 0.5}}
            health: {every: 4}
            """;

    private static final String WINDOWS =
            "data={kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x], window: 20}";

    private RunTrials() {}

    /**
     * @param settings what is different from the run file
     * @param where batches are changed, by epoch and number
     */
    record Trial(List<String> settings, BiPredicate<Integer, Integer> where, Consumer<MultiDataSet> change) {}

    private static Named<Trial> trial(
            String name, BiPredicate<Integer, Integer> where, Consumer<MultiDataSet> change, String... settings) {
        return Named.of(name, new Trial(List.of(settings), where, change));
    }

    static Stream<Named<Trial>> all() {
        Consumer<MultiDataSet> nan = Disturbed.nanFrom(4);
        String guard = "training.guard=";
        return Stream.of(
                trial("undisturbed", (epoch, batch) -> false, nan),
                trial(
                        "validated and ended within epochs",
                        (e, b) -> false,
                        nan,
                        "training.validateEvery=7",
                        "training.iterations=25"),
                trial("skips", (e, b) -> e == 0 && (b == 3 || b == 4 || b == 8), nan, guard + "off"),
                trial("first and last batches are bad", (e, b) -> b == 0 || b == 9, nan, guard + "off"),
                trial("too many skips", (e, b) -> e > 0 || b > 4, nan, guard + "{off: {maxSkips: 4}}"),
                trial("rolled back", (e, b) -> e == 0 && b == 7, nan, guard + "{auto: {snapshotEvery: 5}}"),
                trial(
                        "rolled back, scale recovers",
                        (e, b) -> e == 0 && b == 7,
                        nan,
                        guard + "{auto: {snapshotEvery: 5, recoverAfter: 6}}"),
                trial(
                        "spikes",
                        (e, b) -> e == 2 && b > 3 && b < 6,
                        Disturbed.farLabels(),
                        guard + "{auto: {spikeSteps: 2}}"),
                trial(
                        "learning clip policy",
                        (e, b) -> false,
                        nan,
                        "training.clip={historyQuantile: {percentile: 50}}"),
                trial("histograms", (e, b) -> b == 7 && e == 1, nan, "health.histograms=8", guard + "off"),
                trial("accumulated", (e, b) -> false, nan, "training.accumulate=3"),
                trial(
                        "windows",
                        (e, b) -> false,
                        nan,
                        WINDOWS,
                        "model.layers=[gru: {units: 5}]",
                        "training.truncatedBptt=5",
                        "training.iterations=30"),
                trial(
                        "bad window",
                        (e, b) -> b == 1,
                        Disturbed.nanFrom(7),
                        WINDOWS,
                        "model.layers=[gru: {units: 5}]",
                        "training.truncatedBptt=5",
                        "training.iterations=30",
                        guard + "off"));
    }

    /** @param further settings, the engine among them */
    static void run(Trial trial, Path folder, String... further) {
        List<String> settings =
                Stream.concat(trial.settings().stream(), Stream.of(further)).toList();
        RunSpec run = TinyRun.spec(YAML, settings.toArray(new String[0]));
        DataSource source = new Disturbed(TinyRun.source(run), trial.where(), trial.change());
        TinyRun.trainer(run, source, folder).run();
    }
}
