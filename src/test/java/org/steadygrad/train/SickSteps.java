package org.steadygrad.train;

import static org.steadygrad.train.DetectionCase.ADDING;
import static org.steadygrad.train.DetectionCase.SPIRALS;
import static org.steadygrad.train.DetectionCase.finds;

import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.spec.FindingKind;

/** Runs whose steps or losses are at fault. */
final class SickSteps {
    private SickSteps() {}

    /** Learning rates, clipping, and courses of the loss. */
    static List<DetectionCase> cases() {
        return List.of(
                finds(
                        FindingKind.LEARNING_RATE_TOO_HIGH,
                        "Adam too fast",
                        SPIRALS,
                        "training.updater={adam: {learningRate: 1}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_HIGH,
                        "gradient descent too fast",
                        ADDING,
                        "training.updater={sgd: {learningRate: 100}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_HIGH,
                        "gradient descent far too fast, not clipped",
                        SPIRALS,
                        "training.clip=none",
                        "training.updater={sgd: {learningRate: 1000}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_HIGH,
                        "momentum too fast",
                        SPIRALS,
                        "training.clip=none",
                        "training.updater={nesterovs: {learningRate: 10}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_HIGH,
                        "RMSProp too fast",
                        ADDING,
                        "training.updater={rmsProp: {learningRate: 1}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_LOW,
                        "Adam too slow",
                        SPIRALS,
                        "training.updater={adam: {learningRate: 0.000003}}"),
                finds(
                        FindingKind.LEARNING_RATE_TOO_LOW,
                        "gradient descent too slow",
                        ADDING,
                        "training.updater={sgd: {learningRate: 0.00001}}"),
                finds(FindingKind.UPDATES_TOO_SMALL, "layer that hardly learns", SPIRALS)
                        .withModel(
                                "the learning rate of a layer is 1e-9",
                                model -> model.setLearningRate("stack1-2", 1e-9)),
                finds(
                                FindingKind.UNCHANGING_PARAMETER,
                                "layer that doesn't learn",
                                SPIRALS,
                                "training.updater={sgd: {learningRate: 0.1}}")
                        .withModel("the learning rate of a layer is 0", model -> model.setLearningRate("stack1-2", 0)),
                finds(
                        FindingKind.CLIP_ALWAYS,
                        "clip far too small",
                        ADDING,
                        "training.updater={sgd: {learningRate: 0.1}}",
                        "training.clip={globalNorm: 0.0001}"),
                finds(
                        FindingKind.OVERFITTING,
                        "few examples",
                        SPIRALS,
                        "data.examples=30",
                        "data.noise=0.3",
                        "training.epochs=1000",
                        "training.iterations=600",
                        "training.validateEvery=40"),
                finds(FindingKind.OSCILLATING_LOSS, "batches of two kinds", ADDING)
                        .withData(
                                "every second batch has labels times -10",
                                source -> new Disturbed(source, (e, b) -> b % 2 == 1, batch -> batch.getLabels(0)
                                        .muli(-10))),
                finds(FindingKind.GRADIENT_SPIKES, "outliers in the labels", ADDING)
                        .withData(
                                "every 25th batch has labels times 20",
                                source -> new Disturbed(source, (e, b) -> b % 25 == 24, batch -> batch.getLabels(0)
                                        .muli(20))),
                finds(FindingKind.LOSS_SPIKES, "small outliers in the labels", ADDING)
                        .withData(
                                "every 25th batch has labels times 3",
                                source -> new Disturbed(source, (e, b) -> b % 25 == 24, batch -> batch.getLabels(0)
                                        .muli(3))),
                finds(FindingKind.DIVERGING_LOSS, "labels that drift away", ADDING)
                        .withData(
                                "labels grow by 2 % from batch to batch",
                                source -> new Disturbed(source, (e, b) -> true, new Drift())),
                finds(
                                FindingKind.LOSS_PLATEAU,
                                "labels without meaning",
                                SPIRALS,
                                "training.iterations=460",
                                "training.updater={adam: {learningRate: 0.001}}")
                        .withData(
                                "classes are turned round from batch to batch",
                                source -> new Disturbed(source, (e, b) -> true, new Rotation())));
    }

    /** Labels that grow. */
    private static final class Drift implements Consumer<MultiDataSet> {
        private double factor = 1;

        @Override
        public void accept(MultiDataSet batch) {
            batch.getLabels(0).muli(factor);
            factor *= 1.02;
        }
    }

    /** Classes that have nothing to do with the features. */
    private static final class Rotation implements Consumer<MultiDataSet> {
        private int by;

        @Override
        public void accept(MultiDataSet batch) {
            INDArray labels = batch.getLabels(0).dup();
            int classes = (int) labels.size(1);
            by++;
            for (int i = 0; i < classes; i++) {
                SickData.column(batch.getLabels(0), i).assign(SickData.column(labels, (i + by) % classes));
            }
        }
    }
}
