package org.steadygrad.health;

import org.steadygrad.engine.StepTrace.TimeProfile;

/**
 * A profile in the order in which the gradient goes.
 *
 * @param distances steps from the start, ascending
 */
record TimeCourse(int[] distances, double[] norms) {
    private static final double QUARTER = 0.25;

    static TimeCourse of(TimeProfile profile) {
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
        return new TimeCourse(distances, norms);
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

    /** Mean of the norms over the quarter of the length that ends at a share of it; 0 where there are none. */
    double around(double share) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < norms.length; i++) {
            double place = (double) distances[i] / Math.max(1, length() - 1);
            if (place > share - QUARTER && place <= share) {
                sum += norms[i];
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /** The norm so many steps back, or as many as there are. */
    double at(int steps) {
        int i = norms.length - 1;
        while (i > 0 && distances[i] > steps) {
            i--;
        }
        return norms[i];
    }

    int stepsToMax() {
        return distances[atMax()];
    }

    /**
     * Steps over which the gradient reaches back; the whole length when it reaches to the far end.
     *
     * @param reach share of the maximum below which it doesn't reach a step
     */
    int horizon(double reach) {
        int last = norms.length;
        while (last > 0 && norms[last - 1] < reach * max()) {
            last--;
        }
        return last == norms.length ? length() : distances[last];
    }
}
