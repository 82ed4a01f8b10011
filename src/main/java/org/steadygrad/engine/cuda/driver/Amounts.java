package org.steadygrad.engine.cuda.driver;

import java.util.Locale;

/** Amounts of memory in words. */
public final class Amounts {
    private static final double KIB = 1L << 10;
    private static final double MIB = 1L << 20;
    private static final double GIB = 1L << 30;

    private Amounts() {}

    /** For example "1.0 MiB" of 1048576 bytes. */
    public static String of(long bytes) {
        if (bytes < MIB / 10) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / KIB);
        }
        return bytes < GIB
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
    }
}
