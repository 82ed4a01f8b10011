package org.steadygrad.engine.trace;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.model.NonFiniteParameters;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * What isn't finite before a pass begins: numbers of the batch that count, parameters, running statistics, updater states. Whether such a
 * number shows in the loss hangs on the model (a ReLU of minus infinity is 0, an embedding reads few rows, training reads no
 * running statistics), and a step that begins with one must not be taken whether or not it does.
 */
public final class NonFiniteStart {
    private NonFiniteStart() {}

    /** @return the first parameter with an element that isn't finite */
    public static Optional<NonFiniteOrigin> inParameters(FlatLayout layout, float[] parameters) {
        List<NonFiniteParameters> found = NonFiniteParameters.of(layout, parameters);
        return found.stream()
                .findFirst()
                .map(p -> new NonFiniteOrigin(
                        p.block().layer(), "parameter " + p.block().parameter(), -1, p.first()));
    }

    /** @return the first state of an updater with an element that isn't finite; from it would come an update that isn't */
    public static Optional<NonFiniteOrigin> inStates(UpdaterStates states, float[] values) {
        return states.nonFinite(values).stream()
                .findFirst()
                .map(s -> new NonFiniteOrigin(s.block().layer(), s.words(), -1, s.first()));
    }

    /**
     * @param layout of the batch
     * @param input name of the features' place, for the finding
     * @param output name of the labels' place
     * @return the number of features, or else labels, that isn't finite and lies under no mask, at the earliest time step
     */
    public static Optional<NonFiniteOrigin> inBatch(
            MultiDataSet batch, SequenceLayout layout, String input, String output) {
        INDArray presence = MaskedBatches.presence(batch, layout);
        return first(batch.getFeatures(0), presence, layout.featuresTimeInMiddle())
                .map(found -> new NonFiniteOrigin(input, "input", found.step, found.value))
                .or(() -> first(batch.getLabels(0), MaskedBatches.weights(batch, layout), layout.labelsTimeInMiddle())
                        .map(found -> new NonFiniteOrigin(output, "gradient", found.step, found.value)));
    }

    private record Found(int step, double value) {}

    /** @param mask of the array's shape, [examples, steps] or one number per example; null if there is none */
    private static Optional<Found> first(INDArray array, INDArray mask, boolean timeInMiddle) {
        if (Double.isFinite(array.sumNumber().doubleValue())) {
            return Optional.empty();
        }
        double[] values = array.dup('c').data().asDouble();
        double[] weights = mask == null ? null : mask.dup('c').data().asDouble();
        boolean sequence = array.rank() == 3;
        int steps = sequence ? (int) array.size(timeInMiddle ? 1 : 2) : 1;
        int width = values.length / (int) array.size(0);
        Found earliest = null;
        for (int i = 0; i < values.length; i++) {
            int inner = i % width;
            int step = !sequence ? -1 : timeInMiddle ? inner / (width / steps) : inner % steps;
            boolean earlier = earliest == null || step < earliest.step;
            if (!Double.isFinite(values[i])
                    && earlier
                    && counts(weights, values.length, i, i / width, Math.max(0, step), steps)) {
                earliest = new Found(step, values[i]);
            }
        }
        return Optional.ofNullable(earliest);
    }

    private static boolean counts(double[] weights, int length, int index, int example, int step, int steps) {
        if (weights == null) {
            return true;
        }
        int at = weights.length == length ? index : example * steps + step;
        return at >= weights.length || weights[at] != 0;
    }

    /** A pass that began with what isn't finite has no finite loss, and its trace names the place. */
    public static PassResult mark(PassResult result, Optional<NonFiniteOrigin> start) {
        return start.isEmpty()
                ? result
                : new PassResult(
                        Double.isFinite(result.loss()) ? Double.NaN : result.loss(),
                        result.trace().map(trace -> trace.startingFrom(start.get())));
    }
}
