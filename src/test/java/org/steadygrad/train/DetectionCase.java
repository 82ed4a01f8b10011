package org.steadygrad.train;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.data.DataSource;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;

/**
 * A short training run that is healthy, or sick in one way that is known.
 *
 * @param name of the case
 * @param run the run file
 * @param settings what is different from it
 * @param elsewhere what is wrong outside of the run file, in words; "" when nothing is
 * @param first the finding that must come first; empty when there must be no error
 * @param model changes the initialised model
 * @param data changes the data
 */
record DetectionCase(
        String name,
        String run,
        List<String> settings,
        String elsewhere,
        Optional<FindingKind> first,
        Consumer<ComputationGraph> model,
        UnaryOperator<DataSource> data) {
    /** A small stack that learns spirals. */
    static final String SPIRALS =
            """
            name: spirals
            data: {kind: spirals, examples: 1500, validationExamples: 90}
            model: {layers: [stack: {depth: 4, units: 24, activation: tanh}, output: {loss: softmaxCrossEntropy}]}
            training: {batch: 30, iterations: 200, updater: {adam: {learningRate: 0.003}}}
            """;

    /** A small recurrent network that learns to add. */
    static final String ADDING =
            """
            name: adding
            data: {kind: adding, length: 30, examples: 1500, validationExamples: 60}
            model: {layers: [gru: {units: 16}, pool: last, output: {loss: meanSquaredError}]}
            training: {batch: 25, iterations: 200, updater: {adam: {learningRate: 0.005}}}
            """;

    /** A run in which nothing may be called an error. */
    static DetectionCase healthy(String name, String run, String... settings) {
        return new DetectionCase(name, run, List.of(settings), "", Optional.empty(), m -> {}, d -> d);
    }

    /** A run in which a finding must come first. */
    static DetectionCase finds(FindingKind first, String name, String run, String... settings) {
        return new DetectionCase(name, run, List.of(settings), "", Optional.of(first), m -> {}, d -> d);
    }

    /** The same with other settings. */
    DetectionCase with(String... further) {
        List<String> all = Stream.concat(settings.stream(), Stream.of(further)).toList();
        return new DetectionCase(name, run, all, elsewhere, first, model, data);
    }

    /** The same with a model that is tampered with. */
    DetectionCase withModel(String how, Consumer<ComputationGraph> change) {
        return new DetectionCase(name, run, settings, how, first, change, data);
    }

    /** The same with data that is tampered with. */
    DetectionCase withData(String how, UnaryOperator<DataSource> change) {
        return new DetectionCase(name, run, settings, how, first, model, change);
    }

    /** Trains it on the engine cpu. */
    RunResult train() {
        RunSpec spec = TinyRun.spec(run, settings.toArray(new String[0]));
        DataSource source = data.apply(TinyRun.source(spec));
        ComputationGraph graph = Runs.buildModel(spec, source);
        model.accept(graph);
        return Trainer.of(graph, source)
                .settings(LoopSettings.of(spec))
                .name(name)
                .engine("cpu")
                .run();
    }

    @Override
    public String toString() {
        return name;
    }
}
