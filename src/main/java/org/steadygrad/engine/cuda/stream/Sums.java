package org.steadygrad.engine.cuda.stream;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;

/** Sums of tensors, element by element and in a fixed order. */
public final class Sums {
    private final CudaRuntime runtime;
    private final List<Launch> launches = new ArrayList<>();

    /**
     * @param parts at least two, of the target's length
     * @param target overwritten
     */
    public Sums(CudaRuntime runtime, List<DeviceMemory> parts, DeviceMemory target) {
        this.runtime = runtime;
        launches.add(launch(runtime, parts.get(0), parts.get(1), target));
        for (DeviceMemory part : parts.subList(2, parts.size())) {
            launches.add(launch(runtime, target, part, target));
        }
    }

    /** {@code target = a + b}; the target may be one of them. */
    public static Launch launch(CudaRuntime runtime, DeviceMemory a, DeviceMemory b, DeviceMemory target) {
        return runtime.over(target.length(), "rows", "add")
                .with(a)
                .with(b)
                .with(target)
                .with(target.length());
    }

    public void run() {
        launches.forEach(runtime.stream()::launch);
    }
}
