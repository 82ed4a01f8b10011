package org.steadygrad.engine.cuda.kernel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.Sharing;
import org.steadygrad.ops.ParameterBlock;

/**
 * Dense layers without an activation function whose output nobody reads but a normalisation by the batch. In training that adds
 * the layer's bias when it first reads the output, and, where one kernel does its whole backward pass, sums up the bias's
 * gradient when it writes that of its input: two launches fewer each, of which deep stacks of small layers have too many.
 */
public final class BiasesBelowNorms {
    private final Map<PlanOperation, PlanOperation.Dense> below = new HashMap<>();
    private final Set<PlanOperation> added = new HashSet<>();
    private final Set<PlanOperation> summed = new HashSet<>();

    /** @param multiprocessors of the device */
    BiasesBelowNorms(List<PlanOperation> operations, Sharing sharing, BatchShape shape, int multiprocessors) {
        Map<Value, PlanOperation.Dense> layers = new HashMap<>();
        Map<Value, Integer> readers = new HashMap<>();
        for (PlanOperation operation : operations) {
            operation.inputs().forEach(input -> readers.merge(sharing.source(input), 1, Integer::sum));
            if (operation instanceof PlanOperation.Dense dense
                    && dense.bias().isPresent()
                    && dense.activation().isIdentity()) {
                layers.put(dense.output(), dense);
            }
        }
        for (PlanOperation operation : operations) {
            if (shape.training()
                    && operation instanceof PlanOperation.Normalize normalize
                    && normalize.settings().ofBatch()
                    && layers.containsKey(normalize.input())
                    && readers.get(normalize.input()) == 1) {
                take(normalize, layers.get(normalize.input()), shape, multiprocessors);
            }
        }
    }

    private void take(PlanOperation.Normalize norm, PlanOperation.Dense layer, BatchShape shape, int multiprocessors) {
        below.put(norm, layer);
        added.add(layer);
        boolean oneKernel =
                ColumnSplit.of(shape.rows(norm.input()), norm.input().size(), multiprocessors)
                                .chunks()
                        == 1;
        if (oneKernel && layer.bias().filter(ParameterBlock::trained).isPresent()) {
            summed.add(layer);
        }
    }

    /** The bias that the normalisation is to add to its input. */
    public Optional<ParameterBlock> addedBy(PlanOperation.Normalize norm) {
        return Optional.ofNullable(below.get(norm)).flatMap(PlanOperation.Dense::bias);
    }

    /** The bias whose gradient the normalisation is to sum up: the sum of its input's gradient over all rows. */
    public Optional<ParameterBlock> summedBy(PlanOperation.Normalize norm) {
        return Optional.ofNullable(below.get(norm)).filter(summed::contains).flatMap(PlanOperation.Dense::bias);
    }

    /** Whether the operation after the layer adds its bias. */
    public boolean addedAfter(PlanOperation.Dense layer) {
        return added.contains(layer);
    }

    /** Whether the operation after the layer leaves its bias's gradient. */
    public boolean summedAfter(PlanOperation.Dense layer) {
        return summed.contains(layer);
    }
}
