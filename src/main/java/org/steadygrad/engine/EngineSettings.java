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

    /** This with another number of threads; 0 stands for one per physical core. */
    public EngineSettings withThreads(int value) {
        return new EngineSettings(value, memory, device, precision);
    }

    /** This with another limit of what activations may take, in bytes; 0 stands for none. */
    public EngineSettings withMemory(long value) {
        return new EngineSettings(threads, value, device, precision);
    }

    /** This on another of the engine's devices, from 0. */
    public EngineSettings withDevice(int value) {
        return new EngineSettings(threads, memory, value, precision);
    }

    /** This with another precision of matrix products on a GPU; null leaves it to the engine. */
    public EngineSettings withPrecision(Precision value) {
        return new EngineSettings(threads, memory, device, value);
    }
}
