package org.steadygrad.report;

import java.util.List;
import java.util.Map;
import org.steadygrad.runlog.Finding;

/**
 * What a run came to, as its run.json says.
 *
 * @param name of the run
 * @param engine name of the engine
 * @param device in words
 * @param precision what the factors of matrix products were rounded to
 * @param parameters number of the model's parameters
 * @param seed of everything random
 * @param iterations steps tried
 * @param seconds training time
 * @param validation metric name to value, of the model that was kept
 * @param modelIteration iteration of the model that was kept
 * @param stopReason why the run ended
 * @param completed false when it was interrupted or stopped by the guard
 * @param findings the gravest first
 */
public record RunOutcome(
        String name,
        String engine,
        String device,
        String precision,
        long parameters,
        long seed,
        int iterations,
        double seconds,
        Map<String, Double> validation,
        int modelIteration,
        String stopReason,
        boolean completed,
        List<Finding> findings) {
    public RunOutcome {
        validation = validation == null ? Map.of() : Map.copyOf(validation);
        findings = findings == null ? List.of() : List.copyOf(findings);
    }
}
