package org.steadygrad.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.steadygrad.cli.ProgressMeter.Reading;

/** How a run goes, as one line of text. */
final class ProgressLine {
    private static final int WIDEST_BAR = 30;
    private static final int NARROWEST_BAR = 8;
    private static final String GAP = "  ";

    private ProgressLine() {}

    /** For logs: {@code iteration 840 of 2000  loss 0.123  |g| 1.2  clipped 12%  356 steps/s  3 s left}. */
    static String plain(Reading reading) {
        String of = reading.planned() < 0 ? "" : " of " + reading.planned();
        return "iteration " + reading.iteration() + of + GAP + String.join(GAP, numbers(reading));
    }

    /**
     * For terminals, with a bar where there is room for one; what doesn't fit is left out, the end first.
     *
     * @param width columns; the line is shorter than that, since some terminals break a line that fills them
     */
    static String drawn(Reading reading, int width) {
        String count = reading.planned() < 0
                ? "step " + reading.iteration()
                : String.format(
                        Locale.ROOT,
                        "%3.0f%%  %d/%d",
                        Math.floor(100 * reading.share()),
                        reading.iteration(),
                        reading.planned());
        StringBuilder tail = new StringBuilder(count);
        for (String number : numbers(reading)) {
            if (tail.length() + GAP.length() + number.length() < width) {
                tail.append(GAP).append(number);
            }
        }
        int room = Math.min(WIDEST_BAR, width - 1 - tail.length() - "[] ".length());
        return reading.planned() < 0 || room < NARROWEST_BAR
                ? tail.toString()
                : "[" + bar(reading.share(), room) + "] " + tail;
    }

    private static String bar(double share, int width) {
        int done = (int) (share * width);
        String head = done == width ? "" : ">";
        return "=".repeat(done) + head + " ".repeat(width - done - head.length());
    }

    private static List<String> numbers(Reading reading) {
        List<String> numbers = new ArrayList<>();
        numbers.add(String.format(Locale.ROOT, "loss %.4g", reading.loss()));
        numbers.add(String.format(Locale.ROOT, "|g| %.3g", reading.gradientNorm()));
        numbers.add(String.format(Locale.ROOT, "clipped %.0f%%", 100 * reading.clipShare()));
        if (!Double.isNaN(reading.stepsPerSecond())) {
            numbers.add(speed(reading.stepsPerSecond()));
        }
        if (Double.isFinite(reading.secondsLeft())) {
            numbers.add(duration(reading.secondsLeft()) + " left");
        }
        return numbers;
    }

    private static String speed(double perSecond) {
        return perSecond >= 0.5
                ? String.format(Locale.ROOT, perSecond >= 10 ? "%.0f steps/s" : "%.1f steps/s", perSecond)
                : String.format(Locale.ROOT, "%.0f s/step", 1 / perSecond);
    }

    /** @param seconds at least 0 */
    static String duration(double seconds) {
        long whole = (long) Math.ceil(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        long minutes = (whole + 59) / 60;
        return minutes < 48 * 60
                ? String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60)
                : (minutes + 30) / (24 * 60) + " days";
    }
}
