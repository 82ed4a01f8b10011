package org.steadygrad.engine;

import org.steadygrad.check.Check;
import org.steadygrad.spec.Precision;

/**
 * What an engine may use of the machine.
 *
 * @param threads number of threads on the CPU; 0 stands for one per physical core
 * @param memory most bytes that activations may take, beyond which they are computed again in the backward pass; 0 stands
 *     for no limit
 * @param device which of the engine's devices, from 0
 * @param precision of matrix products on a GPU; null leaves it to the engine. On the CPU it is always float32
 */
public record EngineSettings(int threads, long memory, int device, Precision precision) {
    /** All physical cores, as much memory as it takes, the first device. */
    public static final EngineSettings DEFAULT = new EngineSettings(0, 0, 0, null);

    public EngineSettings {
        Check.nonNegative(threads, "engine settings", "threads");
        Check.nonNegative(memory, "engine settings", "memory");
        Check.nonNegative(device, "engine settings", "device");
    }

    /** The same on another device. */
    public EngineSettings onDevice(int number) {
        return new EngineSettings(threads, memory, number, precision);
    }

    /** The same in another precision. */
    public EngineSettings in(Precision other) {
        return new EngineSettings(threads, memory, device, other);
    }
}
