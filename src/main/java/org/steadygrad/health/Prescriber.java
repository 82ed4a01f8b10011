package org.steadygrad.health;

import java.util.List;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;

/** Says what could be done about findings. */
@FunctionalInterface
public interface Prescriber {
    /** Prescribes nothing. */
    Prescriber NONE = (finding, gradientNorms) -> List.of();

    /**
     * @param finding just believed
     * @param gradientNorms of the averaged gradient at the latest applied steps, before clipping, oldest first
     * @return the most promising first
     */
    List<Prescription> prescribe(Finding finding, double[] gradientNorms);
}
