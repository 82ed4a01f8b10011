package org.steadygrad.exam;

import static org.steadygrad.exam.HealthyFamilies.csv;
import static org.steadygrad.exam.HealthyFamilies.dense;
import static org.steadygrad.exam.HealthyFamilies.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Runs with one illness each, which is in the run file or in the data. */
final class SickFamilies {
    private static final String[] SLOW = {"loss-plateau", "updates-too-small", "clip-always"};
    private static final String[] FAST = {
        "updates-too-large",
        "diverging-loss",
        "non-finite",
        "oscillating-loss",
        "loss-spikes",
        "gradient-spikes",
        "saturation",
        "dead-units",
        "loss-plateau",
        "all-zero",
        "unchanging-parameter"
    };

    private SickFamilies() {}

    static Map<String, Function<Draw, ExamCase>> all() {
        Map<String, Function<Draw, ExamCase>> all = new LinkedHashMap<>();
        all.put("sigmoid-stack", d -> spirals(
                        d,
                        "sigmoid-stack",
                        stack(d.between(12, 30), "sigmoid", ""),
                        d.adam(0.001, 0.004),
                        "vanishing-gradient")
                .allow("loss-plateau", "updates-too-small", "learning-rate-too-low", "saturation")
                .advise("batchNorm", "residual", "activation")
                .undoneBy("model.layers[0].stack.batchNorm=true", "model.layers[0].stack.residual=true"));
        all.put("deep-tanh", d -> spirals(
                        d,
                        "deep-tanh",
                        stack(d.between(70, 110), "tanh", ""),
                        d.adam(0.005, 0.012),
                        "vanishing-gradient")
                .allow(
                        "loss-plateau",
                        "poor-initialisation",
                        "saturation",
                        "updates-too-large",
                        "learning-rate-too-high",
                        "exploding-gradient",
                        "unchanging-parameter",
                        "updates-too-small")
                .advise("batchNorm", "residual", "activation")
                .undoneBy(
                        "model.layers[0].stack.batchNorm=true",
                        "model.layers[0].stack.residual=true",
                        "training.updater.adam.learningRate=0.001"));
        all.put("small-weights", d -> spirals(
                        d,
                        "small-weights",
                        stack(d.between(8, 14), d.one("tanh", "relu"), ", init: smallNormal"),
                        d.adam(0.001, 0.004),
                        "poor-initialisation",
                        "vanishing-gradient")
                .allow("loss-plateau", "updates-too-small", "all-zero", "unchanging-parameter", "dead-units")
                .advise("init")
                .undoneBy("model.layers[0].stack.init=auto"));
        all.put("large-weights", d -> spirals(
                        d,
                        "large-weights",
                        stack(d.between(6, 12), d.one("tanh", "relu"), ", init: unitNormal"),
                        d.adam(0.001, 0.004),
                        "poor-initialisation",
                        "exploding-gradient",
                        "saturation")
                .allow(
                        "loss-plateau",
                        "updates-too-small",
                        "dead-units",
                        "learning-rate-too-low",
                        "vanishing-gradient",
                        "gradient-spikes",
                        "loss-spikes",
                        "diverging-loss",
                        "oscillating-loss")
                .advise("init")
                .undoneBy("model.layers[0].stack.init=auto"));
        all.put("norm-without-shortcut", d -> spirals(
                        d,
                        "norm-without-shortcut",
                        stack(d.between(40, 55), "relu", ", batchNorm: true"),
                        d.adam(0.0008, 0.002),
                        "exploding-gradient")
                .allow("loss-plateau", "learning-rate-too-high", "updates-too-large", "updates-too-small", "dead-units")
                .advise("residual", "init", "lsuv")
                .undoneBy("model.layers[0].stack.residual=true"));
        all.put("exploding-rnn", d -> builtIn(
                        d,
                        "exploding-rnn",
                        adding(d.between(50, 70)),
                        "rnn: {units: " + d.between(24, 40)
                                + ", activation: relu, recurrentInit: he}\n    - pool: last",
                        "clip: none, " + d.updater("sgd", d.between(0.05, 0.2)),
                        "exploding-through-time",
                        "non-finite",
                        "learning-rate-too-high")
                .allow(FAST)
                .advise("clip", "recurrentInit", "gru", "tanh", "learningRate")
                .undoneBy("model.layers[0]={gru: {units: 24}}", "training.clip={globalNorm: 1.0}"));
        all.put("rate-too-high-adam", d -> spirals(
                        d,
                        "rate-too-high-adam",
                        stack(d.between(3, 5), d.one("tanh", "relu"), ""),
                        d.adam(0.3, 3),
                        "learning-rate-too-high")
                .allow(FAST)
                .advise("learningRate")
                .undoneBy("training.updater.adam.learningRate=0.003"));
        all.put("rate-too-high-sgd", d -> builtIn(
                        d,
                        "rate-too-high-sgd",
                        adding(20),
                        "gru: {units: 16}\n    - pool: last",
                        "clip: none, " + d.updater("sgd", d.between(20.0, 200)),
                        "learning-rate-too-high")
                .allow(FAST)
                .advise("learningRate")
                .undoneBy("training.updater.sgd.learningRate=0.1"));
        all.put("rate-too-low-adam", d -> spirals(
                        d,
                        "rate-too-low-adam",
                        stack(d.between(3, 5), "tanh", ""),
                        d.adam(1e-6, 8e-6),
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("learningRate")
                .undoneBy("training.updater.adam.learningRate=0.003"));
        all.put("rate-too-low-sgd", d -> rows(
                        d,
                        "rate-too-low-sgd",
                        "classification",
                        "",
                        1000,
                        (a, b, c, r) -> a > b ? 1 : 0,
                        dense(d, 1),
                        d.updater("sgd", d.between(0.00001, 0.0002)),
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("learningRate", "adam")
                .undoneBy("training.updater={adam: {learningRate: 0.005}}"));
        all.put("endless-warm-up", d -> spirals(
                        d,
                        "endless-warm-up",
                        stack(4, "tanh", ""),
                        "warmup: " + d.between(100, 1000) * 1000 + ", " + d.adam(0.001, 0.005),
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("warmup")
                .undoneBy("training.warmup=0"));
        all.put("frozen-schedule", d -> spirals(
                        d,
                        "frozen-schedule",
                        stack(4, "tanh", ""),
                        "schedule: "
                                + d.one(
                                        "{step: {every: 1, factor: 0.5}}",
                                        "{exponential: {every: 1, factor: 0.7}}",
                                        "{step: {every: 2, factor: 0.3}}")
                                + ", " + d.adam(0.001, 0.005),
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("schedule")
                .undoneBy("training.schedule=constant"));
        all.put("tiny-clip", d -> rows(
                        d,
                        "tiny-clip",
                        "classification",
                        "",
                        1000,
                        (a, b, c, r) -> a > b ? 1 : 0,
                        dense(d, 1),
                        "clip: {globalNorm: " + d.number(d.between(1e-7, 1e-5)) + "}, "
                                + d.updater("sgd", d.between(0.05, 0.3)),
                        "clip-always",
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("clip")
                .undoneBy("training.clip={globalNorm: 1.0}"));
        all.put("huge-epsilon", d -> rows(
                        d,
                        "huge-epsilon",
                        "classification",
                        "",
                        1000,
                        (a, b, c, r) -> a > b ? 1 : 0,
                        dense(d, 1),
                        "updater: {adam: {learningRate: 0.003, epsilon: " + d.between(100, 5000) + "}}",
                        "learning-rate-too-low")
                .allow(SLOW)
                .advise("epsilon")
                .undoneBy("training.updater.adam.epsilon=1e-8"));
        all.put("penalty", d -> spirals(
                        d,
                        "penalty",
                        stack(4, "tanh", ""),
                        d.one("l2: ", "l1: ") + d.number(d.between(0.3, 3)) + ", " + d.adam(0.002, 0.005),
                        "loss-plateau")
                .allow(
                        "vanishing-gradient",
                        "all-zero",
                        "updates-too-large",
                        "updates-too-small",
                        "clip-always",
                        "unchanging-parameter")
                .advise("l2", "l1")
                .undoneBy("training.l2=0", "training.l1=0"));
        all.put("decay", d -> spirals(
                        d,
                        "decay",
                        stack(4, "tanh", ""),
                        "weightDecay: " + d.between(50, 200) + ", " + d.adam(0.002, 0.005),
                        "loss-plateau")
                .allow(
                        "vanishing-gradient",
                        "all-zero",
                        "updates-too-large",
                        "updates-too-small",
                        "clip-always",
                        "unchanging-parameter",
                        "learning-rate-too-high")
                .advise("weightDecay")
                .undoneBy("training.weightDecay=0"));
        all.put("dropout-of-all", d -> spirals(
                        d,
                        "dropout-of-all",
                        "stack: {depth: " + d.between(3, 5) + ", units: 24, activation: tanh, dropout: "
                                + d.number(d.uniform(0.9, 0.97)).substring(0, 5) + "}",
                        d.adam(0.002, 0.005),
                        "loss-plateau")
                .allow(
                        "gradient-spikes",
                        "oscillating-loss",
                        "updates-too-large",
                        "learning-rate-too-high",
                        "vanishing-gradient",
                        "exploding-gradient",
                        "dead-units",
                        "saturation",
                        "loss-spikes",
                        "poor-initialisation")
                .advise("dropout")
                .undoneBy("model.layers[0].stack.dropout=0"));
        all.put("unscaled-inputs", d -> {
            double scale = d.between(50, 3000);
            return ExamCase.sick(
                            "unscaled-inputs",
                            d,
                            file(
                                    d,
                                    "unscaled-inputs",
                                    csv("classification", "target: [y], normalization: none"),
                                    dense(d, 2),
                                    steps(d.adam(0.001, 0.005))),
                            Tables.rows(
                                    d,
                                    1000,
                                    new double[] {scale, 1, 0.01},
                                    new double[] {10 * scale, 0, 1},
                                    (a, b, c, r) -> a + b > 0 ? 1 : 0),
                            "bad-input",
                            "saturation",
                            "poor-initialisation",
                            "dead-units",
                            "loss-plateau")
                    .allow(
                            "diverging-loss",
                            "oscillating-loss",
                            "loss-spikes",
                            "gradient-spikes",
                            "updates-too-small",
                            "learning-rate-too-high",
                            "exploding-gradient",
                            "unchanging-parameter",
                            "all-zero",
                            "vanishing-gradient",
                            "clip-always")
                    .advise("normalization")
                    .undoneBy("data.normalization=standard");
        });
        all.put("unscaled-targets", d -> {
            double mean = d.between(1000, 20000);
            return rows(
                            d,
                            "unscaled-targets",
                            "regression",
                            ", normalization: none",
                            1000,
                            (a, b, c, r) -> mean * (1 + 0.15 * (a - 0.5 * b + 0.2 * r.normal())),
                            dense(d, 2),
                            d.adam(0.001, 0.003),
                            "bad-input",
                            "learning-rate-too-low",
                            "loss-plateau")
                    .allow("clip-always", "updates-too-small", "saturation")
                    .advise("normalization", "learningRate", "scale")
                    .undoneBy("data.normalization=standard");
        });
        all.put("majority-guess", d -> ExamCase.sick(
                        "majority-guess",
                        d,
                        file(
                                d,
                                "majority-guess",
                                csv("classification", "target: [y]"),
                                dense(d, 1),
                                steps("batch: 32, " + d.updater("sgd", d.between(0.001, 0.004)))),
                        Tables.ring(d, 2000, d.uniform(0.02, 0.05)),
                        "loss-plateau",
                        "class-imbalance")
                .allow("learning-rate-too-low", "loss-spikes")
                .advise("class", "imbalance", "weights", "learningRate", "adam")
                .undoneBy("training.updater={adam: {learningRate: 0.02}}"));
        all.put("truncated-echo", d -> {
            int lag = d.between(20, 35);
            return ExamCase.sick(
                            "truncated-echo",
                            d,
                            file(
                                    d,
                                    "truncated-echo",
                                    csv("forecasting", "target: [y], inputs: [x], horizon: 1, normalization: none"),
                                    "lstm: {units: 24, chrono: " + (lag + 10) + "}",
                                    "iterations: 500, batch: 16, validateEvery: 100, truncatedBptt: " + d.between(5, 10)
                                            + ", " + d.adam(0.005, 0.012)),
                            Tables.echo(d, 64, 80, lag),
                            "short-truncation")
                    .allow("loss-plateau", "clip-always", "vanishing-through-time")
                    .advise("truncatedBptt")
                    .undoneBy("training.truncatedBptt=0");
        });
        all.put("truncated-first-step", d -> {
            int length = d.between(30, 50);
            return ExamCase.sick(
                            "truncated-first-step",
                            d,
                            file(
                                    d,
                                    "truncated-first-step",
                                    csv("forecasting", "target: [y], inputs: [x], horizon: 1, normalization: none"),
                                    d.one("gru", "lstm") + ": {units: 16, chrono: " + length + "}",
                                    "iterations: 500, batch: 16, validateEvery: 100," + " truncatedBptt: "
                                            + d.between(5, 10) + ", " + d.adam(0.005, 0.012)),
                            Tables.firstStep(d, 200, length),
                            "short-truncation")
                    .allow("loss-plateau", "clip-always", "vanishing-through-time")
                    .advise("truncatedBptt")
                    .undoneBy("training.truncatedBptt=0");
        });
        all.put("long-memory", d -> {
            int length = d.between(60, 100);
            return ExamCase.sick(
                            "long-memory",
                            d,
                            file(
                                    d,
                                    "long-memory",
                                    csv("classification", "target: [y]"),
                                    "rnn: {units: " + d.between(16, 32) + ", recurrentInit: "
                                            + d.one("smallNormal", "auto") + "}\n    - pool: last",
                                    "iterations: 500, batch: 32, validateEvery: 100, " + d.adam(0.001, 0.004)),
                            Tables.signs(d, 400, length, 0, 0),
                            "vanishing-through-time")
                    .allow("loss-plateau", "exploding-through-time", "overfitting")
                    .advise("gru", "lstm", "chrono", "recurrentInit")
                    .undoneBy("model.layers[0]={gru: {units: 24, chrono: " + length + "}}");
        });
        all.put("closed-forget-gate", d -> {
            int length = d.between(40, 70);
            return ExamCase.sick(
                            "closed-forget-gate",
                            d,
                            file(
                                    d,
                                    "closed-forget-gate",
                                    csv("classification", "target: [y]"),
                                    "lstm: {units: 16, forgetBias: -" + d.between(4, 8) + "}\n    - pool: last",
                                    "iterations: 500, batch: 32, validateEvery: 100, " + d.adam(0.001, 0.004)),
                            Tables.signs(d, 300, length, 0, 0),
                            "vanishing-through-time")
                    .allow("loss-plateau", "overfitting")
                    .advise("forgetBias", "chrono", "gru")
                    .undoneBy("model.layers[0].lstm.forgetBias=1", "model.layers[0].lstm.chrono=" + length);
        });
        all.put("leaking-feature", d -> ExamCase.sick(
                        "leaking-feature",
                        d,
                        file(
                                d,
                                "leaking-feature",
                                csv(d.one("regression"), "target: [y]"),
                                dense(d, 1),
                                steps(d.adam(0.002, 0.006))),
                        Tables.leaking(d, 1000, d.between(0.5, 20), (a, b, c, r) -> a + r.normal()),
                        "leaking-target")
                .advise("leave", "inputs"));
        all.put("padded-by-hand", SickFamilies::padded);
        all.put("overfitting", d -> rows(
                        d,
                        "overfitting",
                        "classification",
                        "",
                        80,
                        (a, b, c, r) -> a + 1.5 * r.normal() > 0 ? 1 : 0,
                        "pool: last\n    - dense: {units: 64, activation: relu}\n    - dense: {units: 64, activation:"
                                + " relu}",
                        "validateEvery: 40, batch: 16, " + d.adam(0.003, 0.01),
                        "overfitting")
                .advise("dropout", "weightDecay", "earlyStopping"));
        all.put("absurd-cells", d -> ExamCase.sick(
                        "absurd-cells",
                        d,
                        file(
                                d,
                                "absurd-cells",
                                csv("regression", "target: [y], normalization: none"),
                                dense(d, 1),
                                steps(d.adam(0.002, 0.005))),
                        Tables.withCell(d, 600, d.between(1e5, 1e12), (a, b, c, r) -> b + c),
                        "bad-input")
                .allow(FAST)
                .advise("mend", "normalization", "leave"));
        all.put("constant-feature", d -> ExamCase.sick(
                        "constant-feature",
                        d,
                        file(
                                d,
                                "constant-feature",
                                csv("regression", "target: [y], normalization: none"),
                                "pool: last\n    - batchNorm\n    - dense: 16",
                                steps(d.adam(0.002, 0.005))),
                        Tables.constant(d, 600, d.between(0.5, 30), (a, b, c, r) -> a - b + 0.2 * r.normal()),
                        "constant-input")
                .advise("leave"));
        return all;
    }

    /** Rows of zeros after the end of each sequence. */
    private static ExamCase padded(Draw d) {
        String layers = d.one("gru", "lstm", "rnn") + ": {units: 16}\n    - pool: last";
        String rate = d.adam(0.003, 0.006);
        String data = Tables.signs(d, 300, 8, 5, d.between(30, 60));
        return ExamCase.sick(
                        "padded-by-hand",
                        d,
                        file(
                                d,
                                "padded-by-hand",
                                csv("classification", "target: [y], normalization: none"),
                                layers,
                                "iterations: 400, batch: 32, validateEvery: 100, " + rate),
                        data,
                        "unmasked-padding",
                        "mask-ignored")
                .allow("vanishing-through-time", "loss-plateau")
                .advise("padding", "pad", "leave")
                .undoneByData(Tables.withoutPadding(data));
    }

    private static String stack(int depth, String activation, String rest) {
        return "stack: {depth: " + depth + ", units: 24, activation: " + activation + rest + "}";
    }

    private static String adding(int length) {
        return "{kind: adding, length: " + length + ", examples: 1500, validationExamples: 200}";
    }

    private static String steps(String training) {
        return "iterations: 450, " + (training.contains("validateEvery") ? "" : "validateEvery: 100, ") + training;
    }

    private static ExamCase spirals(Draw d, String family, String layers, String training, String... expected) {
        return builtIn(d, family, "{kind: spirals, noise: 0.04}", layers, training, expected);
    }

    private static ExamCase builtIn(
            Draw d, String family, String data, String layers, String training, String... expected) {
        return ExamCase.sick(family, d, file(d, family, data, layers, steps(training)), "", expected);
    }

    private static ExamCase rows(
            Draw d,
            String family,
            String task,
            String keys,
            int count,
            Tables.Target target,
            String layers,
            String training,
            String... expected) {
        return ExamCase.sick(
                family,
                d,
                file(d, family, csv(task, "target: [y]" + keys), layers, steps(training)),
                Tables.rows(d, count, target),
                expected);
    }
}
