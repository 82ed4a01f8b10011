package org.steadygrad.ops;

import java.util.Arrays;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.Select;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Batch normalisation followed by an activation function, forward and backward (Ioffe and Szegedy 2015, arXiv
 * 1502.03167v3), on whatever ND4J back end is present.
 *
 * <p>Input and output are [batch, features] or [batch, features, time]. Each feature is normalised over the batch and, if
 * there is one, over time:
 *
 * <pre>
 *     m    = sum(w)                              w: mask, 1 where a value counts
 *     mean = sum(w x) / m        var = sum(w (x - mean)^2) / m
 *     n    = (x - mean) / sqrt(var + epsilon)    y = activation(gamma n + beta)
 *
 *     dz     = dy activation'(gamma n + beta)
 *     dbeta  = sum(w dz)         dgamma = sum(w dz n)
 *     dx     = w gamma / sqrt(var + epsilon) (dz - (dbeta + n dgamma) / m)
 * </pre>
 *
 * The mask is [batch, time], or [batch, 1] for input without time. Whatever stands at masked positions, NaN included,
 * affects nothing; output and gradient are 0 there. The variance is the biased one. All arrays of a call have one data
 * type; arguments aren't modified.
 *
 * @param epsilon added to the variance, above 0
 * @param activation applied to the scaled and shifted values
 */
public record BatchNormOps(double epsilon, IActivation activation) {
    private static final String WHO = "BatchNormOps";

    /** How often the deviation fits into the mean, at most, if sums in the arrays' own type are to be trusted. */
    private static final double FARTHEST_MEAN = 16;

    public BatchNormOps {
        Check.positive(epsilon, WHO, "epsilon");
        Check.notNull(activation, WHO, "activation");
    }

    /**
     * The forward pass of training: normalises with the batch's own moments, which the result tells, so that the caller
     * can update running ones.
     *
     * @param x [batch, features] or [batch, features, time]
     * @param mask [batch, 1] or [batch, time]; {@code null} if every value counts
     */
    public BatchNormForward train(INDArray x, INDArray mask, BatchNormAffine affine) {
        checkInput(x, affine.features());
        INDArray column = column(mask, x);
        INDArray rows = select(column, rows(x));
        double count = column == null ? rows.size(0) : column.sumNumber().doubleValue();
        double divisor = Math.max(count, 1);
        INDArray mean = ColumnSums.of(rows).divi(divisor);
        INDArray centred = masked(rows.subRowVector(mean), column);
        INDArray variance = ColumnSums.of(centred.mul(centred)).divi(divisor);
        if (farFromZero(mean, variance)) {
            // the mean's own rounding error is one of the deviations
            INDArray off = ColumnSums.of(centred).divi(divisor);
            mean = mean.add(off);
            centred = masked(centred.subiRowVector(off), column);
            variance = ColumnSums.of(centred.mul(centred)).divi(divisor);
        }
        BatchNormMoments moments = new BatchNormMoments(mean, variance, count);
        return activate(centred, column, affine, moments, x, true);
    }

    /**
     * The forward pass of inference: normalises with the given moments.
     *
     * @param x [batch, features] or [batch, features, time]
     * @param mask [batch, 1] or [batch, time]; {@code null} if every value counts
     * @param moments running mean and variance; their count doesn't matter
     */
    public BatchNormForward infer(INDArray x, INDArray mask, BatchNormAffine affine, BatchNormMoments moments) {
        checkInput(x, affine.features());
        INDArray column = column(mask, x);
        INDArray rows = select(column, rows(x));
        INDArray centred = masked(rows.subRowVector(moments.mean()), column);
        return activate(centred, column, affine, moments, x, false);
    }

    /**
     * The backward pass of {@link #train} or {@link #infer}.
     *
     * @param forward that pass's result
     * @param affine what it was called with
     * @param dy derivative of the loss by the output, in its shape
     */
    public BatchNormGradients backward(BatchNormForward forward, BatchNormAffine affine, INDArray dy) {
        Check.shape(dy, WHO, "dy", forward.output().shape());
        INDArray column = forward.mask();
        INDArray n = forward.normalized();
        INDArray dz = activation
                .backprop(affine(n.dup(), affine), select(column, rows(dy)))
                .getFirst();
        dz = select(column, dz);
        INDArray dBeta = ColumnSums.of(dz);
        INDArray dGamma = ColumnSums.of(dz.mul(n));
        INDArray dx = dz;
        if (forward.ofBatch()) {
            double divisor = Math.max(forward.moments().count(), 1);
            dx = dz.sub(n.mulRowVector(dGamma.div(divisor))).subiRowVector(dBeta.div(divisor));
        }
        INDArray scale = affine.gamma().div(deviation(forward.moments()));
        dx = masked(dx.mulRowVector(scale), column);
        return new BatchNormGradients(inShapeOf(dy, dx), dGamma, dBeta);
    }

    /** Whether, for some feature, the mean is so many deviations from 0 that its rounding error could show. */
    private boolean farFromZero(INDArray mean, INDArray variance) {
        double[] means = mean.toDoubleVector();
        double[] variances = variance.toDoubleVector();
        boolean far = false;
        for (int i = 0; i < means.length; i++) {
            double part = means[i] / FARTHEST_MEAN;
            far |= part * part > variances[i] + epsilon;
        }
        return far;
    }

    private BatchNormForward activate(
            INDArray centred,
            INDArray column,
            BatchNormAffine affine,
            BatchNormMoments moments,
            INDArray x,
            boolean ofBatch) {
        INDArray normalized = centred.diviRowVector(deviation(moments));
        INDArray z = affine(normalized.dup(), affine);
        INDArray y = activation instanceof ActivationIdentity ? z : activation.getActivation(z, ofBatch);
        return new BatchNormForward(inShapeOf(x, masked(y, column)), normalized, moments, column, ofBatch);
    }

    private INDArray deviation(BatchNormMoments moments) {
        return Transforms.sqrt(moments.variance().add(epsilon), false);
    }

    /** gamma * n + beta in {@code n}'s own memory. */
    private static INDArray affine(INDArray n, BatchNormAffine affine) {
        return n.muliRowVector(affine.gamma()).addiRowVector(affine.beta());
    }

    private static void checkInput(INDArray x, long features) {
        Check.notNull(x, WHO, "x");
        boolean fits = (x.rank() == 2 || x.rank() == 3) && x.size(1) == features;
        if (!fits) {
            throw InvalidInputException.of(
                    WHO,
                    "input [batch, " + features + "] or [batch, " + features + ", time]",
                    "shape " + Arrays.toString(x.shape()),
                    "");
        }
    }

    /** As [rows, features]: of a sequence, each example's time steps follow each other. */
    private static INDArray rows(INDArray x) {
        return x.rank() == 2 ? x : x.permute(0, 2, 1).reshape('c', x.size(0) * x.size(2), x.size(1));
    }

    /** The inverse of {@link #rows}. */
    private static INDArray inShapeOf(INDArray x, INDArray rows) {
        return x.rank() == 2
                ? rows
                : rows.reshape('c', x.size(0), x.size(2), x.size(1)).permute(0, 2, 1);
    }

    /** The mask as [rows, 1] in the input's data type. */
    private static INDArray column(INDArray mask, INDArray x) {
        if (mask == null) {
            return null;
        }
        long times = x.rank() == 2 ? 1 : x.size(2);
        Check.shape(mask, WHO, "mask", x.size(0), times);
        return mask.castTo(x.dataType()).reshape('c', x.size(0) * times, 1);
    }

    /** Zero wherever the mask is zero. A product would keep NaN and infinity there. */
    private static INDArray select(INDArray column, INDArray rows) {
        if (column == null) {
            return rows;
        }
        INDArray counts = column.neq(0).broadcast(Nd4j.createUninitialized(DataType.BOOL, rows.shape()));
        INDArray selected = Nd4j.createUninitialized(rows.dataType(), rows.shape());
        Nd4j.exec(new Select(new INDArray[] {counts, rows, Nd4j.zerosLike(rows)}, new INDArray[] {selected}));
        return selected;
    }

    /** Finite values times the mask, in place. */
    private static INDArray masked(INDArray rows, INDArray column) {
        return column == null ? rows : rows.muliColumnVector(column);
    }
}
