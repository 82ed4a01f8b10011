package org.steadygrad.check;

import java.math.BigDecimal;

/** Numbers of things in sentences. */
public final class Counted {
    private Counted() {}

    /** "1 step", "7 steps". @param noun whose plural ends with an s */
    public static String of(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** "1 minute", "0.5 minutes", without digits that say nothing. @param number finite */
    public static String of(double number, String noun) {
        String digits = BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
        return digits + " " + noun + (number == 1 ? "" : "s");
    }
}
