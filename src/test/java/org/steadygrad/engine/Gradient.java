package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.LossLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

/**
 * Loss and gradient of a minibatch's average loss; in place of a gradient, running statistics have old minus new.
 *
 * @param loss penalties included
 * @param blocks by the parameter's full name, in 'f' order
 */
public record Gradient(double loss, Map<String, double[]> blocks) {

    /** As DL4J computes it; a graph in double gives a reference. */
    public static Gradient byDl4j(ComputationGraph graph, MultiDataSet batch) {
        // after a backward pass, the score of a loss layer has the activation function twice
        boolean lossAlone = graph.getOutputLayer(0) instanceof LossLayer;
        double before = lossAlone ? graph.score(batch, true) : 0;
        graph.setInputs(batch.getFeatures());
        graph.setLabels(batch.getLabels());
        graph.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        graph.computeGradientAndScore();
        graph.clearLayerMaskArrays();
        double examples = batch.getFeatures(0).size(0);
        FlatLayout layout = FlatLayouts.of(graph);
        Map<String, double[]> blocks = split(graph.getFlattenedGradients(), layout);
        for (ParameterBlock block : layout.blocks()) {
            double[] values = blocks.get(block.name());
            for (int i = 0; i < values.length; i++) {
                values[i] = block.kind() == Kind.FROZEN ? 0 : values[i] / (block.trained() ? examples : 1);
            }
        }
        return new Gradient(lossAlone ? before : graph.score(), blocks);
    }

    /**
     * Asserts that this gradient is the slope of DL4J's loss, by central differences along random directions, several in
     * each trained block. For models without penalties.
     *
     * @param reference in double
     */
    public void assertSlopesOf(ComputationGraph reference, MultiDataSet batch) {
        assertSlopesOf(reference, () -> reference.score(batch, true));
    }

    /** @param exact the loss in double for the reference's present parameters */
    public void assertSlopesOf(ComputationGraph reference, DoubleSupplier exact) {
        assertEquals(exact.getAsDouble(), loss, 1e-5 * (1 + Math.abs(loss)), "loss");
        Random random = new Random(23);
        INDArray flat = reference.params().reshape(reference.params().length());
        for (ParameterBlock block : FlatLayouts.of(reference).blocks()) {
            for (int i = 0; block.trained() && i < 3; i++) {
                double[] direction = random.doubles(block.length(), -1, 1).toArray();
                INDArray view = flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
                double slope = slope(view, Nd4j.createFromArray(direction), exact);
                double[] own = blocks.get(block.name());
                double along = 0;
                for (int j = 0; j < own.length; j++) {
                    along += own[j] * direction[j];
                }
                double allowed = EngineSubject.TOLERANCE * norm(own) * norm(direction) + 1e-7;
                assertEquals(slope, along, allowed, "slope along a direction of " + block.name());
            }
        }
    }

    private static double slope(INDArray parameter, INDArray direction, DoubleSupplier loss) {
        double step = 1e-5;
        INDArray value = parameter.dup();
        parameter.assign(value.add(direction.mul(step)));
        double above = loss.getAsDouble();
        parameter.assign(value.sub(direction.mul(step)));
        double below = loss.getAsDouble();
        parameter.assign(value);
        return (above - below) / (2 * step);
    }

    /** The parameters of a model by name. */
    public static Map<String, double[]> parameters(ComputationGraph model) {
        return split(model.params(), FlatLayouts.of(model));
    }

    static Map<String, double[]> split(INDArray row, FlatLayout layout) {
        INDArray flat = row.reshape(row.length());
        Map<String, double[]> blocks = new LinkedHashMap<>();
        for (ParameterBlock block : layout.blocks()) {
            blocks.put(
                    block.name(),
                    flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
                            .dup()
                            .data()
                            .asDouble());
        }
        return blocks;
    }

    /** Euclidean norm of one block. */
    public static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /**
     * Asserts that every block of the reference is matched: the norm of the difference is within the tolerance times
     * the block's norm, or within rounding of the whole.
     *
     * @param tolerance relative, per block
     */
    public static void assertClose(
            Map<String, double[]> expected, Map<String, double[]> actual, double tolerance, String what) {
        double whole = 0;
        for (double[] values : expected.values()) {
            whole = Math.hypot(whole, norm(values));
        }
        for (Map.Entry<String, double[]> entry : expected.entrySet()) {
            double[] e = entry.getValue();
            double[] a = actual.get(entry.getKey());
            assertTrue(a != null && a.length == e.length, what + ": " + entry.getKey() + " is missing or misshapen");
            double[] difference = new double[e.length];
            for (int i = 0; i < e.length; i++) {
                difference[i] = e[i] - a[i];
            }
            double allowed = tolerance * norm(e) + 0.02 * tolerance * whole;
            double off = norm(difference);
            assertTrue(
                    off <= allowed,
                    () -> what + ": " + entry.getKey() + " is off by " + off + ", allowed " + allowed + ", norm "
                            + norm(e));
        }
    }

    /** Asserts bit-identical values. */
    public static void assertIdentical(Map<String, double[]> expected, Map<String, double[]> actual, String what) {
        assertEquals(expected.keySet(), actual.keySet(), what);
        expected.forEach((name, values) -> {
            double[] others = actual.get(name);
            for (int i = 0; i < values.length; i++) {
                assertEquals(
                        Double.doubleToRawLongBits(values[i]),
                        Double.doubleToRawLongBits(others[i]),
                        what + ": " + name + " element " + i + ", " + values[i] + " and " + others[i]);
            }
        });
    }
}
