package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;

/**
 * A recurrent layer run over a sequence, segment after segment, and back. The state at each boundary is an argument of
 * the primitives on both of its sides, and so is its gradient in the backward pass.
 *
 * <p>With recomputation only these states are kept, and the backward pass runs each segment forward once more before it
 * runs it backward, in a workspace that all segments share.
 */
final class SegmentedSequence implements SequenceRun {
    private final RecurrentShape shape;
    private final Setting setting;
    private final NativeScope scope;
    private final int[] lengths;
    private final Tensors tensors;
    private final Map<Integer, CellPrimitives> primitives = new HashMap<>();
    private final List<List<FloatMemory>> states = new ArrayList<>();
    private final List<List<FloatMemory>> stateGradients = new ArrayList<>();
    private final List<Call> forward = new ArrayList<>();
    private final List<Call> repeat = new ArrayList<>();
    private final List<Call> backward = new ArrayList<>();
    private final BoundaryMask boundaryMask;

    /**
     * What all ways to run one layer have in common.
     *
     * @param oneDnn whose stream the primitives run in
     * @param training whether there is a backward pass
     * @param recompute whether the backward pass repeats the forward pass
     * @param gradients of the parameters; null without training
     */
    record Setting(
            OneDnn oneDnn,
            RecurrentWeights weights,
            RecurrentWeights.Gradients gradients,
            WorkspacePool pool,
            boolean training,
            boolean recompute) {}

    /**
     * What a sequence is read from and written to, time-major.
     *
     * @param outputGradient and inputGradient null without training; the latter also when nobody needs it
     */
    record Tensors(FloatMemory input, FloatMemory output, FloatMemory outputGradient, FloatMemory inputGradient) {}

    /** @param boundaryMask what happens to the state between segments; null for nothing */
    SegmentedSequence(
            RecurrentShape shape,
            int[] lengths,
            Tensors tensors,
            Setting setting,
            BoundaryMask boundaryMask,
            NativeScope scope) {
        this.shape = shape;
        this.lengths = lengths;
        this.tensors = tensors;
        this.setting = setting;
        this.boundaryMask = boundaryMask;
        this.scope = scope;
        for (int i = 0; i <= lengths.length; i++) {
            states.add(newState());
        }
        if (setting.training()) {
            for (int i = 0; i < 3; i++) {
                stateGradients.add(newState());
            }
        }
        for (int i = 0, start = 0; i < lengths.length; start += lengths[i], i++) {
            plan(i, start);
        }
    }

    private List<FloatMemory> newState() {
        List<FloatMemory> state = new ArrayList<>();
        for (int i = 0; i < shape.stateTensors(); i++) {
            state.add(scope.allocate(shape.stateLength()));
        }
        return state;
    }

    private CellPrimitives primitives(int length) {
        return primitives.computeIfAbsent(
                length, n -> new CellPrimitives(setting.oneDnn(), shape.over(n), setting.training(), scope));
    }

    /** @param start number of steps read before the segment */
    private void plan(int segment, int start) {
        CellPrimitives cell = primitives(lengths[segment]);
        Views views = new Views(cell, start, lengths[segment]);
        memory workspace =
                setting.training() ? setting.pool().view(cell.workspace(), setting.recompute() ? 0 : segment) : null;
        memory output = views.output(tensors.output());
        forward.add(forwardCall(cell, segment, workspace, output, states.get(segment + 1)));
        if (setting.training()) {
            if (setting.recompute()) {
                output = view(
                        cell.layouts().output(),
                        setting.pool().scratch((long) lengths[segment] * shape.stateLength(), 0));
                repeat.add(forwardCall(cell, segment, workspace, output, scratchState()));
            }
            backward.add(backwardCall(cell, segment, views, workspace, output));
        }
    }

    private List<FloatMemory> scratchState() {
        List<FloatMemory> state = new ArrayList<>();
        for (int i = 0; i < shape.stateTensors(); i++) {
            state.add(setting.pool().scratch(shape.stateLength(), i + 1));
        }
        return state;
    }

    private memory view(memory.desc layout, FloatMemory data) {
        return setting.oneDnn().view(scope, layout, data);
    }

    private Call forwardCall(
            CellPrimitives cell, int segment, memory workspace, memory output, List<FloatMemory> after) {
        Views views = new Views(cell, start(segment), lengths[segment]);
        Call call = setting.oneDnn()
                .call(scope, cell.forwardPrimitive())
                .with(dnnl.DNNL_ARG_SRC_LAYER, views.input(tensors.input()))
                .with(dnnl.DNNL_ARG_WEIGHTS_LAYER, weights(cell.forward().weights_layer_desc(), true))
                .with(dnnl.DNNL_ARG_WEIGHTS_ITER, weights(cell.forward().weights_iter_desc(), false))
                .with(dnnl.DNNL_ARG_BIAS, setting.weights().bias(cell.layouts().bias()))
                .with(dnnl.DNNL_ARG_DST_LAYER, output);
        bind(call, cell, dnnl.DNNL_ARG_SRC_ITER, states.get(segment));
        bind(call, cell, dnnl.DNNL_ARG_DST_ITER, after);
        return workspace == null ? call : call.with(dnnl.DNNL_ARG_WORKSPACE, workspace);
    }

    private int start(int segment) {
        int start = 0;
        for (int i = 0; i < segment; i++) {
            start += lengths[i];
        }
        return start;
    }

    private Call backwardCall(CellPrimitives cell, int segment, Views views, memory workspace, memory output) {
        boolean last = segment == lengths.length - 1;
        memory inputGradient = tensors.inputGradient() == null
                ? view(
                        cell.layouts().input(),
                        setting.pool().scratch((long) lengths[segment] * shape.examples() * shape.inputs(), 3))
                : views.input(tensors.inputGradient());
        RecurrentWeights.Gradients gradients = setting.gradients();
        Call call = setting.oneDnn()
                .call(scope, cell.backwardPrimitive())
                .with(dnnl.DNNL_ARG_SRC_LAYER, views.input(tensors.input()))
                .with(dnnl.DNNL_ARG_WEIGHTS_LAYER, weights(cell.backward().weights_layer_desc(), true))
                .with(dnnl.DNNL_ARG_WEIGHTS_ITER, weights(cell.backward().weights_iter_desc(), false))
                .with(dnnl.DNNL_ARG_BIAS, setting.weights().bias(cell.layouts().bias()))
                .with(dnnl.DNNL_ARG_DST_LAYER, output)
                .with(dnnl.DNNL_ARG_WORKSPACE, workspace)
                .with(dnnl.DNNL_ARG_DIFF_SRC_LAYER, inputGradient)
                .with(dnnl.DNNL_ARG_DIFF_WEIGHTS_LAYER, view(cell.layouts().inputGradient(), gradients.input))
                .with(dnnl.DNNL_ARG_DIFF_WEIGHTS_ITER, view(cell.layouts().recurrentGradient(), gradients.recurrent))
                .with(dnnl.DNNL_ARG_DIFF_BIAS, view(cell.layouts().bias(), gradients.bias))
                .with(dnnl.DNNL_ARG_DIFF_DST_LAYER, views.output(tensors.outputGradient()));
        bind(call, cell, dnnl.DNNL_ARG_SRC_ITER, states.get(segment));
        bind(call, cell, dnnl.DNNL_ARG_DST_ITER, states.get(segment + 1));
        bind(call, cell, dnnl.DNNL_ARG_DIFF_SRC_ITER, gradientBefore(segment));
        bind(call, cell, dnnl.DNNL_ARG_DIFF_DST_ITER, last ? nothing() : gradientBefore(segment + 1));
        return call;
    }

    private memory weights(memory.desc wanted, boolean input) {
        scope.own(wanted);
        return input ? setting.weights().input(wanted) : setting.weights().recurrent(wanted);
    }

    /** oneDNN's argument for c follows that for h. */
    private void bind(Call call, CellPrimitives cell, int argument, List<FloatMemory> state) {
        for (int i = 0; i < state.size(); i++) {
            call.with(argument + i, view(cell.layouts().state(), state.get(i)));
        }
    }

    private List<FloatMemory> gradientBefore(int segment) {
        return stateGradients.get(segment % 2);
    }

    private List<FloatMemory> nothing() {
        return stateGradients.get(2);
    }

    /** A segment's part of time-major tensors. */
    private final class Views {
        private final CellPrimitives cell;
        private final int firstTime;
        private final int length;

        Views(CellPrimitives cell, int start, int length) {
            this.cell = cell;
            this.length = length;
            firstTime = shape.reverse() ? shape.steps() - start - length : start;
        }

        memory input(FloatMemory whole) {
            long row = (long) shape.examples() * shape.inputs();
            return view(cell.layouts().input(), whole.slice(firstTime * row, length * row));
        }

        memory output(FloatMemory whole) {
            long row = shape.stateLength();
            return view(cell.layouts().output(), whole.slice(firstTime * row, length * row));
        }
    }

    @Override
    public List<FloatMemory> initialState() {
        return states.get(0);
    }

    @Override
    public List<FloatMemory> finalState() {
        return states.get(states.size() - 1);
    }

    @Override
    public List<FloatMemory> initialGradient() {
        return gradientBefore(0);
    }

    @Override
    public void forward() {
        for (int i = 0; i < lengths.length; i++) {
            forward.get(i).run();
            if (boundaryMask != null) {
                boundaryMask.after(i, states.get(i), states.get(i + 1));
            }
        }
    }

    @Override
    public void backward(BoundaryNorms norms) {
        setting.gradients().zero();
        for (int i = lengths.length - 1, end = shape.steps(); i >= 0; end -= lengths[i], i--) {
            List<FloatMemory> after = i == lengths.length - 1 ? nothing() : gradientBefore(i + 1);
            if (norms != null) {
                norms.note(shape.time(end - 1), after.get(0), tensors.outputGradient());
            }
            if (boundaryMask != null) {
                boundaryMask.hold(i, after);
            }
            if (setting.recompute()) {
                repeat.get(i).run();
            }
            backward.get(i).run();
            if (boundaryMask != null) {
                boundaryMask.release(i, gradientBefore(i));
            }
        }
    }
}
