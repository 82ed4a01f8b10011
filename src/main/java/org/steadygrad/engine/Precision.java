package org.steadygrad.engine;

/**
 * What the factors of matrix products are rounded to. Sums, parameters, their updates and statistics are 32-bit floats in
 * every one of them.
 */
public enum Precision {
    /** Not at all. */
    FLOAT32("float32"),
    /** 10 bits of mantissa, 8 of exponent. */
    TF32("tf32"),
    /** 7 bits of mantissa, 8 of exponent. */
    BFLOAT16("bfloat16"),
    /** 10 bits of mantissa, 5 of exponent; the loss is scaled so that small gradients aren't lost. */
    FLOAT16("float16");

    private final String words;

    Precision(String words) {
        this.words = words;
    }

    /** The name that run files give it. */
    public String words() {
        return words;
    }
}
