package org.steadygrad.engine;

import org.steadygrad.check.Check;

/**
 * What an engine may use of the machine.
 *
 * @param threads number of threads on the CPU; 0 stands for one per physical core
 * @param memory most bytes that activations may take, beyond which they are computed again in the backward pass; 0 stands
 *     for no limit
 * @param device which of the engine's devices, from 0
 */
public record EngineSettings(int threads, long memory, int device) {
    /** All physical cores, as much memory as it takes, the first device. */
    public static final EngineSettings DEFAULT = new EngineSettings(0, 0, 0);

    public EngineSettings {
        Check.nonNegative(threads, "engine settings", "threads");
        Check.nonNegative(memory, "engine settings", "memory");
        Check.nonNegative(device, "engine settings", "device");
    }

    /** The same on another device. */
    public EngineSettings onDevice(int number) {
        return new EngineSettings(threads, memory, number);
    }
}
