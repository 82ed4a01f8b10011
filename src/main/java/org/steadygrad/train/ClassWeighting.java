package org.steadygrad.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataSource;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.LossSpec.ClassWeights;
import org.steadygrad.spec.RunSpec;

/**
 * What the classes of a run weigh in its loss.
 *
 * @param names of the classes
 * @param weights of each, in the order of the labels
 */
record ClassWeighting(List<String> names, List<Double> weights) {
    private static final String WHO = "classWeights";

    /**
     * Of a run file.
     *
     * @param source of its classes, and for balanced weights of its training data, which is read once
     * @return empty where all weigh the same
     * @throws InvalidInputException when a class is named that there isn't
     */
    static Optional<ClassWeighting> of(RunSpec run, DataSource source) {
        List<LayerSpec> layers = run.model().layers();
        boolean weighted = layers.get(layers.size() - 1) instanceof LayerSpec.Output output
                && output.loss() instanceof LossSpec.SoftmaxCrossEntropy loss
                && !(loss.classWeights() instanceof ClassWeights.None);
        if (!weighted) {
            return Optional.empty();
        }
        LossSpec.SoftmaxCrossEntropy loss =
                (LossSpec.SoftmaxCrossEntropy) ((LayerSpec.Output) layers.get(layers.size() - 1)).loss();
        if (loss.over() == LossSpec.Over.WEIGHTS
                && source.description().target().perStep()
                && run.training().loss() == LossMean.PER_EXAMPLE) {
            throw InvalidInputException.of(
                    "softmaxCrossEntropy",
                    "training.loss: perStep with over: weights on time steps",
                    "perExample",
                    "A sum over time steps isn't divided by their weights; leave training.loss out, or over.");
        }
        List<String> names = names(source);
        List<Double> weights = loss.classWeights() instanceof ClassWeights.Given given
                ? given(names, given.weights())
                : balanced(counts(source, names.size()));
        return Optional.of(new ClassWeighting(names, weights));
    }

    private static List<String> names(DataSource source) {
        if (source.artifact() instanceof DataArtifact.Columns columns
                && !columns.classes().isEmpty()) {
            return columns.classes();
        }
        if (source.artifact() instanceof DataArtifact.Vocabulary vocabulary) {
            return vocabulary.symbols();
        }
        return IntStream.range(0, source.description().targetSize())
                .mapToObj(String::valueOf)
                .toList();
    }

    private static List<Double> given(List<String> names, List<LossSpec.ClassWeight> given) {
        Double[] weights = new Double[names.size()];
        Arrays.fill(weights, 1.0);
        for (LossSpec.ClassWeight one : given) {
            int number = names.indexOf(one.name());
            if (number < 0) {
                throw InvalidInputException.of(
                        WHO, "one of the classes " + String.join(", ", names), one.name(), "Check the name.");
            }
            weights[number] = one.weight();
        }
        return List.of(weights);
    }

    /** Those that the training data lacks weigh 1, and aren't counted. */
    private static List<Double> balanced(double[] counts) {
        double all = Arrays.stream(counts).sum();
        long occurring = Arrays.stream(counts).filter(count -> count > 0).count();
        List<Double> weights = new ArrayList<>();
        for (double count : counts) {
            weights.add(count > 0 ? all / (occurring * count) : 1);
        }
        return weights;
    }

    private static double[] counts(DataSource source, int classes) {
        double[] counts = new double[classes];
        try (BatchIterator batches = source.training().epoch(0, 0)) {
            while (batches.hasNext()) {
                MultiDataSet batch = batches.next();
                INDArray labels = batch.getLabels(0);
                INDArray weights = MaskedBatches.weights(batch, SequenceLayout.USUAL);
                ScoredRows.each(labels, labels, weights, RNNFormat.NCW, classes, null, rows -> {
                    for (int row = 0; row < rows.count(); row++) {
                        for (int i = 0; i < classes; i++) {
                            counts[i] += rows.weight(row) * rows.label(row, i);
                        }
                    }
                });
            }
        }
        return counts;
    }

    /** A sentence for the user. */
    String note() {
        int shown = Math.min(names.size(), 12);
        String text = IntStream.range(0, shown)
                .mapToObj(i -> names.get(i) + " " + String.format(Locale.ROOT, "%.4g", weights.get(i)))
                .collect(Collectors.joining(", "));
        return "Weights of the classes in the loss: " + text + (shown < names.size() ? ", ..." : "") + ".";
    }
}
