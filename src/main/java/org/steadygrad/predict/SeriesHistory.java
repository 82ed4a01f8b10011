package org.steadygrad.predict;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.data.DataArtifact.Column;

/** The inputs of a sequence so far, in original units and without gaps, as far back as references reach. */
final class SeriesHistory {
    private final int reach;
    private final List<double[]> steps = new ArrayList<>();

    /** @param reach steps that are looked at, at most */
    SeriesHistory(int reach) {
        this.reach = reach;
    }

    /** Goes one step on. @param inputs kept, not copied */
    void add(double[] inputs) {
        if (reach == 0) {
            return;
        }
        if (steps.size() > 2 * reach) {
            steps.subList(0, steps.size() - reach).clear();
        }
        steps.add(inputs);
    }

    void clear() {
        steps.clear();
    }

    /**
     * What a value is told from that comes {@code column.ahead()} steps after the last: 0 for columns without a reference, NaN where too
     * little is known.
     *
     * @param input number of the input that it is made of
     */
    double reference(Column column, int input) {
        if (column.reference() == null) {
            return 0;
        }
        return steps.size() < column.reference().history()
                ? Double.NaN
                : column.reference().of(at -> column.level(steps.get(at)[input]), 0, steps.size() - 1, column.ahead());
    }
}
