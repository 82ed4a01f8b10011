package org.steadygrad.health;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code class-imbalance}: a class of {@value #FEWEST} rows or more, and less than half of all, is named for a tenth of them at most, though
 * the model tells it apart: of as many rows as it has that the model holds likeliest, more than half are of it, by more than chance (the
 * lower end of Wilson's interval of 95 %). So the accuracy is what always naming other classes gives, and needn't be.
 *
 * <p>A calibrated model of rare events isn't meant: where the likeliest rows are of the class less often than not, it is right not to name
 * it.
 */
final class NamingRule {
    static final int FEWEST = 5;
    /** Share of a class' rows that are named at most. */
    static final double NAMED = 0.1;

    private static final double MAJORITY = 0.5;
    private static final double Z = 1.96;

    private NamingRule() {}

    /** @param largestUpdate of any weight matrix, as a share of it */
    static List<Finding> look(List<ClassRanking> rankings, double largestUpdate) {
        return rankings.stream()
                .filter(NamingRule::unnamed)
                .max(Comparator.comparingDouble(ClassRanking::rows))
                .map(ranking -> finding(ranking, largestUpdate))
                .stream()
                .toList();
    }

    private static boolean unnamed(ClassRanking ranking) {
        return ranking.rows() >= FEWEST
                && ranking.rows() < MAJORITY * ranking.all()
                && ranking.named() <= NAMED * ranking.rows()
                && low(ranking.top() / ranking.rows(), ranking.rows()) > MAJORITY;
    }

    /** The lower end of Wilson's interval. */
    private static double low(double share, double of) {
        double centre = share + Z * Z / (2 * of);
        double width = Z * Math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of));
        return (centre - width) / (1 + Z * Z / of);
    }

    private static Finding finding(ClassRanking ranking, double largestUpdate) {
        double share = ranking.top() / ranking.rows();
        Map<String, Double> evidence = new LinkedHashMap<>();
        evidence.put("class", (double) ranking.number());
        evidence.put("share", ranking.rows() / ranking.all());
        evidence.put("recall", ranking.named() / ranking.rows());
        evidence.put("reachable", share);
        evidence.put(UpdateRatios.LARGEST, largestUpdate);
        return Finding.seen(
                FindingKind.CLASS_IMBALANCE,
                Severity.WARNING,
                "",
                "Class " + ranking.number() + " (counted from 0) is " + Finding.number(100 * evidence.get("share"))
                        + " % of the validation data, and the model names it for " + number(ranking.named())
                        + " of its "
                        + number(ranking.rows())
                        + " rows, though it tells it apart: of as many rows that it holds likeliest, "
                        + number(ranking.top()) + " are of that class. Precision and recall of " + Finding.number(share)
                        + " are within reach; the accuracy doesn't show what is lost.",
                evidence);
    }

    private static String number(double rows) {
        return String.valueOf(Math.round(rows));
    }
}
