package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steadygrad.spec.HealthSpec;

/**
 * What full looks and histograms take in a stretch of a run: how much longer than their neighbours the steps are that have them, together
 * with the step after each, in which what was seen is written down. Neighbours are a fraction of a second away, so that a shared machine's
 * speed is the same for both.
 *
 * @param from first iteration of the stretch
 * @param to last iteration of the stretch
 * @param stepMillis median of the steps that have neither
 * @param lookMillis what a full look adds, median; 0 when there was none
 * @param histogramMillis what a full look with histograms adds, median; 0 when there was none
 * @param share of all steps' time that so many looks and histograms add, each as the median
 */
record WatchingCost(int from, int to, double stepMillis, double lookMillis, double histogramMillis, double share) {
    /** Steps on either side of a look and the step after it. */
    private static final int NEIGHBOURS = 8;

    static WatchingCost of(StepTimes times, HealthSpec looks, int from, int to) {
        List<Double> plain = new ArrayList<>();
        List<Double> lookExtras = new ArrayList<>();
        List<Double> histogramExtras = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            if (!looks.looksAt(i)) {
                if (!looks.looksAt(i - 1)) {
                    plain.add(times.millis(i));
                }
                continue;
            }
            if (i - NEIGHBOURS < from || i + 1 + NEIGHBOURS > to) {
                continue;
            }
            double extra = times.millis(i) + times.millis(i + 1) - 2 * neighbours(times, looks, i);
            (looks.takesHistogramsAt(i) ? histogramExtras : lookExtras).add(extra);
        }
        double step = median(plain);
        double look = median(lookExtras);
        double histograms = median(histogramExtras);
        double extra = 0;
        for (int i = from; i <= to; i++) {
            extra += looks.takesHistogramsAt(i) ? histograms : looks.looksAt(i) ? look : 0;
        }
        return new WatchingCost(from, to, step, look, histograms, extra / (step * (to - from + 1)));
    }

    private static double neighbours(StepTimes times, HealthSpec looks, int look) {
        List<Double> near = new ArrayList<>();
        for (int i = look - NEIGHBOURS; i <= look + 1 + NEIGHBOURS; i++) {
            if (!looks.looksAt(i) && !looks.looksAt(i - 1)) {
                near.add(times.millis(i));
            }
        }
        return median(near);
    }

    private static double median(List<Double> values) {
        double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
        return all.length == 0 ? 0 : Timing.of(all, 1, 0).median();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "steps=%d-%d ms=%s look_ms=%s histograms_ms=%s share=%.4f",
                from,
                to,
                CaseResult.number(stepMillis),
                CaseResult.number(lookMillis),
                CaseResult.number(histogramMillis),
                share);
    }
}
