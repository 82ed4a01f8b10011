package org.steadygrad.engine.cuda.driver;

import java.util.Collections;
import java.util.List;

/** Whether NVRTC makes machine code for a device. */
final class Capability {
    private Capability() {}

    /**
     * Machine code runs on devices of the same major version and the same or a higher minor one.
     *
     * @param capability for example "9.0"
     * @param architectures what the compiler makes, for example 75 and 90
     * @return why there is none for the device; "" when there is
     */
    static String problem(String capability, List<Integer> architectures, Bindings bindings) {
        String[] parts = capability.split("\\.", -1);
        int major = Integer.parseInt(parts[0]);
        int minor = Integer.parseInt(parts[1]);
        if (architectures.isEmpty() || architectures.stream().anyMatch(a -> a / 10 == major && a % 10 <= minor)) {
            return "";
        }
        String reach = "CUDA " + bindings.cudaMajor() + "'s compiler here makes code for compute capability "
                + Device.version(Collections.min(architectures)) + " to "
                + Device.version(Collections.max(architectures))
                + ", and this is " + capability + ".";
        if (major * 10 + minor > Collections.max(architectures)) {
            return reach + " Install a newer CUDA.";
        }
        return bindings.cudaMajor() > 12
                ? reach + " Build with the profile cuda12-bundled, which goes down to 5.0."
                : reach + " This GPU is too old.";
    }

    /**
     * The architecture to compile for, which is an older one of the same major version where the compiler doesn't know the
     * device's own.
     *
     * @param architecture of the device, 90 for 9.0
     * @param architectures what the compiler makes; empty when it doesn't tell
     */
    static int target(int architecture, List<Integer> architectures) {
        return architectures.stream()
                .filter(a -> a / 10 == architecture / 10 && a <= architecture)
                .max(Integer::compare)
                .orElse(architecture);
    }
}
