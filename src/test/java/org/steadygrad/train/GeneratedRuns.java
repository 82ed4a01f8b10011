package org.steadygrad.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;

/**
 * Run files and data, drawn with a seed, of trainings that nothing is the matter with, though their losses differ from batch to
 * batch or from time to time for honest reasons.
 */
final class GeneratedRuns {
    /** One after the other, so that some seeds in a row meet each. */
    private static final List<Function<Draw, DetectionCase>> KINDS = List.of(
            GeneratedRuns::unequalLengths,
            GeneratedRuns::rareClasses,
            GeneratedRuns::heavyTails,
            GeneratedRuns::vanishingLoss,
            GeneratedRuns::accumulated,
            GeneratedRuns::restarts,
            GeneratedRuns::byLength,
            GeneratedRuns::singleExamples,
            GeneratedRuns::dropout,
            GeneratedRuns::windows,
            GeneratedRuns::classByClass,
            GeneratedRuns::mostlyNoise,
            GeneratedRuns::pareto,
            GeneratedRuns::counts,
            GeneratedRuns::wrongLabels,
            GeneratedRuns::fewExamples,
            GeneratedRuns::longWarmup,
            GeneratedRuns::cycles,
            GeneratedRuns::singleHeavyTails);

    /** Number of kinds: as many seeds in a row meet each. */
    static final int COUNT = KINDS.size();

    private GeneratedRuns() {}

    static DetectionCase of(int seed, Path folder) {
        Draw draw = new Draw(seed, new Random(seed), folder);
        return KINDS.get(seed % KINDS.size()).apply(draw);
    }

    /** What a run is drawn with. */
    private record Draw(int seed, Random random, Path folder) {
        double between(double low, double high) {
            return low * Math.exp(random.nextDouble() * Math.log(high / low));
        }

        int between(int low, int high) {
            return low + random.nextInt(high - low + 1);
        }

        String one(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        DetectionCase run(String name, Lines csv, String task, String layers, String training) {
            Path file = csv.write(folder.resolve("generated-" + seed + ".csv"));
            String yaml =
                    """
                    name: generated
                    seed: %d
                    data: {kind: csv, path: '%s', task: %s, target: [y], sequence: id, validation: 0}
                    model: {layers: [%s]}
                    training: {epochs: 100000, %s}
                    """
                            .formatted(seed + 1, file, task, layers, training);
            return DetectionCase.healthy(name + ", seed " + seed, yaml);
        }

        String adam(double low, double high) {
            return "updater: {adam: {learningRate: " + between(low, high) + "}}";
        }
    }

    /** A CSV file. */
    private static final class Lines {
        private final StringBuilder text;

        Lines(String columns) {
            text = new StringBuilder("id," + columns + "\n");
        }

        void add(int sequence, double... values) {
            text.append(sequence);
            for (double value : values) {
                text.append(',').append((float) value);
            }
            text.append('\n');
        }

        Path write(Path file) {
            try {
                return Files.writeString(file, text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Noisy waves, of which one in so many is long. */
    private static Lines waves(Draw draw, int count, int steps, int longer, int oneIn) {
        Lines lines = new Lines("y");
        for (int i = 0; i < count; i++) {
            double phase = 6 * draw.random.nextDouble();
            double speed = 0.2 + 0.4 * draw.random.nextDouble();
            int length = draw.random.nextInt(oneIn) == 0 ? longer : steps;
            for (int t = 0; t < length; t++) {
                lines.add(i, Math.sin(phase + speed * t) + 0.2 * draw.random.nextGaussian());
            }
        }
        return lines;
    }

    private static String cell(Draw draw) {
        return draw.one("gru", "lstm") + ": {units: " + draw.between(5, 12) + "}";
    }

    private static DetectionCase unequalLengths(Draw draw) {
        Lines waves = waves(draw, 160, draw.between(3, 8), draw.between(60, 100), draw.between(3, 8));
        return draw.run(
                "unequal lengths",
                waves,
                "forecasting",
                cell(draw),
                "iterations: 300, batch: 8, " + draw.adam(0.002, 0.02));
    }

    private static DetectionCase accumulated(Draw draw) {
        Lines waves = waves(draw, 160, draw.between(3, 8), draw.between(50, 80), draw.between(3, 8));
        String training = "iterations: 150, batch: 6, accumulate: 3, clip: none, " + draw.adam(0.002, 0.02);
        return draw.run("accumulated gradients", waves, "forecasting", cell(draw), training);
    }

    /** In every epoch the short ones come first. */
    private static DetectionCase byLength(Draw draw) {
        Lines waves = waves(draw, 120, draw.between(3, 20), draw.between(60, 80), draw.between(2, 6));
        String training = "iterations: 250, batch: 8, " + draw.adam(0.002, 0.02);
        return draw.run("sorted by length", waves, "forecasting", cell(draw), training)
                .withData("sorted", source -> new Ordered(source, GeneratedRuns::steps));
    }

    private static double steps(MultiDataSet batch) {
        return batch.getFeatures(0).size(2);
    }

    private static Lines classes(Draw draw, int count, double share, double margin) {
        Lines lines = new Lines("a,b,c,y");
        for (int i = 0; i < count; i++) {
            boolean rare = draw.random.nextDouble() < share;
            double a = draw.random.nextGaussian() + (rare ? margin : 0);
            double b = draw.random.nextGaussian() - (rare ? margin : 0);
            lines.add(i, a, b, draw.random.nextGaussian(), rare ? 1 : 0);
        }
        return lines;
    }

    private static String dense(Draw draw) {
        String activation = draw.one("relu", "tanh", "gelu");
        return "{pool: last}, {dense: {units: " + draw.between(8, 24) + ", activation: " + activation + "}}";
    }

    private static DetectionCase rareClasses(Draw draw) {
        Lines lines = classes(draw, 1500, draw.between(0.005, 0.05), draw.between(0.5, 2.0));
        String training = "iterations: 600, batch: " + draw.between(4, 32) + ", " + draw.adam(0.002, 0.02);
        return draw.run("rare classes", lines, "classification", dense(draw), training);
    }

    /** The classes of an epoch come one after the other. */
    private static DetectionCase classByClass(Draw draw) {
        // classes that lie nearer are told apart by less than what batches of one class do to the loss
        Lines lines = classes(draw, 600, draw.between(0.1, 0.5), draw.between(1.0, 2.0));
        String training = "iterations: 500, batch: 6, " + draw.adam(0.001, 0.01);
        return draw.run("class by class", lines, "classification", dense(draw), training)
                .withData(
                        "sorted",
                        source -> new Ordered(source, batch -> batch.getLabels(0)
                                .getColumn(1)
                                .sumNumber()
                                .doubleValue()));
    }

    private static DetectionCase singleExamples(Draw draw) {
        Lines lines = classes(draw, 400, 0.5, draw.between(0.5, 1.5));
        String training =
                "iterations: 1000, batch: 1, updater: {sgd: {learningRate: " + draw.between(0.003, 0.03) + "}}";
        return draw.run("one example per batch", lines, "classification", dense(draw), training);
    }

    private static double studentT(Draw draw, double freedom) {
        double chi = 0;
        for (int i = 0; i < Math.round(freedom); i++) {
            double normal = draw.random.nextGaussian();
            chi += normal * normal;
        }
        return draw.random.nextGaussian() / Math.sqrt(chi / Math.round(freedom));
    }

    private static DetectionCase heavyTails(Draw draw) {
        double freedom = draw.between(1, 3);
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 800; i++) {
            double a = draw.random.nextGaussian();
            double b = draw.random.nextGaussian();
            lines.add(i, a, b, a * b + studentT(draw, freedom));
        }
        String training = "iterations: 700, batch: " + draw.between(4, 16) + ", " + draw.adam(0.001, 0.01);
        return draw.run("heavy tails", lines, "regression", dense(draw), training);
    }

    private static DetectionCase mostlyNoise(Draw draw) {
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 1500; i++) {
            double a = draw.random.nextGaussian();
            lines.add(i, a, draw.random.nextGaussian(), 0.5 * a + draw.random.nextGaussian());
        }
        String training = "iterations: 700, batch: " + draw.between(16, 64) + ", " + draw.adam(0.001, 0.005);
        return draw.run("mostly noise", lines, "regression", dense(draw), training);
    }

    /** A function that can be learnt exactly, so that what is left of the loss is the restlessness of the updater. */
    private static DetectionCase vanishingLoss(Draw draw) {
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 256; i++) {
            double a = draw.random.nextGaussian();
            double b = draw.random.nextGaussian();
            lines.add(i, a, b, Math.tanh(a - 0.5 * b) + 0.3 * a);
        }
        String training = "iterations: 4000, batch: 16, " + draw.adam(0.005, 0.02);
        return draw.run("loss that vanishes", lines, "regression", dense(draw), training);
    }

    /** The learning rate is raised again and again, tenfold. */
    private static DetectionCase restarts(Draw draw) {
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 512; i++) {
            double a = draw.random.nextGaussian();
            double b = draw.random.nextGaussian();
            lines.add(i, a, b, a * b + 0.1 * draw.random.nextGaussian());
        }
        double rate = draw.between(0.005, 0.02);
        Map<Integer, Double> rates = new HashMap<>(Map.of(0, rate));
        for (int step = 1; step < 900; step++) {
            rates.put(step, rate * Math.pow(0.1, step % 150 / 75));
        }
        String training = "iterations: 900, batch: 16, warmup: 20, " + draw.adam(0.005, 0.02);
        return draw.run("restarts", lines, "regression", dense(draw), training)
                .withModel("restarts", model -> model.setLearningRate(new MapSchedule(ScheduleType.ITERATION, rates)));
    }

    /** Targets with a tail of Pareto's, multiplied. */
    private static DetectionCase pareto(Draw draw) {
        double shape = draw.between(1.1, 2.5);
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 800; i++) {
            double a = draw.random.nextGaussian();
            double tail = Math.pow(1 - draw.random.nextDouble(), -1 / shape);
            lines.add(i, a, draw.random.nextGaussian(), (1.5 + Math.tanh(a)) * tail);
        }
        String training = "iterations: 700, batch: " + draw.between(1, 32) + ", " + draw.adam(0.001, 0.01);
        return draw.run("Pareto targets", lines, "regression", dense(draw), training);
    }

    /** Poisson's counts, most of them 0. */
    private static DetectionCase counts(Draw draw) {
        double scale = draw.between(0.1, 3);
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 1000; i++) {
            double a = draw.random.nextGaussian();
            double rest = Math.exp(-scale * Math.exp(0.7 * a));
            int count = -1;
            for (double product = 1; product > rest; count++) {
                product *= draw.random.nextDouble();
            }
            lines.add(i, a, draw.random.nextGaussian(), count);
        }
        String training = "iterations: 700, batch: " + draw.between(1, 64) + ", " + draw.adam(0.001, 0.01);
        return draw.run("counts", lines, "regression", dense(draw), training);
    }

    /** Up to a third of the labels says anything. */
    private static DetectionCase wrongLabels(Draw draw) {
        double wrong = draw.between(0.1, 0.33);
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 800; i++) {
            double a = draw.random.nextGaussian();
            double b = draw.random.nextGaussian();
            boolean noise = draw.random.nextDouble() < wrong;
            lines.add(i, a, b, noise ? draw.random.nextInt(2) : a * b > 0 ? 1 : 0);
        }
        String training = "iterations: 700, batch: " + draw.between(2, 64) + ", " + draw.adam(0.002, 0.02);
        return draw.run("wrong labels", lines, "classification", dense(draw), training);
    }

    /** Few examples, of which a small network soon has learnt all there is. */
    private static DetectionCase fewExamples(Draw draw) {
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < draw.between(24, 60); i++) {
            double a = draw.random.nextGaussian();
            lines.add(i, a, draw.random.nextGaussian(), 0.8 * a + 0.5 * draw.random.nextGaussian());
        }
        String layers = "{pool: last}, {dense: {units: 4, activation: tanh}}";
        String training = "iterations: 1500, batch: " + draw.between(2, 12) + ", l2: 0.01, " + draw.adam(0.002, 0.01);
        return draw.run("few examples", lines, "regression", layers, training);
    }

    private static DetectionCase longWarmup(Draw draw) {
        Lines lines = classes(draw, 800, 0.5, draw.between(0.7, 2.0));
        String training = "iterations: 600, batch: " + draw.between(4, 32) + ", warmup: " + draw.between(150, 350)
                + ", " + draw.adam(0.003, 0.02);
        return draw.run("long warm-up", lines, "classification", dense(draw), training);
    }

    /** The rate goes up and down in triangles (Smith 2017). */
    private static DetectionCase cycles(Draw draw) {
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 600; i++) {
            double a = draw.random.nextGaussian();
            double b = draw.random.nextGaussian();
            lines.add(i, a, b, a * b + 0.3 * draw.random.nextGaussian());
        }
        double rate = draw.between(0.005, 0.02);
        int half = draw.between(40, 120);
        Map<Integer, Double> rates = new HashMap<>();
        for (int step = 0; step < 900; step++) {
            double share = Math.abs(step % (2 * half) - half) / (double) half;
            rates.put(step, rate * (1 - 0.9 * share));
        }
        String training = "iterations: 900, batch: " + draw.between(4, 32) + ", " + draw.adam(0.005, 0.02);
        return draw.run("cycles", lines, "regression", dense(draw), training)
                .withModel("cycles", model -> model.setLearningRate(new MapSchedule(ScheduleType.ITERATION, rates)));
    }

    private static DetectionCase singleHeavyTails(Draw draw) {
        double freedom = draw.between(2, 4);
        Lines lines = new Lines("a,b,y");
        for (int i = 0; i < 600; i++) {
            double a = draw.random.nextGaussian();
            lines.add(i, a, draw.random.nextGaussian(), a + studentT(draw, freedom));
        }
        String training = "iterations: 1200, batch: 1, " + draw.adam(0.0005, 0.003);
        return draw.run("one example with heavy tails per batch", lines, "regression", dense(draw), training);
    }

    private static DetectionCase dropout(Draw draw) {
        Lines lines = classes(draw, 800, 0.5, draw.between(0.7, 2.0));
        String layers = "{dense: {units: 16, activation: relu, dropout: 0.5}}, " + cell(draw) + ", {pool: last}";
        return draw.run(
                "dropout", lines, "classification", layers, "iterations: 400, batch: 4, " + draw.adam(0.003, 0.02));
    }

    private static DetectionCase windows(Draw draw) {
        Lines waves = waves(draw, 48, draw.between(5, 9), draw.between(60, 90), draw.between(2, 4));
        String training = "iterations: 300, batch: 6, truncatedBptt: 10, " + draw.adam(0.002, 0.02);
        return draw.run("windows", waves, "forecasting", cell(draw), training);
    }

    /** The batches of the first epoch, in each epoch in the same order. */
    private record Ordered(DataSource source, Function<MultiDataSet, Double> key) implements AlteredSource {
        @Override
        public BatchIterator altered(BatchIterator batches, int epoch, int firstBatch) {
            batches.close();
            List<MultiDataSet> all = new ArrayList<>();
            try (BatchIterator first = source.training().epoch(0, 0)) {
                first.forEachRemaining(all::add);
            }
            List<Integer> order = IntStream.range(0, all.size())
                    .boxed()
                    .sorted(Comparator.comparing(i -> key.apply(all.get(i))))
                    .skip(firstBatch)
                    .toList();
            return new Listed(order.stream().map(all::get).iterator());
        }
    }

    /** Batches that are there. */
    private record Listed(Iterator<MultiDataSet> batches) implements BatchIterator {
        @Override
        public boolean hasNext() {
            return batches.hasNext();
        }

        @Override
        public MultiDataSet next() {
            return batches.next();
        }

        @Override
        public void close() {}
    }
}
