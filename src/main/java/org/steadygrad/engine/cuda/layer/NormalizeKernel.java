package org.steadygrad.engine.cuda.layer;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.ColumnSplit;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.ResidualSums;
import org.steadygrad.engine.plan.Normalization;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * Batch normalisation, with a rectifier if there is one. In training one kernel does all of a small batch, forward and backward;
 * a large one is divided by rows too. A residual connection around the layer is added on the way, and the bias of a dense
 * layer below, in place. Running statistics move in the forward pass: what it leaves in the flat gradient is old minus new.
 */
public final class NormalizeKernel extends LaunchedKernel {
    private static final String FILE = "normalize";

    /** Sizes of the structures in normalize.cuh. */
    private static final long COLUMN_BYTES = 56;

    private static final long MOMENTS_BYTES = 24;

    private final KernelContext context;
    private final Normalization settings;
    private final ModelMemory model;
    private final ColumnSplit split;
    private final DeviceMemory input;
    private final DeviceMemory mask;
    private final DeviceMemory output;
    private final DeviceMemory columns;

    /** What a residual connection adds to the output, and where the sum goes; null without one. */
    private final DeviceMemory skip;

    private final DeviceMemory sum;

    /** What is first added to the input, and where the sum of its gradient's rows goes; null where that isn't asked for. */
    private final DeviceMemory bias;

    private final DeviceMemory biasGradient;
    private final float leak;

    public NormalizeKernel(KernelContext context, PlanOperation.Normalize operation, int number) {
        super(context);
        this.context = context;
        settings = operation.settings();
        model = context.model().memory();
        int size = operation.input().size();
        split = ColumnSplit.of(
                context.rows(operation.input()), size, runtime().device().multiprocessors());
        input = context.value(operation.input());
        mask = context.mask(operation.mask()).orElse(null);
        output = context.value(operation.output());
        Optional<ResidualSums.Residual> residual = context.residuals().around(operation);
        skip = residual.map(found -> context.value(found.skip())).orElse(null);
        sum = residual.map(found -> context.value(found.sum())).orElse(null);
        bias = context.biases().addedBy(operation).map(model::parameters).orElse(null);
        biasGradient = context.biases().summedBy(operation).map(model::gradient).orElse(null);
        columns = context.scope().bytes(size * COLUMN_BYTES);
        leak = operation.activation().isIdentity()
                ? 1
                : (float) operation.activation().alpha();
        boolean ofBatch = settings.ofBatch() && context.training();
        if (ofBatch) {
            planBatch();
        } else {
            inForward(ofColumns(runtime().over(size, FILE, "normalize_by_running"))
                    .with(settings.logarithmic() ? 1 : 0)
                    .with(size));
            inForward(write());
        }
        if (context.needsGradient(operation.output())) {
            planBackward(operation, number, ofBatch);
        }
    }

    private void planBatch() {
        DeviceMemory parts = context.scratch(MOMENTS_BYTES * split.chunks() * split.columns(), SCRATCH_PARTS);
        Launch moments = runtime()
                .each(split.blocks(), FILE, "normalize_moments")
                .with(input)
                .with(bias)
                .with(mask)
                .with(output)
                .with(skip)
                .with(sum)
                .with(parts);
        inForward(withRows(ofRunning(moments).with(leak)).with(split.chunks()).with((long) split.chunkRows()));
        if (split.chunks() > 1) {
            inForward(ofRunning(runtime()
                            .each(split.tiles(), FILE, "normalize_fold")
                            .with(parts))
                    .with(split.columns())
                    .with(split.width())
                    .with(split.chunks()));
            inForward(write());
        }
    }

    private Launch write() {
        Launch write = runtime()
                .each(split.blocks(), FILE, "normalize_write")
                .with(input)
                .with(mask)
                .with(output)
                .with(skip)
                .with(sum)
                .with(columns);
        return withRows(write.with(leak)).with((long) split.chunkRows());
    }

    private Launch withRows(Launch launch) {
        return launch.with((long) split.rows()).with(split.columns()).with(split.width());
    }

    /** Columns, scale and shift, and the running statistics. */
    private Launch ofColumns(Launch launch) {
        return launch.with(columns)
                .with(settings.gamma().map(model::parameters).orElse(null))
                .with(settings.beta().map(model::parameters).orElse(null))
                .withDouble(settings.lockedGamma())
                .withDouble(settings.lockedBeta())
                .withDouble(settings.epsilon())
                .with(model.parameters(settings.mean()))
                .with(model.parameters(settings.variance()));
    }

    /** The same, and where the running statistics' changes go. */
    private Launch ofRunning(Launch launch) {
        return ofColumns(launch)
                .with(model.gradient(settings.mean()))
                .with(model.gradient(settings.variance()))
                .with(settings.logarithmic() ? 1 : 0)
                .withDouble(1 - settings.decay());
    }

    private void planBackward(PlanOperation.Normalize operation, int number, boolean ofBatch) {
        DeviceMemory gradient = context.gradient(operation.output());
        Optional<DeviceMemory> target = context.inputGradient(number, 0);
        DeviceMemory gammaGradient = gradient(settings.gamma());
        DeviceMemory betaGradient = gradient(settings.beta());
        boolean sums = gammaGradient != null || betaGradient != null || (ofBatch && target.isPresent());
        if (sums) {
            planSlopes(gradient, gammaGradient, betaGradient, ofBatch, target.orElse(null));
        }
        if (target.isPresent() && (split.chunks() > 1 || !sums)) {
            Launch write = runtime()
                    .each(split.blocks(), FILE, "normalize_write_gradient")
                    .with(input)
                    .with(mask)
                    .with(gradient)
                    .with(target.get())
                    .with(columns);
            inBackward(withRows(write.with(leak)).with((long) split.chunkRows()));
        }
    }

    /** Null when the parameter is locked or frozen. */
    private DeviceMemory gradient(Optional<ParameterBlock> block) {
        return block.filter(ParameterBlock::trained).map(model::gradient).orElse(null);
    }

    private void planSlopes(
            DeviceMemory gradient,
            DeviceMemory gammaGradient,
            DeviceMemory betaGradient,
            boolean ofBatch,
            DeviceMemory target) {
        DeviceMemory parts = context.scratch(2L * Double.BYTES * split.chunks() * split.columns(), SCRATCH_PARTS);
        Launch slopes = runtime()
                .each(split.blocks(), FILE, "normalize_slopes")
                .with(input)
                .with(mask)
                .with(gradient)
                .with(target)
                .with(parts)
                .with(columns)
                .with(gammaGradient)
                .with(betaGradient)
                .with(biasGradient)
                .with(ofBatch ? 1 : 0);
        inBackward(withRows(slopes.with(leak)).with(split.chunks()).with((long) split.chunkRows()));
        if (split.chunks() > 1) {
            inBackward(runtime()
                    .each(split.tiles(), FILE, "normalize_fold_slopes")
                    .with(parts)
                    .with(columns)
                    .with(gammaGradient)
                    .with(betaGradient)
                    .with(ofBatch ? 1 : 0)
                    .with(split.columns())
                    .with(split.width())
                    .with(split.chunks()));
        }
    }
}
