package org.steadygrad.health;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What batches tell that are looked at.
 *
 * <ul>
 *   <li>{@code bad-input}: a feature or a label isn't finite, or is larger than {@code data.large}; the size of symbol
 *       numbers means nothing.
 *   <li>{@code constant-input}: a feature had one and the same value in all batches looked at so far. Features that are
 *       always 0 are left alone where most values are 0, as the keys of a piano that are never struck.
 *   <li>{@code repeated-batch}: a batch is the same, value by value, as that of the step before, though the data is known to
 *       have others.
 * </ul>
 */
final class DataRules {
    /** Columns above this number aren't compared from batch to batch. */
    static final int MAX_COLUMNS = 10_000;

    static final int FEW_VALUES = 30;
    private static final double SPARSE = 0.5;

    /** Looks whose batches are taken in whole. */
    private static final int THOROUGH = 20;

    private final HealthSpec.Data spec;
    private final RunFacts facts;
    private final ScaleRule featureScale = new ScaleRule("feature");
    private final ScaleRule labelScale = new ScaleRule("target");
    private final LeakRule leak = new LeakRule();
    private final PaddingRule padding = new PaddingRule();
    private int looks;
    private float[] low = {};
    private float[] high = {};
    private long values;
    private long zeros;
    private long lastFingerprint;
    private int lastIteration = -1;

    DataRules(HealthSpec.Data spec, RunFacts facts) {
        this.spec = spec;
        this.facts = facts;
    }

    /**
     * @param now told at once
     * @param features about the features so far; null where they weren't looked at
     * @param order about batches one after the other; null where the step before wasn't looked at
     */
    record Sightings(List<Finding> now, List<Finding> features, List<Finding> order) {}

    /** Compares a batch with the one before, without looking at its values. */
    Sightings compare(int iteration, MultiDataSet batch) {
        long fingerprint =
                fingerprint(BatchScan.fingerprint(batch.getFeatures(0)), BatchScan.fingerprint(batch.getLabels(0)));
        return new Sightings(List.of(), null, order(iteration, fingerprint));
    }

    private List<Finding> order(int iteration, long fingerprint) {
        List<Finding> order = lastIteration == iteration - 1 ? repeated(fingerprint) : null;
        lastFingerprint = fingerprint;
        lastIteration = iteration;
        return order;
    }

    Sightings look(int iteration, MultiDataSet batch) {
        boolean ranges = mayBeConstant((int) batch.getFeatures(0).size(1));
        BatchScan features = BatchScan.of(
                batch.getFeatures(0),
                MaskedBatches.first(batch.getFeaturesMaskArrays()),
                facts.symbols() ? Float.MAX_VALUE : spec.large(),
                ranges);
        BatchScan labels =
                BatchScan.of(batch.getLabels(0), MaskedBatches.first(batch.getLabelsMaskArrays()), spec.large(), false);
        List<Finding> now = new ArrayList<>();
        if (looks++ < THOROUGH) {
            thorough(batch, now);
        }
        bad("feature", features, featureScale, now);
        bad("label", labels, labelScale, now);
        List<Finding> order = order(iteration, fingerprint(features.fingerprint(), labels.fingerprint()));
        if (ranges) {
            take(features);
        }
        return new Sightings(now, constant(), order);
    }

    /** Whether any feature has had one value only; one that has had two never will again. */
    private boolean mayBeConstant(int columns) {
        if (columns > MAX_COLUMNS || facts.symbols()) {
            return false;
        }
        boolean constant = low.length != columns;
        for (int column = 0; !constant && column < columns; column++) {
            constant = !(low[column] < high[column]);
        }
        return constant;
    }

    private static long fingerprint(long features, long labels) {
        return 31 * features + labels;
    }

    /** What takes more than one batch to see, and is in any of them. */
    private void thorough(MultiDataSet batch, List<Finding> found) {
        boolean vectors = batch.getFeatures(0).rank() <= 3 && batch.getLabels(0).rank() <= 3;
        if (!vectors || facts.symbols() || batch.getFeatures(0).size(1) > MAX_COLUMNS) {
            return;
        }
        LabelledBatch rows = new LabelledBatch(batch);
        featureScale.takeFeatures(rows);
        labelScale.takeLabels(rows);
        leak.take(rows);
        padding.take(rows, batch.getLabels(0).rank() == 2);
        featureScale.look().or(labelScale::look).ifPresent(found::add);
        leak.look().ifPresent(found::add);
        padding.look().ifPresent(found::add);
    }

    private static void bad(String what, BatchScan scan, ScaleRule scale, List<Finding> found) {
        BatchScan.Cell cell = scan.worst();
        if (cell != null && !(Double.isFinite(cell.value()) && scale.usual(cell.column(), cell.value()))) {
            String value = Double.isFinite(cell.value()) ? Finding.number(cell.value()) : String.valueOf(cell.value());
            String step = cell.timeStep() < 0 ? "" : ", time step " + cell.timeStep();
            found.add(Finding.seen(
                    FindingKind.BAD_INPUT,
                    Severity.ERROR,
                    "",
                    "The value " + value + " is " + what + " " + cell.column() + " of example " + cell.row()
                            + " of the batch" + step + " (counted from 0).",
                    Map.of(
                            "row", (double) cell.row(),
                            "column", (double) cell.column(),
                            "timeStep", (double) cell.timeStep(),
                            "value", cell.value())));
        }
    }

    private List<Finding> repeated(long fingerprint) {
        if (fingerprint != lastFingerprint || facts.batchesPerEpoch() <= 1) {
            return List.of();
        }
        return List.of(Finding.seen(
                FindingKind.REPEATED_BATCH,
                Severity.WARNING,
                "",
                "A step gets the very batch of the step before: the network sees nothing else of the data.",
                Map.of("batchesPerEpoch", (double) facts.batchesPerEpoch())));
    }

    private void take(BatchScan scan) {
        if (low.length != scan.columns()) {
            low = new float[scan.columns()];
            high = new float[scan.columns()];
            Arrays.fill(low, Float.POSITIVE_INFINITY);
            Arrays.fill(high, Float.NEGATIVE_INFINITY);
        }
        for (int column = 0; column < low.length; column++) {
            low[column] = Math.min(low[column], scan.low(column));
            high[column] = Math.max(high[column], scan.high(column));
        }
        values += scan.values();
        zeros += scan.zeros();
    }

    private List<Finding> constant() {
        List<Integer> constant = new ArrayList<>();
        boolean sparse = zeros >= SPARSE * values;
        for (int column = 0; column < low.length && values >= (long) FEW_VALUES * low.length; column++) {
            if (low[column] == high[column] && !(sparse && low[column] == 0)) {
                constant.add(column);
            }
        }
        if (constant.isEmpty()) {
            return List.of();
        }
        int first = constant.get(0);
        return List.of(Finding.seen(
                FindingKind.CONSTANT_INPUT,
                Severity.WARNING,
                "",
                "Feature " + first + " (counted from 0) is always " + Finding.number(low[first])
                        + (constant.size() > 1 ? ", and " + (constant.size() - 1) + " more don't vary either" : "")
                        + ": nothing can be learnt from it, and scaling by its deviation divides by next to 0.",
                Map.of("column", (double) first, "value", (double) low[first], "columns", (double) constant.size())));
    }

    /** What a resumed run needs. @param counts values and zeros; fingerprint and number of the last batch */
    record State(float[] low, float[] high, List<Long> counts) {}

    State state() {
        return new State(low.clone(), high.clone(), List.of(values, zeros, lastFingerprint, (long) lastIteration));
    }

    void restore(State state) {
        low = state.low().clone();
        high = state.high().clone();
        values = state.counts().get(0);
        zeros = state.counts().get(1);
        lastFingerprint = state.counts().get(2);
        lastIteration = state.counts().get(3).intValue();
    }
}
