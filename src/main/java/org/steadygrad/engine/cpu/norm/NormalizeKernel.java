package org.steadygrad.engine.cpu.norm;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.norm.NormColumns.Sums;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.Normalization;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * Batch normalisation, with a rectifier if there is one. Threads share the columns, so that no sum depends on their
 * number; sums of a few rows in float are added up in double. Running statistics move in the forward pass: what it leaves in
 * the flat gradient is old minus new.
 */
public final class NormalizeKernel implements Kernel {
    private static final int GRAIN = 4 * CpuRuntime.CHUNK;
    private static final int FEWEST_COLUMNS = 32;

    private final KernelContext context;
    private final Normalization settings;
    private final ModelMemory model;
    private final RunningStatistics statistics;
    private final NormColumns columns;
    private final FloatMemory output;
    private final Optional<FloatMemory> inputGradient;
    private final FloatMemory gradient;
    private final int size;
    private final boolean ofBatch;
    private final float[] centre;
    private final float[] scale;
    private final float[] shift;
    private final float[][] affine;
    private final double[] inverse;
    private final double[] beyondCentre;
    private final Workers.Range normalise = this::normalise;
    private final Workers.Range differentiate = this::differentiate;

    public NormalizeKernel(KernelContext context, PlanOperation.Normalize operation, int number) {
        this.context = context;
        settings = operation.settings();
        model = context.model().memory();
        statistics = new RunningStatistics(model, settings);
        size = operation.output().size();
        ofBatch = settings.ofBatch() && context.training();
        output = context.value(operation.output());
        inputGradient = context.inputGradient(number, 0);
        gradient = context.needsGradient(operation.output()) ? context.gradient(operation.output()) : null;
        columns = new NormColumns(context, operation);
        centre = new float[size];
        scale = new float[size];
        shift = new float[size];
        affine = new float[][] {centre, scale, shift};
        inverse = new double[size];
        beyondCentre = new double[size];
    }

    @Override
    public void forward(Pass pass) {
        columns.countRows();
        run(normalise);
    }

    @Override
    public void backward(Pass pass) {
        run(differentiate);
    }

    private void run(Workers.Range range) {
        int grain = Math.max(FEWEST_COLUMNS, GRAIN / columns.rows());
        context.runtime().workers().run(size, grain, range);
    }

    private void normalise(int part, int from, int to) {
        for (int first = from; first < to; first += NormColumns.WIDTH) {
            int end = Math.min(to, first + NormColumns.WIDTH);
            if (ofBatch) {
                findMoments(part, first, end);
            } else {
                for (int j = first; j < end; j++) {
                    centre[j] = statistics.mean(j);
                    affine(j, statistics.variance(j));
                }
            }
            columns.write(part, first, end, affine, output);
        }
    }

    /** The running mean is a centre that is good enough, but for a network that has just begun. */
    private void findMoments(int part, int first, int end) {
        double count = Math.max(1, columns.count());
        for (int j = first; j < end; j++) {
            centre[j] = statistics.mean(j);
        }
        Sums sums = columns.squares(part, first, end, affine);
        if (anyFarOff(sums, end - first, count)) {
            for (int j = first; j < end; j++) {
                centre[j] += (float) (sums.first()[j - first] / count);
            }
            sums = columns.squares(part, first, end, affine);
        }
        moments(first, end, sums, count);
    }

    /** Whether, for some column, the centre is further from the mean than values are. */
    private static boolean anyFarOff(Sums sums, int width, double count) {
        for (int j = 0; j < width; j++) {
            double off = sums.first()[j] / count;
            if (!(2 * off * off <= sums.second()[j] / count)) {
                return true;
            }
        }
        return false;
    }

    /** The centre is near the mean; the sums tell how far the mean lies from it. */
    private void moments(int first, int end, Sums sums, double count) {
        for (int j = first; j < end; j++) {
            double off = sums.first()[j - first] / count;
            double variance = Math.max(0, sums.second()[j - first] / count - off * off);
            beyondCentre[j] = off;
            affine(j, variance);
            if (columns.count() > 0) {
                statistics.move(j, centre[j] + off, variance);
            } else {
                statistics.stay(j);
            }
        }
    }

    private void affine(int column, double variance) {
        inverse[column] = 1 / Math.sqrt(variance + settings.epsilon());
        scale[column] = (float) (value(settings.gamma(), settings.lockedGamma(), column) * inverse[column]);
        double beta = value(settings.beta(), settings.lockedBeta(), column);
        shift[column] = (float) (beta - beyondCentre[column] * scale[column]);
    }

    private double value(Optional<ParameterBlock> block, double locked, int column) {
        return block.isPresent() ? model.parameters().get(at(block.get(), column)) : locked;
    }

    private static int at(ParameterBlock block, int column) {
        return (int) block.offset() + column;
    }

    private void differentiate(int part, int from, int to) {
        for (int first = from; first < to; first += NormColumns.WIDTH) {
            int end = Math.min(to, first + NormColumns.WIDTH);
            boolean trained = settings.gamma().filter(ParameterBlock::trained).isPresent();
            Sums sums = ofBatch || trained ? columns.slopes(part, first, end, affine, gradient) : null;
            for (int j = first; sums != null && j < end; j++) {
                sums.second()[j - first] -= beyondCentre[j] * sums.first()[j - first];
            }
            if (trained) {
                for (int j = first; j < end; j++) {
                    put(settings.beta(), j, sums.first()[j - first]);
                    put(settings.gamma(), j, sums.second()[j - first] * inverse[j]);
                }
            }
            if (inputGradient.isPresent()) {
                passOn(part, first, end, sums);
            }
        }
    }

    private void put(Optional<ParameterBlock> block, int column, double value) {
        block.ifPresent(b -> model.gradient().put(at(b, column), (float) value));
    }

    /** {@code scale * (dz - (sum dz + n sum (dz n)) / m)}, the last part only where moments are the batch's. */
    private void passOn(int part, int first, int end, Sums sums) {
        float[] constant = columns.array(part, 0);
        float[] slope = columns.array(part, 1);
        for (int j = 0; j < end - first; j++) {
            double share = ofBatch ? scale[first + j] / Math.max(1, columns.count()) : 0;
            double squared = inverse[first + j] * inverse[first + j];
            double tilt = ofBatch ? share * squared * sums.second()[j] : 0;
            slope[j] = (float) tilt;
            constant[j] = ofBatch ? (float) (share * sums.first()[j] - tilt * beyondCentre[first + j]) : 0;
        }
        columns.writeGradient(part, first, end, affine, gradient, inputGradient.orElseThrow());
    }
}
