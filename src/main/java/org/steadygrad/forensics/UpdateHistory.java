package org.steadygrad.forensics;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/** The latest updates of a run. */
public final class UpdateHistory {
    /** Number of updates that are kept. */
    static final int KEPT = 16;

    private final Deque<UpdateOutcome> updates = new ArrayDeque<>();

    /** @param outcome of an update that was applied */
    public void add(UpdateOutcome outcome) {
        updates.addLast(outcome);
        if (updates.size() > KEPT) {
            updates.removeFirst();
        }
    }

    /** To be called when updates were taken back. */
    public void clear() {
        updates.clear();
    }

    /** One per trained matrix; biases, which begin at 0, tell nothing. Empty before the first update. */
    List<Growth> growth(FlatLayout layout) {
        List<Growth> all = new ArrayList<>();
        for (int i = 0; i < layout.blocks().size() && !updates.isEmpty(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            if (block.trained() && matrix(block)) {
                int number = i;
                double ratio = updates.stream()
                        .map(update -> update.blocks().get(number))
                        .mapToDouble(UpdateHistory::ratio)
                        .max()
                        .orElse(0);
                all.add(new Growth(
                        block.name(),
                        updates.size(),
                        updates.getFirst().blocks().get(i).weightNorm(),
                        updates.getLast().blocks().get(i).weightNorm(),
                        ratio));
            }
        }
        return all;
    }

    private static boolean matrix(ParameterBlock block) {
        return block.shape().stream().filter(size -> size > 1).count() >= 2;
    }

    private static double ratio(BlockUpdate update) {
        return update.weightNorm() == 0 ? 0 : update.updateNorm() / update.weightNorm();
    }
}
