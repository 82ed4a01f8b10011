package org.steadygrad.engine;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Check;
import org.steadygrad.spec.MemorySize;
import org.steadygrad.spec.RunSpec;

/**
 * Which engine is wanted, and with what.
 *
 * @param name {@link Engines#AUTO} or an engine's name
 * @param settings what it may use
 */
public record EngineRequest(String name, EngineSettings settings) {
    public EngineRequest {
        Check.notNull(name, "engine request", "name");
        Check.notNull(settings, "engine request", "settings");
    }

    /** With all physical cores, and no limit of memory. */
    public static EngineRequest of(String name) {
        return new EngineRequest(name, EngineSettings.DEFAULT);
    }

    /** @param threads 0 stands for one per physical core */
    public static EngineRequest of(String name, int threads) {
        return new EngineRequest(name, new EngineSettings(threads, 0));
    }

    /** What a run file asks for. */
    public static EngineRequest of(RunSpec run) {
        int threads = run.threads() == null ? 0 : run.threads();
        long memory = run.memory() == null ? 0 : MemorySize.bytes("memory", run.memory());
        return new EngineRequest(run.engine(), new EngineSettings(threads, memory));
    }

    /**
     * Chooses an engine and makes it.
     *
     * @throws EngineException when no engine can be used
     */
    public Engine open(ComputationGraph model) {
        return Engines.choose(name, model).provider().create(model, settings);
    }
}
