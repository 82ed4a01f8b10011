package org.steadygrad.forensics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;

/**
 * What a replay found.
 *
 * @param pass number of the pass within the step
 * @param loss of that pass
 * @param trace of that pass
 * @param firstTimeStep where the pass begins in its sequences
 * @param cause why it isn't finite
 */
public record Verdict(int pass, double loss, StepTrace trace, int firstTimeStep, Cause cause) {
    public Verdict {
        Check.notNull(trace, "verdict", "trace");
        Check.notNull(cause, "verdict", "cause");
    }

    /** The first value that isn't finite; empty when the replay was finite. */
    public Optional<NonFiniteOrigin> origin() {
        return trace.nonFinite();
    }

    /** Origin and cause. */
    public String words() {
        return origin().map(origin -> Words.origin(origin, firstTimeStep) + ". ")
                        .orElse("")
                + cause.words();
    }

    /** The numbers behind it, by name. */
    public Map<String, Double> evidence() {
        Map<String, Double> all = new LinkedHashMap<>(cause.evidence());
        all.put("loss", loss);
        return all;
    }
}
