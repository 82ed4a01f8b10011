package org.steadygrad.exam;

import java.util.List;
import java.util.Locale;

/** Counts of answers, as shares with Wilson's 95 % interval. */
record Score(int hits, int of) {
    private static final double Z = 1.96;

    /** Of sick cases that are told an expected kind. */
    static Score sensitivity(List<Answer> answers) {
        List<Answer> sick = answers.stream().filter(a -> !a.healthy()).toList();
        return new Score((int) sick.stream().filter(Answer::right).count(), sick.size());
    }

    /** Of healthy cases that are told nothing. */
    static Score specificity(List<Answer> answers) {
        List<Answer> healthy = answers.stream().filter(Answer::healthy).toList();
        return new Score((int) healthy.stream().filter(Answer::right).count(), healthy.size());
    }

    /** Of kinds told in all cases that are true. */
    static Score precision(List<Answer> answers) {
        int told = answers.stream().mapToInt(a -> a.told().size()).sum();
        int wrong = answers.stream().mapToInt(a -> a.wrong().size()).sum();
        return new Score(told - wrong, told);
    }

    /** Of sick cases that something is told of, those whose first advice is right. */
    static Score advice(List<Answer> answers) {
        List<Answer> told = answers.stream()
                .filter(a -> !a.healthy() && !a.told().isEmpty())
                .toList();
        return new Score((int) told.stream().filter(Answer::advised).count(), told.size());
    }

    double share() {
        return of == 0 ? Double.NaN : (double) hits / of;
    }

    double low() {
        return Math.max(0, bound(-1));
    }

    double high() {
        return bound(1);
    }

    private double bound(int side) {
        double n = of;
        double p = share();
        double centre = p + Z * Z / (2 * n);
        double width = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return (centre + side * width) / (1 + Z * Z / n);
    }

    /** As in tables: 0.95 (19 of 20; 0.76 to 0.99). */
    String words() {
        return of == 0
                ? "-"
                : String.format(Locale.ROOT, "%.2f (%d of %d; %.2f to %.2f)", share(), hits, of, low(), high());
    }
}
