package org.steadygrad.ops;

/**
 * What clipping did to a gradient.
 *
 * @param normBefore norm of the trained blocks before clipping
 * @param normAfter norm of the trained blocks after clipping
 * @param scale smallest factor that an element was multiplied by; 1 when nothing was clipped
 * @param clipped whether any element was changed
 */
public record ClipResult(double normBefore, double normAfter, double scale, boolean clipped) {

    static ClipResult untouched(double norm) {
        return new ClipResult(norm, norm, 1, false);
    }

    /** The same clipping told of a gradient {@code k} times as large. */
    public ClipResult scaledBy(double k) {
        return new ClipResult(normBefore * k, normAfter * k, scale, clipped);
    }
}
