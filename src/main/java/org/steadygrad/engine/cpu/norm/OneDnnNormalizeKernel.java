package org.steadygrad.engine.cpu.norm;

import java.util.Optional;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.Normalization;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * Batch normalisation by the moments of a batch, with ReLU if there is one, by oneDNN's primitive: between two products
 * of matrices, it spares handing work from oneDNN's threads to ours and back. oneDNN adds up in float, and its ReLU makes
 * 0 of NaN; a batch for which one of these matters is left to {@link NormalizeKernel}, all of it.
 */
public final class OneDnnNormalizeKernel implements Kernel {
    private static final int FEWEST_ROWS = 2;

    /** With more, digits are lost in oneDNN's sums, which are in float, even of values about 0. */
    private static final int MOST_ROWS = 1 << 15;

    /** With fewer, a vector instruction has nothing to do. */
    private static final int FEWEST_COLUMNS = 16;

    /** How often the deviation fits into the mean, at most: so many times the mean's rounding error is an output's. */
    private static final double FARTHEST_MEAN = 16;

    private static final String WITH_BARRIERS = "bnorm_jit";

    private final KernelContext context;
    private final NativeScope scope;
    private final OneDnn oneDnn;
    private final PlanOperation.Normalize operation;
    private final Normalization settings;
    private final ModelMemory model;
    private final int size;
    private final int flags;
    private final memory.desc matrix;
    private final memory.desc vector;
    private final batch_normalization_forward.primitive_desc description;
    private final FloatMemory mean;
    private final FloatMemory variance;
    private final FloatMemory gamma;
    private final FloatMemory beta;
    private final Optional<memory> workspace;
    private final Call forward;
    private final Optional<Call> backward;
    private final RunningStatistics statistics;
    private final NormalizeKernel careful;
    private boolean carefully;

    public OneDnnNormalizeKernel(KernelContext context, PlanOperation.Normalize operation, int number) {
        this.context = context;
        this.operation = operation;
        scope = context.scope();
        oneDnn = context.runtime().oneDnn();
        settings = operation.settings();
        model = context.model().memory();
        size = operation.output().size();
        int rectifier = operation.activation().isIdentity() ? 0 : dnnl.dnnl_fuse_norm_relu;
        flags = dnnl.dnnl_use_scale | dnnl.dnnl_use_shift | rectifier;
        long[] shape = {context.rows(operation.input()), size, 1, 1};
        matrix = OneDnn.strided(scope, shape, new long[] {size, 1, size, size});
        vector = OneDnn.rows(scope, size);
        description = scope.own(new batch_normalization_forward.primitive_desc(
                oneDnn.engine(),
                dnnl.dnnl_forward_training,
                matrix,
                matrix,
                (float) settings.epsilon(),
                flags,
                OneDnn.attributes(scope),
                false));
        chooseWithoutBarriers(description);
        mean = scope.allocate(size);
        variance = scope.allocate(size);
        gamma = parameter(settings.gamma(), settings.lockedGamma());
        beta = parameter(settings.beta(), settings.lockedBeta());
        workspace = rectifier == 0
                ? Optional.empty()
                : Optional.of(oneDnn.allocate(scope, scope.own(description.workspace_desc())));
        forward = forwardCall();
        backward = backwardCall(context.inputGradient(number, 0));
        statistics = new RunningStatistics(model, settings);
        careful = new NormalizeKernel(context, operation, number);
    }

    /** Whether this kernel does what the operation asks for; {@link NormalizeKernel} does it all. */
    public static boolean takes(KernelContext context, PlanOperation.Normalize operation) {
        ActivationFunction activation = operation.activation();
        boolean plain = activation.isIdentity()
                || (activation.kind() == ActivationFunction.Kind.RELU && activation.alpha() == 0);
        return plain
                && context.training()
                && operation.settings().ofBatch()
                && context.mask(operation.mask()).isEmpty()
                && context.rows(operation.input()) >= FEWEST_ROWS
                && context.rows(operation.input()) <= MOST_ROWS
                && operation.output().size() >= FEWEST_COLUMNS;
    }

    /**
     * oneDNN's first choice has threads wait for each other in a loop that never sleeps: where other programs are at
     * work, that takes many times as long. The next one runs a parallel loop for each part instead.
     */
    private static void chooseWithoutBarriers(primitive_desc description) {
        boolean another = true;
        while (another && implementation(description).startsWith(WITH_BARRIERS)) {
            another = description.next_impl();
        }
    }

    private static String implementation(primitive_desc description) {
        try (BytePointer name = description.impl_info_str()) {
            return name.getString();
        }
    }

    private FloatMemory parameter(Optional<ParameterBlock> block, double locked) {
        if (block.isPresent()) {
            return model.parameters(block.get());
        }
        FloatMemory constant = scope.allocate(size);
        for (int j = 0; j < size; j++) {
            constant.put(j, (float) locked);
        }
        return constant;
    }

    private memory row(FloatMemory data) {
        return oneDnn.view(scope, vector, data);
    }

    private memory rows(FloatMemory data) {
        return oneDnn.view(scope, matrix, data);
    }

    private Call forwardCall() {
        Call call = oneDnn.call(scope, scope.own(new batch_normalization_forward(description)))
                .with(dnnl.DNNL_ARG_SRC, rows(context.value(operation.input())))
                .with(dnnl.DNNL_ARG_DST, rows(context.value(operation.output())))
                .with(dnnl.DNNL_ARG_MEAN, row(mean))
                .with(dnnl.DNNL_ARG_VARIANCE, row(variance))
                .with(dnnl.DNNL_ARG_SCALE, row(gamma))
                .with(dnnl.DNNL_ARG_SHIFT, row(beta));
        workspace.ifPresent(memory -> call.with(dnnl.DNNL_ARG_WORKSPACE, memory));
        return call;
    }

    /** oneDNN always gives all three gradients; nobody reads what goes to scratch memory. */
    private Optional<Call> backwardCall(Optional<FloatMemory> inputGradient) {
        boolean trained = trained(settings.gamma()) || trained(settings.beta());
        if (!context.needsGradient(operation.output()) || (!trained && inputGradient.isEmpty())) {
            return Optional.empty();
        }
        FloatMemory target = inputGradient.orElseGet(() -> context.scratch(matrix.get_size() / Float.BYTES, 0));
        batch_normalization_backward.primitive_desc reverse = scope.own(new batch_normalization_backward.primitive_desc(
                oneDnn.engine(),
                dnnl.dnnl_backward,
                matrix,
                matrix,
                matrix,
                (float) settings.epsilon(),
                flags,
                description,
                OneDnn.attributes(scope),
                false));
        chooseWithoutBarriers(reverse);
        Call call = oneDnn.call(scope, scope.own(new batch_normalization_backward(reverse)))
                .with(dnnl.DNNL_ARG_SRC, rows(context.value(operation.input())))
                .with(dnnl.DNNL_ARG_MEAN, row(mean))
                .with(dnnl.DNNL_ARG_VARIANCE, row(variance))
                .with(dnnl.DNNL_ARG_SCALE, row(gamma))
                .with(dnnl.DNNL_ARG_DIFF_DST, rows(context.gradient(operation.output())))
                .with(dnnl.DNNL_ARG_DIFF_SRC, rows(target))
                .with(dnnl.DNNL_ARG_DIFF_SCALE, row(parameterGradient(settings.gamma(), 1)))
                .with(dnnl.DNNL_ARG_DIFF_SHIFT, row(parameterGradient(settings.beta(), 2)));
        workspace.ifPresent(memory -> call.with(dnnl.DNNL_ARG_WORKSPACE, memory));
        return Optional.of(call);
    }

    private static boolean trained(Optional<ParameterBlock> block) {
        return block.filter(ParameterBlock::trained).isPresent();
    }

    private FloatMemory parameterGradient(Optional<ParameterBlock> block, int number) {
        return trained(block) ? model.gradient(block.orElseThrow()) : context.scratch(size, number);
    }

    @Override
    public void forward(Pass pass) {
        forward.run();
        carefully = needsCare();
        if (carefully) {
            careful.forward(pass);
            return;
        }
        for (int j = 0; j < size; j++) {
            statistics.move(j, mean.get(j), variance.get(j));
        }
    }

    /** Whether, for some column, the mean is far from 0 beside the deviation, or something is NaN. */
    private boolean needsCare() {
        for (int j = 0; j < size; j++) {
            double middle = mean.get(j) / FARTHEST_MEAN;
            boolean affine = Float.isFinite(gamma.get(j)) && Float.isFinite(beta.get(j));
            if (!affine || !(middle * middle <= variance.get(j) + settings.epsilon())) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void backward(Pass pass) {
        if (carefully) {
            careful.backward(pass);
        } else {
            backward.ifPresent(Call::run);
        }
    }
}
