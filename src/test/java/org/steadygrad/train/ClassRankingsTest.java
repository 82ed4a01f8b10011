package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.health.ClassRanking;

class ClassRankingsTest {

    private static Evaluator evaluated(double[] probabilities, int[] labels) {
        float[][] given = new float[labels.length][];
        float[][] wanted = new float[labels.length][];
        for (int i = 0; i < labels.length; i++) {
            given[i] = new float[] {(float) (1 - probabilities[i]), (float) probabilities[i]};
            wanted[i] = labels[i] == 1 ? new float[] {0, 1} : new float[] {1, 0};
        }
        Evaluator evaluator = new Evaluator(TargetKind.CLASS, 2);
        INDArray features = Nd4j.zeros(labels.length, 1);
        evaluator.add(new MultiDataSet(features, Nd4j.create(wanted)), Nd4j.create(given));
        return evaluator;
    }

    /** Of the four likeliest rows, 0.45, 0.4, 0.3 and 0.2, three are of the class; one that is isn't among them, and none is named. */
    @Test
    void theLikeliestRowsAreCounted() {
        double[] p = {0.45, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01};
        int[] y = {1, 1, 0, 1, 0, 0, 1, 0};
        ClassRanking one = evaluated(p, y).rankings().get(1);
        assertEquals(new ClassRanking(1, 4, 8, 0, 3), one);
    }

    /** Rows that a model can't order are of the class as often as all are. */
    @Test
    void rowsAlikeCountByTheirShare() {
        double[] p = {0.1, 0.1, 0.1, 0.1};
        int[] y = {1, 0, 0, 0};
        assertEquals(0.25, evaluated(p, y).rankings().get(1).top(), 1e-12);
    }

    /** Against counting in sorted rows. */
    @Test
    void manyRowsAgreeWithSorting() {
        Random random = new Random(5);
        int rows = 4000;
        double[] p = new double[rows];
        int[] y = new int[rows];
        Integer[] order = new Integer[rows];
        int positive = 0;
        for (int i = 0; i < rows; i++) {
            y[i] = random.nextDouble() < 0.05 ? 1 : 0;
            positive += y[i];
            p[i] = 1 / (1 + Math.exp(4 - 2 * y[i] - random.nextGaussian()));
            order[i] = i;
        }
        java.util.Arrays.sort(order, java.util.Comparator.comparingDouble(i -> -p[i]));
        int top = 0;
        for (int i = 0; i < positive; i++) {
            top += y[order[i]];
        }
        // bins of log-odds are 1/32 wide: a few rows on the border may change sides
        assertEquals(top, evaluated(p, y).rankings().get(1).top(), 2);
    }
}
