package org.steadygrad.engine.cuda.driver;

import java.util.Optional;

/**
 * What the environment lets a program see of the devices. NVIDIA's driver heeds the variable itself, so that it decides what
 * numbers mean; here it is only told of, wherever somebody may miss a device.
 */
public final class VisibleDevices {
    static final String VARIABLE = "CUDA_VISIBLE_DEVICES";

    private VisibleDevices() {}

    /** A clause on the devices that are seen, in whose numbers users name them; empty where nothing is hidden. */
    public static Optional<String> note() {
        return note(System.getenv(VARIABLE));
    }

    /** @param value of the variable; null when it isn't set */
    static Optional<String> note(String value) {
        return Optional.ofNullable(value)
                .map(set -> VARIABLE + " is \"" + set + "\": numbers count the devices that it names, in its order");
    }

    /** Why nothing is seen, as far as the variable may be the reason; empty where it isn't set. */
    static Optional<String> whyNone() {
        return whyNone(System.getenv(VARIABLE));
    }

    /** @param value of the variable; null when it isn't set */
    static Optional<String> whyNone(String value) {
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(
                value.isBlank() || value.strip().startsWith("-")
                        ? VARIABLE + " is \"" + value + "\", which hides all GPUs"
                        : VARIABLE + " is \"" + value
                                + "\", of which the driver takes the entries before the first that isn't"
                                + " the number or UUID of a GPU or MIG instance here, as nvidia-smi -L lists them, and none"
                                + " where one is named twice");
    }
}
