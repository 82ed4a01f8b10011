package org.steadygrad.engine.program;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.steadygrad.engine.plan.GradientFlow;
import org.steadygrad.engine.plan.GradientFlow.Reader;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/**
 * Memory for the gradients of a plan's tensors. A gradient is needed from the backward pass of its tensor's last reader to
 * that of its producer, so that memory of the same size is used again further down. Where an operation hands its gradient on as
 * it is, output and input share memory; nobody changes a gradient once it is there.
 *
 * @param <M> memory of one tensor
 */
public final class GradientStorage<M> {
    private final Map<Value, M> sums = new HashMap<>();
    private final Map<Reader, M> contributions = new HashMap<>();
    private final Map<M, Integer> holders = new IdentityHashMap<>();
    private final Map<Long, Deque<M>> free = new HashMap<>();
    private final Map<M, Long> lengths = new IdentityHashMap<>();
    private final LongFunction<M> allocator;

    /** @param allocator makes memory for a number of elements; it stays the owner */
    public GradientStorage(Plan plan, GradientFlow flow, Sharing sharing, BatchShape shape, LongFunction<M> allocator) {
        this.allocator = allocator;
        for (int i = plan.operations().size() - 1; i >= 0; i--) {
            PlanOperation operation = plan.operations().get(i);
            Value output = operation.output();
            if (!flow.needed(output)) {
                continue;
            }
            List<Reader> readers = flow.readers(output);
            if (readers.size() > 1) {
                sums.put(output, take(shape.elements(output)));
                readers.forEach(reader -> giveBack(contributions.get(reader)));
            }
            for (int j = 0; j < operation.inputs().size(); j++) {
                Value input = operation.inputs().get(j);
                if (flow.needed(input)) {
                    M memory = sharing.gradient(operation) ? held(sums.get(output)) : take(shape.elements(input));
                    contributions.put(new Reader(i, j), memory);
                    if (flow.readers(input).size() == 1) {
                        sums.put(input, memory);
                    }
                }
            }
            if (sums.containsKey(output)) {
                giveBack(sums.get(output));
            }
        }
    }

    private M take(long elements) {
        Deque<M> available = free.get(elements);
        return held(available == null || available.isEmpty() ? allocate(elements) : available.pop());
    }

    private M allocate(long elements) {
        M memory = allocator.apply(elements);
        lengths.put(memory, elements);
        return memory;
    }

    private M held(M memory) {
        holders.merge(memory, 1, Integer::sum);
        return memory;
    }

    private void giveBack(M memory) {
        if (holders.merge(memory, -1, Integer::sum) == 0) {
            free.computeIfAbsent(lengths.get(memory), length -> new ArrayDeque<>())
                    .push(memory);
        }
    }

    /** The whole gradient of a tensor; empty when none is needed or no operation reads the tensor. */
    public Optional<M> sum(Value value) {
        return Optional.ofNullable(sums.get(value));
    }

    /** Where one reader's share goes; empty when the tensor needs no gradient. */
    public Optional<M> contribution(Reader reader) {
        return Optional.ofNullable(contributions.get(reader));
    }
}
