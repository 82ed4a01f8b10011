package org.steadygrad.spec;

import java.util.Locale;

/**
 * What the factors of matrix products are rounded to. Sums, parameters, their updates and statistics are 32-bit floats in
 * every one of them.
 */
public enum Precision {
    @Doc("Not rounded.")
    FLOAT32,
    @Doc("10 bits of mantissa, 8 of exponent, on tensor cores; PyTorch's choice for cuDNN.")
    TF32,
    @Doc("7 bits of mantissa, 8 of exponent.")
    BF16,
    @Doc("10 bits of mantissa, 5 of exponent; the loss is scaled so that small gradients aren't lost.")
    FP16;

    /** The name that run files give it. */
    public String words() {
        return name().toLowerCase(Locale.ROOT);
    }
}
