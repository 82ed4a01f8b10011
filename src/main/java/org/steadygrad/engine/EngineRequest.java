package org.steadygrad.engine;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Check;
import org.steadygrad.spec.MemorySize;
import org.steadygrad.spec.RunSpec;

/**
 * Which engine is wanted, and with what.
 *
 * @param name {@link Engines#AUTO} or an engine's name, which a colon and the number of a device may follow: "cuda:1"; "gpu"
 *     stands for "cuda"
 * @param settings what it may use; a device in the name counts more than the one given here
 */
public record EngineRequest(String name, EngineSettings settings) {
    public EngineRequest {
        name = Check.notNull(name, "engine request", "name").replaceFirst("^gpu(?=:|$)", "cuda");
        Check.notNull(settings, "engine request", "settings");
        if (name.indexOf(':') >= 0) {
            settings = settings.withDevice(deviceIn(name));
        }
    }

    /** With all physical cores, and no limit of memory. */
    public static EngineRequest of(String name) {
        return new EngineRequest(name, EngineSettings.DEFAULT);
    }

    /** @param threads 0 stands for one per physical core */
    public static EngineRequest of(String name, int threads) {
        return new EngineRequest(name, EngineSettings.DEFAULT.withThreads(threads));
    }

    /** What a run file asks for. */
    public static EngineRequest of(RunSpec run) {
        int threads = run.threads() == null ? 0 : run.threads();
        long memory = run.memory() == null ? 0 : MemorySize.bytes("memory", run.memory());
        return new EngineRequest(run.engine(), new EngineSettings(threads, memory, 0, run.precision()));
    }

    /** The name without a device. */
    public String engine() {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /** Whether a certain device is wanted, not the engine's first one. */
    boolean wantsDevice() {
        return name.indexOf(':') >= 0 || settings.device() > 0;
    }

    private static int deviceIn(String name) {
        RunSpec.checkEngine(name);
        return Integer.parseInt(name.substring(name.indexOf(':') + 1));
    }

    /**
     * Chooses an engine and makes it.
     *
     * @throws EngineException when no engine can be used
     */
    public Engine open(ComputationGraph model) {
        return Engines.open(this, model).engine();
    }
}
