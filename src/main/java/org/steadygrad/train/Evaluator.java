package org.steadygrad.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.classification.EvaluationBinary;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.check.Check;
import org.steadygrad.data.DataDescription.TargetKind;

/**
 * Collects metrics over batches. Which ones follows from the target:
 *
 * <table>
 * <caption>Metrics by target</caption>
 * <tr><td>CLASS, CLASS_PER_STEP</td><td>loss (mean negative log likelihood in nats), accuracy, f1 (macro), perplexity;
 *     per step also bitsPerCharacter</td></tr>
 * <tr><td>KEYS_PER_STEP</td><td>loss and nllPerFrame (negative log likelihood of a step's keys together, in nats),
 *     accuracy and f1 over keys</td></tr>
 * <tr><td>NUMBERS, NUMBERS_PER_STEP</td><td>loss and mse, mae (means over numbers)</td></tr>
 * </table>
 *
 * Steps that the label mask leaves out count for nothing.
 */
public final class Evaluator {
    /** As DL4J's cross-entropy does, so that a probability of 0 costs much, but not infinitely much. */
    private static final double SMALLEST_PROBABILITY = 1e-10;

    private final TargetKind target;
    private final Evaluation classes;
    private final EvaluationBinary keys;
    private final RegressionEvaluation numbers;
    private double negativeLogLikelihood;
    private double scored;
    private boolean finite = true;

    public Evaluator(TargetKind target, int targetSize) {
        this.target = Check.notNull(target, "Evaluator", "target");
        classes = new Evaluation(targetSize);
        keys = new EvaluationBinary(targetSize, null);
        numbers = new RegressionEvaluation(targetSize);
    }

    /**
     * @param batch its labels and label mask are read
     * @param output the network's output for the batch, of the labels' shape
     */
    public void add(MultiDataSet batch, INDArray output) {
        INDArray mask = batch.getLabelsMaskArrays() == null ? null : batch.getLabelsMaskArray(0);
        Rows rows = Rows.of(batch.getLabels(0), output, mask);
        if (rows.labels() == null) {
            return;
        }
        scored += rows.labels().size(0);
        finite &= Double.isFinite(rows.output().sumNumber().doubleValue());
        if (!finite) {
            // the classes below throw, or take NaN for the smallest number
            return;
        }
        switch (target) {
            case CLASS, CLASS_PER_STEP -> addClasses(rows);
            case KEYS_PER_STEP -> addKeys(rows);
            case NUMBERS, NUMBERS_PER_STEP -> numbers.eval(rows.labels(), rows.output());
        }
    }

    private void addClasses(Rows rows) {
        classes.eval(rows.labels(), rows.output());
        INDArray logs = Transforms.log(Transforms.max(rows.output(), SMALLEST_PROBABILITY), false);
        negativeLogLikelihood -= logs.muli(rows.labels()).sumNumber().doubleValue();
    }

    private void addKeys(Rows rows) {
        INDArray probability = Transforms.min(Transforms.max(rows.output(), SMALLEST_PROBABILITY), 1 - 1e-7);
        INDArray on = Transforms.log(probability, true).muli(rows.labels());
        INDArray off =
                Transforms.log(probability.rsub(1), false).muli(rows.labels().rsub(1));
        negativeLogLikelihood -= on.addi(off).sumNumber().doubleValue();
        keys.eval(rows.labels(), rows.output());
    }

    /**
     * @return metric name to value, the loss first; empty when nothing was scored, a loss of NaN alone when an output
     *     isn't finite
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (scored == 0) {
            return metrics;
        }
        if (!finite) {
            return Map.of("loss", Double.NaN);
        }
        double likelihood = negativeLogLikelihood / scored;
        switch (target) {
            case CLASS, CLASS_PER_STEP -> {
                metrics.put("loss", likelihood);
                metrics.put("accuracy", classes.accuracy());
                metrics.put("f1", classes.f1());
                metrics.put("perplexity", Math.exp(likelihood));
                if (target.perStep()) {
                    metrics.put("bitsPerCharacter", likelihood / Math.log(2));
                }
            }
            case KEYS_PER_STEP -> {
                metrics.put("loss", likelihood);
                metrics.put("nllPerFrame", likelihood);
                metrics.put("accuracy", keyAccuracy());
                metrics.put("f1", keyF1());
            }
            case NUMBERS, NUMBERS_PER_STEP -> {
                metrics.put("loss", numbers.averageMeanSquaredError());
                metrics.put("mse", numbers.averageMeanSquaredError());
                metrics.put("mae", numbers.averageMeanAbsoluteError());
            }
        }
        return metrics;
    }

    /**
     * Share of the keys that sound or should sound that are right, TP / (TP + FP + FN), as in Boulanger-Lewandowski et
     * al. 2012: without the true negatives that dominate a piano roll.
     */
    private double keyAccuracy() {
        return share(truePositives(), truePositives() + wrongKeys());
    }

    private double keyF1() {
        return share(2 * truePositives(), 2 * truePositives() + wrongKeys());
    }

    private double truePositives() {
        return IntStream.range(0, keys.numLabels()).map(keys::truePositives).sum();
    }

    private double wrongKeys() {
        return IntStream.range(0, keys.numLabels())
                .map(key -> keys.falsePositives(key) + keys.falseNegatives(key))
                .sum();
    }

    private static double share(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
