package org.steadygrad.train.guard;

import java.util.Map;
import org.steadygrad.check.Check;

/**
 * The state that a roll-back returns to.
 *
 * @param iteration steps tried when it was taken
 * @param updates steps applied when it was taken
 * @param clipPolicy what the clip policy had learnt
 */
public record SnapshotInfo(int iteration, int updates, Map<String, double[]> clipPolicy) {
    public SnapshotInfo {
        Check.notNull(clipPolicy, "training state", "snapshot.clipPolicy");
    }
}
