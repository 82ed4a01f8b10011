package org.steadygrad.health;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code leaking-target}: a feature is what is to be predicted, but for scale and offset: their correlation is above {@value #SAME}. Where
 * there is one feature only nothing is said, since that is the task then.
 */
final class LeakRule {
    static final double SAME = 0.99999;
    static final int ENOUGH = 60;
    private static final int MOST_COLUMNS = 500;

    private long rows;
    private int width;
    private int targets;
    private double[] shiftX;
    private double[] shiftY;
    private double[] x;
    private double[] xx;
    private double[] y;
    private double[] yy;
    private double[] xy;

    void take(LabelledBatch batch) {
        if (batch.width() < 2 || (long) batch.width() * batch.targets() > MOST_COLUMNS) {
            return;
        }
        if (rows == 0) {
            width = batch.width();
            targets = batch.targets();
            shiftX = new double[width];
            shiftY = new double[targets];
            x = new double[width];
            xx = new double[width];
            y = new double[targets];
            yy = new double[targets];
            xy = new double[width * targets];
        }
        batch.each((example, step, labelStep) -> {
            for (int j = 0; j < targets; j++) {
                shiftY[j] = rows == 0 ? batch.label(example, j, labelStep) : shiftY[j];
                double label = batch.label(example, j, labelStep) - shiftY[j];
                y[j] += label;
                yy[j] += label * label;
            }
            for (int i = 0; i < width; i++) {
                shiftX[i] = rows == 0 ? batch.feature(example, i, step) : shiftX[i];
                double feature = batch.feature(example, i, step) - shiftX[i];
                x[i] += feature;
                xx[i] += feature * feature;
                for (int j = 0; j < targets; j++) {
                    xy[i * targets + j] += feature * (batch.label(example, j, labelStep) - shiftY[j]);
                }
            }
            rows++;
        });
    }

    Optional<Finding> look() {
        for (int i = 0; rows >= ENOUGH && i < width; i++) {
            for (int j = 0; j < targets; j++) {
                double correlation = correlation(i, j);
                if (Math.abs(correlation) > SAME) {
                    return Optional.of(Finding.seen(
                            FindingKind.LEAKING_TARGET,
                            Severity.WARNING,
                            "",
                            "Feature " + i + " (counted from 0) is the target itself, but for its scale (correlation "
                                    + correlation + " over " + rows
                                    + " rows): the network copies it, and whatever it scores says nothing of new data.",
                            Map.of("column", (double) i, "target", (double) j, "correlation", correlation)));
                }
            }
        }
        return Optional.empty();
    }

    private double correlation(int i, int j) {
        double ofX = xx[i] - x[i] * x[i] / rows;
        double ofY = yy[j] - y[j] * y[j] / rows;
        double both = xy[i * targets + j] - x[i] * y[j] / rows;
        return ofX > 0 && ofY > 0 ? both / Math.sqrt(ofX * ofY) : 0;
    }
}
