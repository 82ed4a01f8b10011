package org.steadygrad.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.LabelReferences;
import org.steadygrad.health.ClassRanking;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * Collects metrics over batches, the same for every partition of the data into batches. A row is an example, or a time step of
 * one. loss is the mean over rows of the output layer's own loss, penalties left out; which other metrics there are follows
 * from the target:
 *
 * <table>
 * <caption>Metrics by target</caption>
 * <tr><td>classes</td><td>accuracy; f1, the mean of the F1 of all classes that occur (macro); if the loss is the negative log
 *     likelihood, perplexity, e to the loss, and per step bitsPerCharacter, the loss in bits</td></tr>
 * <tr><td>keys, outputs of a sigmoid with labels of 0 and 1</td><td>per step nllPerFrame, the loss, which is the negative log
 *     likelihood of a step's keys together; accuracy and f1 over the keys that are on or should be; for a single column
 *     those of two classes</td></tr>
 * <tr><td>numbers</td><td>mse, mae: means over numbers</td></tr>
 * </table>
 *
 * Definitions are scikit-learn's and in {@code RowMetrics}. The labels' mask holds weights of rows, or of each number; all
 * metrics are weighted means, and what has no weight isn't looked at. Without such a mask, that of the features is taken for
 * labels with a row per time step, and a label of an example without any step doesn't count ({@link MaskedBatches#weights}). All
 * computing is done in double.
 */
public final class Evaluator {
    private final TargetKind target;
    private final int targetSize;
    private final OutputLoss loss;
    private final RowMetrics others;
    private final ClassRankings rankings;
    private final SequenceLayout layout;
    private final Losses losses = new Losses();
    private final CompensatedSum weights = new CompensatedSum();
    private final List<EvaluationRecords> records = new ArrayList<>();
    private boolean finite = true;

    /**
     * For outputs that are probabilities, or for numbers the numbers themselves, with the loss that goes with the target: the
     * negative log likelihood, for numbers the mean squared error. Sequences are [batch, size, time].
     */
    public Evaluator(TargetKind target, int targetSize) {
        this(Check.notNull(target, "Evaluator", "target"), targetSize, OutputLoss.usual(target), SequenceLayout.USUAL);
    }

    private Evaluator(TargetKind target, int targetSize, OutputLoss loss, SequenceLayout layout) {
        this.target = target;
        this.targetSize = targetSize;
        this.loss = loss;
        this.layout = layout;
        rankings = new ClassRankings(loss.sparse());
        boolean classes = target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
        if (classes || loss.ofClasses() || loss.sparse()) {
            others = new RowMetrics.Classes(loss.sparse());
        } else {
            others = loss.sayKeys() ? new RowMetrics.Keys(targetSize) : new RowMetrics.Numbers();
        }
    }

    /**
     * For what a network's output layer gives its activation function, so that the loss is the layer's own, whatever the labels
     * look like.
     *
     * @param loss of the output layer
     * @param layout of the network's batches
     */
    static Evaluator ofLogits(DataDescription data, OutputLoss loss, SequenceLayout layout) {
        return new Evaluator(data.target(), data.targetSize(), loss, layout);
    }

    /**
     * @param batch its labels and masks are read
     * @param output what the network gave for the batch, of the labels' shape; where labels are numbers of classes, with as
     *     many numbers per row as there are classes
     */
    public void add(MultiDataSet batch, INDArray output) {
        INDArray labels = batch.getLabels(0);
        RNNFormat format = layout.labelsTimeInMiddle() ? RNNFormat.NWC : RNNFormat.NCW;
        INDArray references = LabelReferences.of(batch).orElse(null);
        ScoredRows.each(
                labels, output, MaskedBatches.weights(batch, layout), format, targetSize, references, this::add);
    }

    /** The losses of all rows, of finite numbers. */
    LossBlocks blocks() {
        return losses.blocks;
    }

    /** How well each class is told from the others; none where there are no classes. */
    List<ClassRanking> rankings() {
        return finite ? rankings.all() : List.of();
    }

    /** Has records told of all rows that are added from now on. */
    void recordTo(EvaluationRecords all) {
        records.add(all);
    }

    private void add(ScoredRows rows) {
        for (int row = 0; row < rows.count(); row++) {
            weights.add(rows.weight(row) * loss.divisor(rows, row));
        }
        finite &= rows.finite();
        if (finite) {
            loss.addTo(losses, rows);
            ScoredRows outputs = loss.outputs(rows);
            ScoredRows estimates = loss.estimates(outputs);
            boolean classes = others instanceof RowMetrics.Classes;
            others.add(classes ? loss.ranked(rows) : estimates);
            if (classes) {
                rankings.add(outputs);
            }
            records.forEach(all -> {
                all.add(estimates, loss.ranked(rows));
                all.addQuantiles(loss.quantiles(), outputs);
            });
        }
    }

    /**
     * @return metric name to value, the loss first; empty when nothing was scored, a loss of NaN alone when an output or label
     *     that counts isn't finite
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (weights.value() == 0) {
            return metrics;
        }
        if (!finite) {
            return Map.of("loss", Double.NaN);
        }
        double mean = losses.sum.value() / weights.value();
        metrics.put("loss", mean);
        if (target.perStep() && loss.ofKeys()) {
            metrics.put("nllPerFrame", mean);
        }
        others.putInto(metrics);
        if (loss.ofClasses()) {
            metrics.put("perplexity", Math.exp(mean));
            if (target.perStep()) {
                metrics.put("bitsPerCharacter", mean / Math.log(2));
            }
        }
        return metrics;
    }

    /** The sum of all losses, and those of neighbours. */
    private static final class Losses implements OutputLoss.Sink {
        private final CompensatedSum sum = new CompensatedSum();
        private final LossBlocks blocks = new LossBlocks();
        private double ofRow;

        @Override
        public void add(double loss) {
            sum.add(loss);
            ofRow += loss;
        }

        @Override
        public void row(double weight) {
            blocks.add(weight, ofRow);
            ofRow = 0;
        }
    }
}
