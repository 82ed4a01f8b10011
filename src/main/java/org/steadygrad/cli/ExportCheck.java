package org.steadygrad.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.predict.Prediction;
import org.steadygrad.predict.Predictor;
import org.steadygrad.train.SavedRun;

/**
 * Compares a file that was written of a run with the run's predictions, in the units of its data: the file is computed in double, the run by the engine
 * there is. A file with states among its inputs is given the sequences in two pieces.
 */
final class ExportCheck {
    private static final double LIMIT = 1e-5;
    private static final int EXAMPLES = 8;
    private static final int MOST_STEPS = 24;
    private static final String NEXT = ".next";

    private final SavedRun run;
    private final NeutralGraph file;
    private final Random random = new Random(7);

    ExportCheck(SavedRun run, NeutralGraph file) {
        this.run = run;
        this.file = file;
    }

    /** @throws ForeignModelException if they differ by more than 1e-5 of the largest prediction or of 1 */
    String words() {
        double[][][] examples = examples();
        List<Prediction> predictions;
        try (Predictor predictor = Predictor.of(run, EngineRequest.of(Engines.AUTO))) {
            predictions = predictor.predictAll(List.of(examples));
        }
        Tensor got = outputs(examples);
        int columns = got.size(got.rank() - 1);
        int steps = got.rank() == 3 ? got.size(1) : 1;
        double size = 1;
        double largest = 0;
        String where = "";
        for (int example = 0; example < examples.length; example++) {
            Prediction prediction = predictions.get(example);
            for (int step = 0; step < steps; step++) {
                double[] right = prediction.values(step);
                for (int i = 0; i < columns; i++) {
                    double value = got.values()[(example * steps + step) * columns + i];
                    double difference = Math.abs(value - right[i]);
                    size = Math.max(size, Math.abs(right[i]));
                    if (!(difference <= largest)) {
                        largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
                        where = prediction.outputs().get(i) + " of example " + example
                                + (steps > 1 ? ", step " + step : "") + ": " + right[i] + " predicted, " + value
                                + " from the file";
                    }
                }
            }
        }
        if (largest > LIMIT * size) {
            throw new ForeignModelException("--check: expected the file to give what the run predicts, to " + LIMIT
                    + " of its size, " + size + ", got a difference of " + largest + " at " + where
                    + ". The file isn't kept. If the data are far from 0 for their spread, floats can't hold them:"
                    + " subtract a constant from the columns, or write the network with --unscaled.");
        }
        return String.format(
                Locale.ROOT,
                "the same as the run's predictions for %d random examples: largest difference %.3g of %.3g",
                examples.length,
                largest,
                size);
    }

    /** On the scale of the data that the run was trained on, as floats, since that is what files take. */
    private double[][][] examples() {
        DataDescription description = run.description();
        boolean sequences = description.input() != DataDescription.InputKind.VECTOR;
        boolean symbols = description.input() == DataDescription.InputKind.SYMBOLS;
        int steps = sequences ? Math.min(MOST_STEPS, description.maxSteps()) : 1;
        int width = symbols ? 1 : description.inputSize();
        List<DataArtifact.Column> columns =
                run.artifact() instanceof DataArtifact.Columns fitted ? fitted.inputs() : List.of();
        double[][][] examples = new double[EXAMPLES][steps][width];
        for (double[][] example : examples) {
            for (double[] step : example) {
                for (int i = 0; i < width; i++) {
                    double number = columns.isEmpty()
                            ? random.nextGaussian()
                            : columns.get(i).raw(random.nextGaussian());
                    step[i] = symbols ? random.nextInt(description.inputSize()) : (float) number;
                }
            }
        }
        return examples;
    }

    private Tensor outputs(double[][][] examples) {
        NeutralGraph.Input input = file.inputs().get(0);
        String output = file.outputs().get(0).name();
        int steps = examples[0].length;
        boolean stream = file.inputs().size() > 1 && steps > 1;
        if (!stream) {
            Map<String, Tensor> given = starts(examples.length);
            given.put(input.name(), tensor(examples, 0, steps, input.shape()));
            return new GraphEvaluator(file).outputs(given).get(output);
        }
        Map<String, Tensor> given = starts(examples.length);
        given.put(input.name(), tensor(examples, 0, steps / 2, input.shape()));
        Map<String, Tensor> first = new GraphEvaluator(file).outputs(given);
        first.forEach((name, state) -> {
            if (name.endsWith(NEXT)) {
                given.put(name.substring(0, name.length() - NEXT.length()), state);
            }
        });
        given.put(input.name(), tensor(examples, steps / 2, steps, input.shape()));
        Tensor second = new GraphEvaluator(file).outputs(given).get(output);
        return second.rank() < 3 ? second : joined(first.get(output), second);
    }

    /** States of zeros for the inputs after the first. */
    private Map<String, Tensor> starts(int batch) {
        Map<String, Tensor> starts = new LinkedHashMap<>();
        for (NeutralGraph.Input input : file.inputs().subList(1, file.inputs().size())) {
            int units = input.shape().features();
            starts.put(input.name(), new Tensor(new int[] {batch, units}, new double[batch * units]));
        }
        return starts;
    }

    private static Tensor tensor(double[][][] examples, int from, int to, Shape shape) {
        List<Double> numbers = new ArrayList<>();
        for (double[][] example : examples) {
            for (int step = from; step < to; step++) {
                for (double number : example[step]) {
                    numbers.add(number);
                }
            }
        }
        double[] values = numbers.stream().mapToDouble(Double::doubleValue).toArray();
        int[] sizes =
                switch (shape.kind()) {
                    case VECTOR -> new int[] {examples.length, examples[0][0].length};
                    case SYMBOLS, MASK -> new int[] {examples.length, to - from};
                    case SEQUENCE -> new int[] {examples.length, to - from, examples[0][0].length};
                };
        return new Tensor(sizes, values);
    }

    /** Along time. */
    private static Tensor joined(Tensor first, Tensor second) {
        int batch = first.size(0);
        int features = first.size(2);
        int steps = first.size(1) + second.size(1);
        double[] values = new double[batch * steps * features];
        for (int example = 0; example < batch; example++) {
            int head = first.size(1) * features;
            int tail = second.size(1) * features;
            System.arraycopy(first.values(), example * head, values, example * steps * features, head);
            System.arraycopy(second.values(), example * tail, values, example * steps * features + head, tail);
        }
        return new Tensor(new int[] {batch, steps, features}, values);
    }
}
