package org.steadygrad.spec;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;

/** Amounts of memory as people write them: {@code 512MB}, {@code 1.5 GB}; a kilobyte has 1024 bytes. */
public final class MemorySize {
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) *([KMGT]?)I?B?");
    private static final Map<String, Long> UNITS =
            Map.of("", 1L, "K", 1L << 10, "M", 1L << 20, "G", 1L << 30, "T", 1L << 40);

    private MemorySize() {}

    /**
     * @param who what the amount is of, for the error
     * @throws InvalidInputException when the text is no amount above 0
     */
    public static long bytes(String who, String text) {
        Matcher matcher = FORM.matcher(text.trim().toUpperCase(Locale.ROOT));
        if (matcher.matches()) {
            long bytes = (long) (Double.parseDouble(matcher.group(1)) * UNITS.get(matcher.group(2)));
            if (bytes > 0) {
                return bytes;
            }
        }
        throw InvalidInputException.of(who, "an amount of memory above 0", text, "Write it like 512MB or 2GB.");
    }
}
