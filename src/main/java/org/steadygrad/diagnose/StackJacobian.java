package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.nn.WeightInitOrthogonal;
import org.steadygrad.ops.MaskedBatches;

/**
 * The Jacobian of a stack of layers, d output / d input, before the first step: signals that go up through the stack are
 * stretched by its singular values, and so are gradients on their way down. Where all of them are next to 1 (dynamical
 * isometry; Saxe et al. 2014, arXiv 1312.6120; Pennington et al. 2017, arXiv 1711.04735), each layer learns at once.
 *
 * <p>The matrix is exact, from one backward pass per example in double precision over as many copies of the example as the
 * output has units, each with the gradient of one of them. Of a stack with more than {@value #WIDEST} units, the backward
 * passes look at {@value #WIDEST} random orthonormal directions of its output; the root mean square, and with it {@code
 * perLayer}, is then estimated without bias, and the true spread is at least the one that is given.
 *
 * @param from name of the vertex whose output is the stack's input
 * @param to name of the vertex that the stack ends with
 * @param layers number of weight matrices in between
 * @param units of the output
 * @param sampled whether only a part of the output's directions was looked at
 * @param values the singular values, in order of size, each averaged over the examples
 * @param perLayer root mean square of the singular values, per layer as a geometric mean: 1 keeps the gradient's size
 */
public record StackJacobian(
        String from, String to, int layers, int units, boolean sampled, Spectrum values, double perLayer) {
    /** Most directions of the output that are looked at. */
    static final int WIDEST = 256;

    /** Examples that are averaged over. */
    static final int EXAMPLES = 4;

    public StackJacobian {
        Check.notNull(from, "StackJacobian", "from");
        Check.notNull(to, "StackJacobian", "to");
        Check.positive(layers, "StackJacobian", "layers");
        Check.notNull(values, "StackJacobian", "values");
    }

    /**
     * The Jacobians of all stacks in a network.
     *
     * @param batch whose examples are looked at
     */
    static List<StackJacobian> of(DoubleNetwork network, MultiDataSet batch) {
        Map<String, INDArray> outputs = network.activations(batch);
        List<StackJacobian> found = new ArrayList<>();
        for (RowStretch stretch : RowStretch.of(network.graph(), outputs)) {
            found.add(of(network, stretch, outputs, batch));
        }
        return found;
    }

    private static StackJacobian of(
            DoubleNetwork network, RowStretch stretch, Map<String, INDArray> outputs, MultiDataSet batch) {
        INDArray inputs = outputs.get(stretch.from());
        int units = (int) outputs.get(stretch.to()).size(1);
        INDArray directions = directions(units);
        List<Long> rows = rows(inputs.size(0), batch);
        double[] mean = new double[(int) Math.min(directions.rows(), inputs.size(1))];
        for (long row : rows) {
            double[] values = Spectrum.singularValues(jacobian(network, stretch, inputs.getRow(row), directions));
            for (int i = 0; i < mean.length; i++) {
                mean[i] += values[i] / rows.size();
            }
        }
        Spectrum spectrum = Spectrum.of(mean);
        boolean sampled = directions.rows() < units;
        return new StackJacobian(
                stretch.from(),
                stretch.to(),
                stretch.layers(),
                units,
                sampled,
                spectrum,
                Math.pow(spectrum.rootMeanSquare(), 1.0 / stretch.layers()));
    }

    /**
     * The Jacobian's products with directions of the output.
     *
     * @param example one row, [width]
     * @param directions [directions, units]
     * @return [directions, width]; the Jacobian itself for unit vectors as directions
     */
    static INDArray jacobian(DoubleNetwork network, RowStretch stretch, INDArray example, INDArray directions) {
        INDArray copies = Nd4j.ones(DataType.DOUBLE, directions.rows(), 1).mmul(example.reshape(1, -1));
        return network.pullBack(stretch.vertices(), stretch.from(), copies, directions);
    }

    private static INDArray directions(int units) {
        if (units <= WIDEST) {
            return Nd4j.eye(units).castTo(DataType.DOUBLE);
        }
        Nd4j.getRandom().setSeed(units);
        INDArray memory = Nd4j.create(DataType.DOUBLE, (long) WIDEST * units);
        return new WeightInitOrthogonal().init(units, WIDEST, new long[] {WIDEST, units}, 'f', memory);
    }

    /**
     * Rows spread over the batch, but for those of masked steps.
     *
     * @param count of rows; a row per step comes step by step
     */
    private static List<Long> rows(long count, MultiDataSet batch) {
        INDArray given = MaskedBatches.first(batch.getFeaturesMaskArrays());
        INDArray mask = given == null || given.rank() != 2 ? null : given;
        List<Long> there = new ArrayList<>();
        for (long row = 0; row < count; row++) {
            boolean step = mask != null && mask.length() == count;
            if (!step || mask.getDouble(row % mask.size(0), row / mask.size(0)) != 0) {
                there.add(row);
            }
        }
        List<Long> chosen = new ArrayList<>();
        int examples = Math.min(EXAMPLES, there.size());
        for (int i = 0; i < examples; i++) {
            chosen.add(there.get((int) ((long) i * there.size() / examples)));
        }
        return chosen;
    }
}
