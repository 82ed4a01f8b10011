package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
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
 * @param taken share of all steps' time that the looks and histograms added, each as it was, less the machine's pauses, which fall on
 *     steps with looks as on others
 */
record WatchingCost(
        int from, int to, double stepMillis, double lookMillis, double histogramMillis, double share, double taken) {
    /** Steps on either side of a look and the step after it. */
    private static final int NEIGHBOURS = 8;

    /**
     * @param times of more steps than {@code to}, so that the last look has the step after it
     * @param from 2 or more: nothing tells what the first step takes
     * @param pauseMillis see {@link #pauseMillis}
     */
    static WatchingCost of(StepTimes times, HealthSpec looks, int from, int to, double pauseMillis) {
        List<Double> plain = new ArrayList<>();
        List<Double> lookExtras = new ArrayList<>();
        List<Double> histogramExtras = new ArrayList<>();
        double time = 0;
        for (int i = from; i <= to; i++) {
            time += times.millis(i);
            if (looks.looksAt(i)) {
                double extra = times.millis(i) + times.millis(i + 1) - 2 * neighbours(times, looks, i);
                (looks.takesHistogramsAt(i) ? histogramExtras : lookExtras).add(extra);
            } else if (!looks.looksAt(i - 1)) {
                plain.add(times.millis(i));
            }
        }
        double step = median(plain);
        double look = median(lookExtras);
        double histograms = median(histogramExtras);
        int all = lookExtras.size() + histogramExtras.size();
        double share = (lookExtras.size() * look + histogramExtras.size() * histograms) / (step * (to - from + 1));
        double taken = sum(lookExtras) + sum(histogramExtras) - 2 * all * pauseMillis;
        return new WatchingCost(from, to, step, look, histograms, share, taken / time);
    }

    /**
     * What steps without looks take longer than the median of their neighbours, on average, in ms: a shared machine's pauses, and
     * garbage collections. To be asked of steps in which nothing is compiled any more, since looks' code is compiled in other steps too.
     */
    static double pauseMillis(StepTimes times, HealthSpec looks, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .filter(i -> !looks.looksAt(i) && !looks.looksAt(i - 1))
                .mapToDouble(i -> times.millis(i) - neighbours(times, looks, i))
                .average()
                .orElse(0);
    }

    private static double sum(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    private static double neighbours(StepTimes times, HealthSpec looks, int step) {
        List<Double> near = new ArrayList<>();
        int to = Math.min(times.last(), step + 1 + NEIGHBOURS);
        for (int i = Math.max(2, step - NEIGHBOURS); i <= to; i++) {
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
                "steps=%d-%d ms=%s look_ms=%s histograms_ms=%s share=%.4f taken=%.4f",
                from,
                to,
                CaseResult.number(stepMillis),
                CaseResult.number(lookMillis),
                CaseResult.number(histogramMillis),
                share,
                taken);
    }
}
