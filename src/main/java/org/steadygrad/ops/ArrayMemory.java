package org.steadygrad.ops;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory that ND4J's arrays lie in, which isn't Java's heap. */
public final class ArrayMemory {
    private static final String PROPERTY = "org.bytedeco.javacpp.maxbytes";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([kmgt]?)b?");
    private static final String UNITS = "kmgt";

    private ArrayMemory() {}

    /**
     * Most that arrays may take in this process: JavaCPP's limit, which is that of Java's heap unless it is set, and what the
     * machine has.
     *
     * @return number of bytes
     */
    public static long limit() {
        long heap = Runtime.getRuntime().maxMemory();
        return Math.min(limit(System.getProperty(PROPERTY, ""), heap), physical());
    }

    /** JavaCPP's limit. @param size as JavaCPP takes it, such as 4g; 0 for none, empty for that of the heap */
    static long limit(String size, long heap) {
        Matcher parts = SIZE.matcher(size.strip().toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return heap;
        }
        long number = Long.parseLong(parts.group(1));
        int power = parts.group(2).isEmpty() ? 0 : 1 + UNITS.indexOf(parts.group(2));
        return number == 0 ? Long.MAX_VALUE : number << (10 * power);
    }

    private static long physical() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }
}
