package org.steadygrad.train;

import static org.steadygrad.train.DetectionCase.ADDING;
import static org.steadygrad.train.DetectionCase.SPIRALS;
import static org.steadygrad.train.DetectionCase.finds;

import java.util.List;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.yaml.Examples;

/** Runs whose weights or layers are at fault. */
final class SickNetworks {
    private SickNetworks() {}

    /** Flow through layers. */
    static List<DetectionCase> layers() {
        return List.of(
                finds(FindingKind.VANISHING_GRADIENT, "too deep sigmoid", SPIRALS, stack(20, "sigmoid", "")),
                finds(FindingKind.VANISHING_GRADIENT, "too deep sigmoid, 12 layers", SPIRALS, stack(12, "sigmoid", "")),
                finds(
                        FindingKind.VANISHING_GRADIENT,
                        "too deep tanh",
                        SPIRALS,
                        stack(100, "tanh", ""),
                        "training.updater.learningRate=0.01"),
                finds(
                        FindingKind.EXPLODING_GRADIENT,
                        "deep batch norm without residuals",
                        SPIRALS,
                        stack(50, "relu", ", batchNorm: true")),
                finds(
                        FindingKind.POOR_INITIALISATION,
                        "weights too small",
                        SPIRALS,
                        stack(10, "tanh", ", init: smallNormal")),
                finds(
                        FindingKind.POOR_INITIALISATION,
                        "weights too small for ReLU",
                        SPIRALS,
                        stack(10, "relu", ", init: smallNormal")),
                finds(
                        FindingKind.POOR_INITIALISATION,
                        "weights too large",
                        SPIRALS,
                        stack(10, "tanh", ", init: unitNormal")),
                finds(
                        FindingKind.POOR_INITIALISATION,
                        "weights too large for ReLU",
                        SPIRALS,
                        stack(10, "relu", ", init: unitNormal")),
                finds(FindingKind.ALL_ZERO, "weights that are all 0", SPIRALS)
                        .withModel(
                                "all parameters are 0", model -> model.params().assign(0)),
                finds(FindingKind.DEAD_UNITS, "dead ReLU by its biases", SPIRALS, stack(3, "relu", ""))
                        .withModel("the biases of a layer are -100", model -> model.paramTable()
                                .forEach((name, value) -> {
                                    if (name.contains("2") && name.endsWith("_b")) {
                                        value.assign(-100);
                                    }
                                })),
                finds(FindingKind.SATURATION, "saturated tanh", SPIRALS)
                        .withModel("the biases of a layer are 2.5", model -> model.paramTable()
                                .forEach((name, value) -> {
                                    if (name.contains("2") && name.endsWith("_b")) {
                                        value.assign(2.5);
                                    }
                                })));
    }

    /** Flow through time. */
    static List<DetectionCase> time() {
        return List.of(
                finds(
                        FindingKind.VANISHING_THROUGH_TIME,
                        "long lag, vanilla RNN",
                        ADDING,
                        "data.length=100",
                        "model.layers[0]={rnn: {units: 32}}"),
                finds(
                        FindingKind.VANISHING_THROUGH_TIME,
                        "long lag, small recurrent weights",
                        Examples.text("temporal-order-rnn"),
                        "data.length=100",
                        "model.layers[0]={rnn: {units: 32, recurrentInit: smallNormal}}",
                        "training.iterations=200"),
                finds(
                                FindingKind.EXPLODING_THROUGH_TIME,
                                "exploding recurrent matrix",
                                ADDING,
                                "data.length=60",
                                "model.layers[0]={rnn: {units: 16, recurrentInit: orthogonal}}")
                        .withModel("recurrent weights times 4", model -> model.paramTable()
                                .forEach((name, value) -> {
                                    if (name.endsWith("_RW")) {
                                        value.muli(4);
                                    }
                                })),
                finds(
                        FindingKind.EXPLODING_THROUGH_TIME,
                        "ReLU RNN that blows up",
                        ADDING,
                        "data.length=60",
                        "model.layers[0]={rnn: {units: 32, activation: relu, recurrentInit: he}}",
                        "training.clip=none",
                        "training.updater={sgd: {learningRate: 0.1}}"),
                finds(
                        FindingKind.SHORT_TRUNCATION,
                        "windows shorter than the delay",
                        Examples.text("copy-lstm"),
                        "model.layers[0]={lstm: {units: 16}}",
                        "training.truncatedBptt=10",
                        "training.iterations=100"));
    }

    private static String stack(int depth, String activation, String rest) {
        return "model.layers[0]={stack: {depth: " + depth + ", units: 24, activation: " + activation + rest + "}}";
    }
}
