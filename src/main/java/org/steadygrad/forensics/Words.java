package org.steadygrad.forensics;

import java.util.Locale;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;

/** How reports put things. */
final class Words {
    private Words() {}

    static String number(double value) {
        double size = Math.abs(value);
        return Double.isFinite(value) && value != 0 && (size < 0.01 || size >= 10_000)
                ? String.format(Locale.ROOT, "%.1e", value)
                : Double.isFinite(value) ? String.format(Locale.ROOT, "%.3g", value) : String.valueOf(value);
    }

    /** Where the first value that isn't finite is. */
    static String origin(NonFiniteOrigin origin, int firstTimeStep) {
        String step = origin.timeStep() < 0 ? "" : " at time step " + origin.timeStep();
        String whole = origin.timeStep() < 0 || firstTimeStep == 0
                ? ""
                : " of the window, " + (firstTimeStep + origin.timeStep()) + " of the sequence";
        return "first in the " + origin.tensor() + " of layer " + origin.layer() + step + whole + " (" + origin.value()
                + ")";
    }
}
