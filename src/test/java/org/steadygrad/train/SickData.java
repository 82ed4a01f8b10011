package org.steadygrad.train;

import static org.steadygrad.train.DetectionCase.ADDING;
import static org.steadygrad.train.DetectionCase.SPIRALS;
import static org.steadygrad.train.DetectionCase.finds;

import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.spec.FindingKind;

/** Runs whose data is at fault. */
final class SickData {
    private SickData() {}

    /** From bad values to slow input. */
    static List<DetectionCase> cases() {
        Consumer<MultiDataSet> nan = batch -> batch.getFeatures(0).putScalar(new int[] {3, 1}, Float.NaN);
        return List.of(
                finds(FindingKind.BAD_INPUT, "NaN in a feature", SPIRALS)
                        .withData(
                                "from the third batch on a feature of an example is NaN",
                                source -> new Disturbed(source, (e, b) -> b > 1, nan)),
                finds(FindingKind.BAD_INPUT, "NaN in a label", ADDING)
                        .withData(
                                "in one batch labels are NaN",
                                source -> new Disturbed(source, (e, b) -> b == 6, batch -> batch.getLabels(0)
                                        .assign(Float.NaN))),
                finds(FindingKind.BAD_INPUT, "huge feature", SPIRALS)
                        .withData("a feature is 1e6", source -> new Disturbed(source, (e, b) -> true, feature(0, 1e6))),
                finds(FindingKind.BAD_INPUT, "huge labels", ADDING)
                        .withData(
                                "labels times 1e6",
                                source -> new Disturbed(source, (e, b) -> true, batch -> batch.getLabels(0)
                                        .muli(1e6))),
                finds(
                                FindingKind.CONSTANT_INPUT,
                                "constant feature before batch norm",
                                SPIRALS,
                                "model.layers=[batchNorm, dense: 24, output]")
                        .withData(
                                "a feature is always 3",
                                source -> new Disturbed(source, (e, b) -> true, feature(0, 3))),
                finds(FindingKind.REPEATED_BATCH, "iterator that is stuck", SPIRALS)
                        .withData("every batch is the first", Stuck::new),
                finds(
                                FindingKind.STALLED_INPUT,
                                "slow input",
                                SPIRALS,
                                "model.layers=[dense: 3]",
                                "training.iterations=100")
                        .withData(
                                "a batch takes 50 ms to come",
                                source -> new Disturbed(source, (e, b) -> true, batch -> pause(50))));
    }

    private static Consumer<MultiDataSet> feature(int column, double value) {
        return batch -> column(batch.getFeatures(0), column).assign(value);
    }

    static INDArray column(INDArray array, int column) {
        return array.rank() == 2
                ? array.get(NDArrayIndex.all(), NDArrayIndex.point(column))
                : array.get(NDArrayIndex.all(), NDArrayIndex.point(column), NDArrayIndex.all());
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
