package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;

class InputReportTest {
    private static InputReport of(InputKind input, TargetKind target, org.nd4j.linalg.dataset.api.MultiDataSet... all) {
        int labels = (int) all[0].getLabels(0).size(1);
        int features = (int) all[0].getFeatures(0).size(1);
        return InputReport.of(new DataDescription(input, features, target, labels, 3), List.of(all));
    }

    @Test
    void scalesAndConstantsAreFoundOverAllBatches() {
        INDArray first = Nd4j.createFromArray(new double[][] {{1e8, 0.001, 5, 7}, {1e8 + 2, 0.003, 5, 7}});
        INDArray second = Nd4j.createFromArray(new double[][] {{1e8, 0.001, 5, 8}, {1e8 + 2, 0.003, 5, 8}});
        INDArray labels = Nd4j.zeros(2, 1);
        InputReport report = of(
                InputKind.VECTOR,
                TargetKind.NUMBERS,
                new MultiDataSet(first, labels),
                new MultiDataSet(second, labels));
        assertEquals(4, report.features());
        assertEquals(List.of(2), report.constant());
        assertEquals(0, report.widest());
        assertEquals(1, report.widestDeviation(), 1e-9);
        assertEquals(1, report.narrowest());
        assertEquals(0.001, report.narrowestDeviation(), 1e-9);
        assertEquals(List.of(), report.classShares());
        assertTrue(Double.isNaN(report.guessingLoss()));
    }

    @Test
    void maskedStepsDoNotCount() {
        INDArray features = Nd4j.createFromArray(new double[] {1, 2, 99}).reshape(1, 1, 3);
        INDArray labels = Nd4j.zeros(1, 2, 3);
        labels.putScalar(0, 0, 0, 1);
        labels.putScalar(0, 1, 1, 1);
        INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 0}});
        InputReport report = of(
                InputKind.SEQUENCE,
                TargetKind.CLASS_PER_STEP,
                new MultiDataSet(
                        new INDArray[] {features}, new INDArray[] {labels}, new INDArray[] {mask}, new INDArray[] {mask
                        }));
        assertEquals(0.5, report.widestDeviation(), 1e-9);
        assertEquals(List.of(0.5, 0.5), report.classShares());
        assertEquals(2 * Math.log(2), report.guessingLoss(), 1e-9);
    }

    @Test
    void guessingOneClassOfOneCostsNothing() {
        INDArray labels = Nd4j.createFromArray(new double[][] {{0, 1, 0}, {0, 1, 0}, {0, 1, 0}});
        InputReport report = of(InputKind.VECTOR, TargetKind.CLASS, new MultiDataSet(Nd4j.zeros(3, 1), labels));
        assertEquals(List.of(0.0, 1.0, 0.0), report.classShares());
        assertEquals(0, report.guessingLoss());
        assertEquals(-1, report.widest());
        assertEquals(List.of(0), report.constant());
    }

    @Test
    void aFeatureThatIsNotFiniteHasNoScale() {
        INDArray features = Nd4j.createFromArray(new double[][] {{1, Double.NaN}, {3, 2}, {5, 2}});
        InputReport report = of(InputKind.VECTOR, TargetKind.NUMBERS, new MultiDataSet(features, Nd4j.zeros(3, 1)));
        assertEquals(0, report.widest());
        assertEquals(0, report.narrowest());
        assertEquals(List.of(), report.constant());
    }
}
