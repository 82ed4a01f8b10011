package org.steadygrad.ops;

/** The logarithm of the gamma function, by Stirling's series from {@value #FAR} on, to about 1e-15 of it. */
final class LogGamma {
    private static final double FAR = 12;
    private static final double HALF_LOG_OF_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    private LogGamma() {}

    /** @param x above 0 */
    static double of(double x) {
        double product = 1;
        double far = x;
        while (far < FAR) {
            product *= far;
            far++;
        }
        double inverse = 1 / far;
        double square = inverse * inverse;
        double series = inverse
                * (1.0 / 12
                        - square
                                * (1.0 / 360
                                        - square
                                                * (1.0 / 1260
                                                        - square
                                                                * (1.0 / 1680
                                                                        - square
                                                                                * (1.0 / 1188
                                                                                        - square
                                                                                                * (691.0 / 360360))))));
        return (far - 0.5) * Math.log(far) - far + HALF_LOG_OF_TWO_PI + series - Math.log(product);
    }
}
