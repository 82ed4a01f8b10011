package org.steadygrad.runlog;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Check;

/**
 * What a run came to; {@code run.json} in its folder.
 *
 * @param name of the run
 * @param engine name of the engine
 * @param device the device in words
 * @param precision what the factors of matrix products were rounded to
 * @param parameters number of the model's parameters
 * @param seed of everything random
 * @param iterations steps tried, in earlier parts of a resumed run too
 * @param epochs full passes over the training data
 * @param seconds training time
 * @param secondsPerIteration median over the latest steps, warm-up left out
 * @param trainLoss mean loss of the latest steps (at most 100)
 * @param validation metric name to value, of the model that was kept; empty without validation data
 * @param modelIteration iteration of the model that was kept: the best by validation loss, else the last
 * @param baselines what guessing gives, the best first
 * @param gain how much better than the best of them the model is that was kept
 * @param stopReason why the run ended
 * @param completed false when the run was interrupted or stopped by the guard, so that it may be resumed
 * @param skippedSteps steps whose loss or gradient wasn't finite
 * @param clippedSteps steps whose gradient was clipped
 * @param rollbacks times the guard went back to a snapshot
 * @param cures what the guard tried while training went on, the oldest first
 * @param findings what health found, the gravest first
 * @param health gradient and activations by layer, and how far back gradients reach, at the last full look
 */
public record RunResult(
        String name,
        String engine,
        String device,
        String precision,
        long parameters,
        long seed,
        int iterations,
        int epochs,
        double seconds,
        double secondsPerIteration,
        double trainLoss,
        Map<String, Double> validation,
        int modelIteration,
        Baselines baselines,
        Gain gain,
        String stopReason,
        boolean completed,
        int skippedSteps,
        int clippedSteps,
        int rollbacks,
        List<CureTrial> cures,
        List<Finding> findings,
        @JsonIgnoreProperties(value = "findings", allowSetters = true) HealthSummary health) {
    public RunResult {
        Check.notNull(name, "RunResult", "name");
        Check.notNull(engine, "RunResult", "engine");
        Check.notNull(device, "RunResult", "device");
        Check.notNull(precision, "RunResult", "precision");
        Check.notNull(baselines, "RunResult", "baselines");
        Check.notNull(gain, "RunResult", "gain");
        Check.notNull(stopReason, "RunResult", "stopReason");
        validation = Collections.unmodifiableMap(new LinkedHashMap<>(validation));
        cures = List.copyOf(cures);
        findings = List.copyOf(findings);
        Check.notNull(health, "RunResult", "health");
    }
}
