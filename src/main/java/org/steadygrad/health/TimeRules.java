package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.StepTrace.TimeProfile;

/**
 * What one traced step tells about the gradient through time.
 *
 * <p>The horizon of a profile is the number of steps from the one where the gradient starts (the last; for the backward
 * direction of a bidirectional layer the first) to the first one from which on, going back, the norm stays below
 * {@value #REACHED} of its maximum: how far back the layer learns from. A layer with a loss at every step has a gradient
 * everywhere, and its horizon is the length.
 *
 * <ul>
 *   <li>{@code vanishing-through-time}: the horizon is less than half of at least {@value #MIN_STEPS} steps and the far
 *       end has less than {@value #SMALL_TOTAL} of the maximum.
 *   <li>{@code exploding-through-time}: the maximum is more than {@value #LARGE_TOTAL} times the norm at the start, and
 *       grew by more than {@value #GROWTH} per step.
 * </ul>
 */
final class TimeRules {
    static final double REACHED = 0.01;
    static final int MIN_STEPS = 10;
    static final double SMALL_TOTAL = 1e-3;
    static final double LARGE_TOTAL = 1e3;
    static final double GROWTH = 1.05;

    private TimeRules() {}

    static List<Finding> look(List<TimeProfile> profiles) {
        List<Finding> found = new ArrayList<>();
        for (TimeProfile profile : profiles) {
            Course course = Course.of(profile);
            if (course.length() >= MIN_STEPS && course.finite()) {
                look(profile, course, found);
            }
        }
        return found;
    }

    /** Steps over which the gradient reaches back; the whole length when it reaches to the far end. */
    static int horizon(TimeProfile profile) {
        return Course.of(profile).horizon();
    }

    private static void look(TimeProfile profile, Course course, List<Finding> found) {
        String who = profile.layer() + (profile.direction().equals("backward") ? " (backward)" : "");
        double growth = Math.pow(course.max() / course.start(), 1.0 / Math.max(1, course.stepsToMax()));
        if (course.max() > LARGE_TOTAL * course.start() && course.start() > 0 && growth > GROWTH) {
            found.add(Finding.seen(
                    "exploding-through-time",
                    Severity.ERROR,
                    profile.layer(),
                    "Through time, the gradient of " + who + " grows by a factor of " + Finding.number(growth)
                            + " per step: from " + Finding.number(course.start()) + " to "
                            + Finding.number(course.max()) + " over " + course.stepsToMax() + " steps.",
                    Map.of(
                            "factorPerStep",
                            growth,
                            "steps",
                            (double) course.stepsToMax(),
                            "totalRatio",
                            course.max() / course.start())));
        } else if (course.horizon() < course.length() / 2 && course.end() < SMALL_TOTAL * course.max()) {
            found.add(Finding.seen(
                    "vanishing-through-time",
                    Severity.WARNING,
                    profile.layer(),
                    "The gradient of " + who + " reaches " + course.horizon() + " of " + course.length()
                            + " steps back; what lies further back hardly counts in learning (at the far end it is "
                            + Finding.number(course.end() / course.max()) + " of its maximum).",
                    Map.of(
                            "horizon", (double) course.horizon(),
                            "length", (double) course.length(),
                            "farEndRatio", course.end() / course.max())));
        }
    }

    /**
     * A profile in the order in which the gradient goes.
     *
     * @param distances steps from the start, ascending
     */
    private record Course(int[] distances, double[] norms) {
        static Course of(TimeProfile profile) {
            int n = profile.steps().size();
            boolean ahead = profile.direction().equals("backward");
            int[] distances = new int[n];
            double[] norms = new double[n];
            for (int i = 0; i < n; i++) {
                int from = ahead ? i : n - 1 - i;
                int origin = ahead ? profile.steps().get(0) : profile.steps().get(n - 1);
                distances[i] = Math.abs(profile.steps().get(from) - origin);
                norms[i] = profile.norms().get(from);
            }
            return new Course(distances, norms);
        }

        int length() {
            return norms.length == 0 ? 0 : distances[norms.length - 1] + 1;
        }

        boolean finite() {
            for (double norm : norms) {
                if (!Double.isFinite(norm)) {
                    return false;
                }
            }
            return true;
        }

        private int atMax() {
            int at = 0;
            for (int i = 1; i < norms.length; i++) {
                at = norms[i] > norms[at] ? i : at;
            }
            return at;
        }

        double max() {
            return norms[atMax()];
        }

        /** The first norm that isn't 0: with padding at the end, the last steps may have none. */
        double start() {
            for (double norm : norms) {
                if (norm > 0) {
                    return norm;
                }
            }
            return 0;
        }

        double end() {
            return norms[norms.length - 1];
        }

        int stepsToMax() {
            return distances[atMax()];
        }

        int horizon() {
            int last = norms.length;
            while (last > 0 && norms[last - 1] < REACHED * max()) {
                last--;
            }
            return last == norms.length ? length() : distances[last];
        }
    }
}
