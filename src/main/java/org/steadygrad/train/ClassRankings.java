package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.health.ClassRanking;

/**
 * Collects how well a model tells each class from the others: histograms of the log-odds that it gives the class, for rows that are of it
 * and for others, so that any number of rows takes the same memory. Of more than {@value #MOST} classes nothing is collected.
 */
final class ClassRankings {
    static final int MOST = 32;
    /** Log-odds beyond which rows count as alike. */
    private static final double LIMIT = 16;

    private static final int BINS = 1024;

    private final boolean sparse;
    private int classes;
    private double[][] own;
    private double[][] others;
    private double[] named;

    /** @param sparse whether labels are numbers of classes */
    ClassRankings(boolean sparse) {
        this.sparse = sparse;
    }

    /** @param rows with probabilities of the classes */
    void add(ScoredRows rows) {
        if (rows.size() < 2 || rows.size() > MOST) {
            return;
        }
        if (classes != rows.size()) {
            classes = rows.size();
            own = new double[classes][BINS];
            others = new double[classes][BINS];
            named = new double[classes];
        }
        for (int row = 0; row < rows.count(); row++) {
            int label = sparse ? OutputLoss.classNumber(rows, row) : rows.largestLabel(row);
            if (sparse || rows.label(row, label) > 0) {
                add(rows, row, label);
            }
        }
    }

    private void add(ScoredRows rows, int row, int label) {
        double weight = rows.weight(row);
        named[label] += rows.largestValue(row) == label ? weight : 0;
        for (int i = 0; i < classes; i++) {
            (i == label ? own : others)[i][bin(rows.value(row, i))] += weight;
        }
    }

    /** Of a probability, by its log-odds. */
    private static int bin(double probability) {
        double odds = Math.log(probability / (1 - probability));
        return (int) Math.max(0, Math.min(BINS - 1, Math.floor((odds + LIMIT) / (2 * LIMIT) * BINS)));
    }

    /** Of classes that occur. */
    List<ClassRanking> all() {
        List<ClassRanking> all = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            double rows = sum(own[i]);
            if (rows > 0) {
                all.add(new ClassRanking(i, rows, rows + sum(others[i]), named[i], top(i, rows)));
            }
        }
        return all;
    }

    private static double sum(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /** Rows of a class among so many that it is likeliest for; of the last bin that is needed a like share. */
    private double top(int number, double rows) {
        double left = rows;
        double right = 0;
        for (int bin = BINS - 1; bin >= 0 && left > 0; bin--) {
            double here = own[number][bin] + others[number][bin];
            if (here > 0) {
                double part = Math.min(1, left / here);
                right += part * own[number][bin];
                left -= part * here;
            }
        }
        return right;
    }
}
