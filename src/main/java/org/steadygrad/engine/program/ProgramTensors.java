package org.steadygrad.engine.program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.plan.GradientFlow;
import org.steadygrad.engine.plan.GradientFlow.Reader;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/**
 * The tensors of a plan for one batch shape: values, masks and gradients. Memory of a value is taken when it is first asked
 * for, that of gradients at once; tensors that are the same share it.
 *
 * @param <M> memory of one tensor
 */
public abstract class ProgramTensors<M> {
    private final String who;
    private final Plan plan;
    private final BatchShape shape;
    private final GradientFlow flow;
    private final Sharing sharing;
    private final LongFunction<M> allocator;
    private final Map<Value, M> values = new HashMap<>();

    /** Null without a backward pass. */
    private GradientStorage<M> gradients;

    private long workspaceShare = Long.MAX_VALUE;

    /**
     * @param who asks, for messages
     * @param allocator makes memory for a number of floats; it stays the owner
     */
    protected ProgramTensors(String who, Plan plan, BatchShape shape, LongFunction<M> allocator) {
        this.who = who;
        this.plan = plan;
        this.shape = shape;
        this.allocator = allocator;
        flow = new GradientFlow(plan);
        sharing = new Sharing(plan, shape);
    }

    /** Takes the memory of all gradients. */
    protected final void allocateGradients() {
        gradients = shape.training() ? new GradientStorage<>(plan, flow, sharing, shape, allocator) : null;
    }

    /** Recurrent layers share equally what tensors leave of a limit. To be called before any of them is made. */
    protected final void shareWorkspaces(long limit, long allocated) {
        long left = limit - allocated;
        for (Value value : plan.values()) {
            boolean own = sharing.source(value).equals(value) && !values.containsKey(value);
            left -= own ? Float.BYTES * shape.elements(value) : 0;
        }
        long layers = plan.operations().stream()
                .filter(operation -> operation instanceof PlanOperation.Recur)
                .count();
        workspaceShare = left / Math.max(1, layers);
    }

    public final Plan plan() {
        return plan;
    }

    public final BatchShape shape() {
        return shape;
    }

    public final Sharing sharing() {
        return sharing;
    }

    public final boolean training() {
        return shape.training();
    }

    public final int rows(Value value) {
        return shape.rows(value);
    }

    /** A tensor's memory, [rows, size]. */
    public final M value(Value value) {
        return values.computeIfAbsent(sharing.source(value), v -> allocator.apply(shape.elements(v)));
    }

    /** Where there is data, one number per row; empty when the batch has no such mask. */
    public final Optional<M> mask(Optional<Value> mask) {
        return mask.filter(sharing::present).map(this::value);
    }

    /** The gradient of the loss with respect to a tensor, complete when its producer's backward pass runs. */
    public final M gradient(Value value) {
        return gradients
                .sum(value)
                .orElseThrow(() -> InvalidInputException.of(
                        who, "a tensor that a loss depends on", "the output of " + value.producer(), ""));
    }

    /** Where an operation's backward pass writes its share of the gradient of an input; empty when nobody needs it. */
    public final Optional<M> inputGradient(int operation, int input) {
        return training() ? gradients.contribution(new Reader(operation, input)) : Optional.empty();
    }

    /** What adds up to the gradient of a tensor; empty when one reader alone makes it. */
    public final List<M> gradientShares(Value value) {
        List<Reader> readers = flow.readers(value);
        return readers.size() < 2
                ? List.of()
                : readers.stream()
                        .map(reader -> gradients.contribution(reader).orElseThrow())
                        .toList();
    }

    /** Whether the backward pass reaches the operation that makes this tensor. */
    public final boolean needsGradient(Value value) {
        return training() && flow.needed(value);
    }

    /** Bytes that the workspaces of one recurrent layer may take. */
    public final long workspaceShare() {
        return workspaceShare;
    }
}
