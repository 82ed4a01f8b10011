package org.steadygrad.engine.cuda.kernel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.Sharing;

/**
 * Residual connections around batch normalisation: sums of a normalised tensor and one that is there before it. The
 * normalisation writes such a sum along with its output, which saves reading that again.
 */
public final class ResidualSums {
    private final Map<PlanOperation.Normalize, Residual> residuals = new HashMap<>();
    private final Set<PlanOperation> written = new HashSet<>();

    /**
     * @param skip what is added
     * @param sum of the layer's output and that
     */
    public record Residual(Value skip, Value sum) {}

    ResidualSums(List<PlanOperation> operations, Sharing sharing) {
        Map<Value, PlanOperation.Normalize> normalized = new HashMap<>();
        Map<Value, Integer> made = new HashMap<>();
        for (int i = 0; i < operations.size(); i++) {
            PlanOperation operation = operations.get(i);
            made.put(operation.output(), i);
            if (operation instanceof PlanOperation.Normalize normalize) {
                normalized.put(operation.output(), normalize);
            } else if (operation instanceof PlanOperation.Combine combine
                    && combine.combination() == PlanOperation.Combination.ADD
                    && combine.inputs().size() == 2) {
                Value first = combine.inputs().get(0);
                Value second = combine.inputs().get(1);
                boolean taken = take(combine, normalized.get(second), sharing.source(first), made)
                        || take(combine, normalized.get(first), sharing.source(second), made);
                if (taken) {
                    written.add(combine);
                }
            }
        }
    }

    /** @param layer null when the other summand isn't a normalised tensor */
    private boolean take(
            PlanOperation.Combine combine, PlanOperation.Normalize layer, Value skip, Map<Value, Integer> made) {
        boolean inTime = layer != null
                && !residuals.containsKey(layer)
                && made.getOrDefault(skip, -1) < made.get(layer.output());
        if (inTime) {
            residuals.put(layer, new Residual(skip, combine.output()));
        }
        return inTime;
    }

    /** The connection around a layer that the layer is to write. */
    public Optional<Residual> around(PlanOperation.Normalize layer) {
        return Optional.ofNullable(residuals.get(layer));
    }

    /** Whether a layer before has written the sum. */
    public boolean writes(PlanOperation combine) {
        return written.contains(combine);
    }
}
