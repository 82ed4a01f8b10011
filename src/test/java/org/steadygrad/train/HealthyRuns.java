package org.steadygrad.train;

import static org.steadygrad.train.DetectionCase.ADDING;
import static org.steadygrad.train.DetectionCase.SPIRALS;
import static org.steadygrad.train.DetectionCase.healthy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.steadygrad.spec.yaml.Examples;

/** Runs that nothing is the matter with. */
final class HealthyRuns {
    private static final int FIRST_SEED = 7;
    private static final List<Integer> OTHER_SEEDS = List.of(11, 23);

    private HealthyRuns() {}

    /**
     * The built-in run files and variations of two small ones.
     *
     * @param files settings of the built-in run files that need files, by name
     */
    static List<DetectionCase> quick(Map<String, List<String>> files) {
        List<DetectionCase> cases = new ArrayList<>(builtIn(files, FIRST_SEED, 60));
        cases.addAll(List.of(
                healthy("spirals with tanh", SPIRALS),
                healthy(
                        "spirals with ReLU and batch norm",
                        SPIRALS,
                        "model.layers[0]={stack: {depth: 6, units: 24, batchNorm: true}}"),
                healthy("spirals by gradient descent", SPIRALS, "training.updater={sgd: {learningRate: 0.1}}"),
                healthy("spirals without clipping", SPIRALS, "training.clip=none"),
                healthy("short adding problem", ADDING),
                healthy("short adding problem with an LSTM", ADDING, "model.layers[0]={lstm: {units: 16}}")));
        return cases;
    }

    /** The built-in run files for longer, with other seeds. */
    static List<DetectionCase> lengthy(Map<String, List<String>> files) {
        List<DetectionCase> cases = new ArrayList<>();
        OTHER_SEEDS.forEach(seed -> cases.addAll(builtIn(files, seed, 250)));
        return cases;
    }

    private static List<DetectionCase> builtIn(Map<String, List<String>> files, int seed, int iterations) {
        return Examples.names().stream()
                .map(example -> healthy(
                        example + ", seed " + seed + ", " + iterations + " steps",
                        Examples.text(example),
                        Stream.concat(
                                        files.getOrDefault(example, List.of()).stream(),
                                        Stream.of("seed=" + seed, "training.iterations=" + iterations))
                                .toArray(String[]::new)))
                .toList();
    }
}
