package org.steadygrad.engine;

import org.steadygrad.check.Check;

/**
 * Whether an engine can be used here.
 *
 * @param usable whether {@link EngineProvider#create} can succeed
 * @param detail the device and library versions when usable; else why not, and what to install
 */
public record Availability(boolean usable, String detail) {
    public Availability {
        Check.notNull(detail, "Availability", "detail");
    }

    /** @param detail device and versions of libraries */
    public static Availability usable(String detail) {
        return new Availability(true, detail);
    }

    /** @param reason why the engine can't be used, and what to install */
    public static Availability missing(String reason) {
        return new Availability(false, reason);
    }
}
