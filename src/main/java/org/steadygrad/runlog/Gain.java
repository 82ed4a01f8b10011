package org.steadygrad.runlog;

/**
 * By how much a model's validation loss is below that of the best {@link Baseline}.
 *
 * <p>The noise is the standard error of that difference, by batch means (Schmeiser 1982): the rows of the validation part are put
 * into at most {@value #MOST_BLOCKS} blocks of neighbours, and what counts is how much the difference varies from block to block. Rows
 * side by side may depend on one another, as time steps do and windows that overlap; blocks hardly do. Both losses are of the same
 * rows, so that what makes a row hard for everyone cancels out.
 *
 * @param loss mean loss of the baseline minus that of the model; negative when guessing is better; NaN when not known
 * @param noise standard error of that; NaN when not known, as for a single row
 */
public record Gain(double loss, double noise) {
    /** Number of blocks, at most; there are half as many at least where there are rows enough. */
    public static final int MOST_BLOCKS = 64;

    /** Standard errors that a gain has to exceed. */
    public static final double ERRORS = 2;

    /** Where nothing can be compared. */
    public static final Gain UNKNOWN = new Gain(Double.NaN, Double.NaN);

    /** Whether there is a comparison. */
    public boolean known() {
        return !Double.isNaN(loss);
    }

    /** Whether the model is better than guessing by more than {@value #ERRORS} standard errors. */
    public boolean clear() {
        return loss > ERRORS * noise;
    }

    /** Whether guessing is better than the model by more than {@value #ERRORS} standard errors. */
    public boolean clearlyWorse() {
        return -loss > ERRORS * noise;
    }
}
