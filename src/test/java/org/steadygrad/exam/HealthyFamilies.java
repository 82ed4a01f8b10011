package org.steadygrad.exam;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Runs that nothing is the matter with, though some look odd. */
final class HealthyFamilies {
    private HealthyFamilies() {}

    static Map<String, Function<Draw, ExamCase>> all() {
        Map<String, Function<Draw, ExamCase>> all = new LinkedHashMap<>();
        all.put(
                "single-examples",
                d -> rows(
                        d,
                        "single-examples",
                        "classification",
                        1500,
                        (a, b, c, r) -> a + 0.5 * b + 0.4 * r.normal() > 0 ? 1 : 0,
                        dense(d, 2),
                        "iterations: " + d.between(800, 1500) + ", batch: 1, validateEvery: 200, "
                                + d.updater("sgd", d.between(0.003, 0.02))));
        all.put("noise-floor", d -> {
            double noise = d.uniform(1, 2);
            return rows(
                    d,
                    "noise-floor",
                    "regression",
                    d.between(800, 2000),
                    (a, b, c, r) -> a + noise * r.normal(),
                    dense(d, 1),
                    "iterations: 700, batch: " + d.between(32, 64) + ", validateEvery: 100, " + d.adam(0.001, 0.004));
        });
        all.put("label-noise", d -> {
            double wrong = d.uniform(0.2, 0.35);
            return rows(
                    d,
                    "label-noise",
                    "classification",
                    d.between(800, 2000),
                    (a, b, c, r) -> (a - b > 0) != (r.uniform(0, 1) < wrong) ? 1 : 0,
                    dense(d, 1),
                    "iterations: 600, batch: " + d.between(16, 64) + ", validateEvery: 100, " + d.adam(0.001, 0.005));
        });
        all.put(
                "unequal-lengths",
                d -> table(
                        d,
                        "unequal-lengths",
                        "forecasting",
                        "target: [v], horizon: 1",
                        Tables.waves(d, 160, d.between(5, 10), d.between(80, 160), 0.1),
                        d.one("gru", "lstm") + ": {units: " + d.between(12, 24) + "}",
                        "iterations: 300, batch: 8, validateEvery: 100, " + d.adam(0.003, 0.008)));
        all.put(
                "deep-residual",
                d -> spirals(
                        d,
                        "deep-residual",
                        "stack: {depth: " + d.between(25, 55) + ", units: 24," + " activation: " + d.one("tanh", "relu")
                                + ", batchNorm: true, residual: true}",
                        "iterations: 300, validateEvery: 100, " + d.adam(0.0008, 0.002),
                        d.uniform(0.02, 0.05)));
        all.put("short-memory", d -> {
            int length = d.between(40, 100);
            return table(
                    d,
                    "short-memory",
                    "classification",
                    "target: [y]",
                    Tables.signs(d, 400, length, length - 3, 0),
                    d.one("gru", "lstm", "rnn") + ": {units: " + d.between(12, 24) + "}\n    - pool: last",
                    "iterations: 300, batch: 32, validateEvery: 100, " + d.adam(0.004, 0.008));
        });
        all.put(
                "rare-class-learnt",
                d -> table(
                        d,
                        "rare-class-learnt",
                        "classification",
                        "target: [y]",
                        Tables.ring(d, 2000, d.uniform(0.03, 0.08)),
                        dense(d, 1),
                        "iterations: 700, batch: 32, validateEvery: 100, " + d.adam(0.008, 0.02)));
        all.put(
                "small-rate",
                d -> rows(
                        d,
                        "small-rate",
                        "classification",
                        1500,
                        (a, b, c, r) -> a > b ? 1 : 0,
                        dense(d, 2),
                        "iterations: 1200, batch: 32, validateEvery: 200, " + d.adam(0.0002, 0.0005)));
        all.put(
                "converged",
                d -> rows(
                        d,
                        "converged",
                        "regression",
                        300,
                        (a, b, c, r) -> 0.5 * a - b,
                        dense(d, 1),
                        "iterations: 2000, batch: 32, validateEvery: 250, " + d.adam(0.004, 0.01)));
        all.put(
                "heavy-tails",
                d -> rows(
                        d,
                        "heavy-tails",
                        "regression",
                        1000,
                        (a, b, c, r) -> 2 * a
                                + r.normal()
                                        / Math.max(
                                                0.1, Math.sqrt((sq(r.normal()) + sq(r.normal()) + sq(r.normal())) / 3)),
                        dense(d, 1),
                        "iterations: 600, batch: " + d.between(8, 32) + ", validateEvery: 100, "
                                + d.adam(0.001, 0.005)));
        all.put(
                "dropout",
                d -> rows(
                        d,
                        "dropout",
                        "classification",
                        1500,
                        (a, b, c, r) -> a * b > 0 ? 1 : 0,
                        "dense: {units: 48, activation: relu}\n    - dense: {units: 48, activation: relu, dropout: "
                                + d.number(d.between(0.2, 0.4)) + "}",
                        "iterations: 700, batch: 32, validateEvery: 100, " + d.adam(0.002, 0.006)));
        all.put(
                "plain-stack",
                d -> spirals(
                        d,
                        "plain-stack",
                        "stack: {depth: " + d.between(2, 6) + ", units: " + d.between(16, 40) + ", activation: "
                                + d.one("tanh", "relu", "elu") + "}",
                        "iterations: 400, validateEvery: 100, " + d.adam(0.002, 0.006),
                        d.uniform(0.02, 0.05)));
        all.put(
                "other-updaters",
                d -> spirals(
                        d,
                        "other-updaters",
                        "stack: {depth: 3, units: 32, activation: tanh}",
                        "iterations: 600, validateEvery: 100, "
                                + d.one(
                                        d.updater("sgd", d.between(0.1, 0.4)),
                                        d.updater("nesterovs", d.between(0.02, 0.08)),
                                        d.updater("rmsProp", d.between(0.001, 0.004)),
                                        d.updater("adaMax", d.between(0.003, 0.01)),
                                        d.updater("nadam", d.between(0.002, 0.005))),
                        0.03));
        all.put(
                "adding",
                d -> builtIn(
                        d,
                        "adding",
                        "{kind: adding, length: " + d.between(8, 20) + ", examples: 2000, validationExamples: 200}",
                        d.one("gru", "lstm") + ": {units: " + d.between(16, 32) + "}\n    - pool: last",
                        "iterations: 700, batch: 32, validateEvery: 100, " + d.adam(0.008, 0.015)));
        all.put(
                "short-windows",
                d -> table(
                        d,
                        "short-windows",
                        "forecasting",
                        "target: [v], horizon: 1",
                        Tables.waves(d, 60, 80, 80, 0.1),
                        d.one("gru", "lstm") + ": {units: 16}",
                        "iterations: 300, batch: 8, truncatedBptt: " + d.between(10, 20) + ", validateEvery: 100, "
                                + d.adam(0.004, 0.01)));
        all.put(
                "warm-up",
                d -> spirals(
                        d,
                        "warm-up",
                        "stack: {depth: 4, units: 24, activation: tanh}",
                        "iterations: 500, warmup: " + d.between(20, 100) + ", validateEvery: 100, "
                                + d.adam(0.003, 0.008),
                        0.03));
        all.put(
                "annealed",
                d -> spirals(
                        d,
                        "annealed",
                        "stack: {depth: 3, units: 32, activation: relu}",
                        "iterations: 500, schedule: " + d.one("cosine", "linear", "{step: {every: 150, factor: 0.3}}")
                                + ", validateEvery: 100, " + d.adam(0.004, 0.01),
                        0.03));
        all.put(
                "always-clipped",
                d -> table(
                        d,
                        "always-clipped",
                        "forecasting",
                        "target: [v], horizon: 1",
                        Tables.waves(d, 100, 60, 100, 0.1),
                        "gru: {units: 16}",
                        "iterations: 300, batch: 16, clip: {globalNorm: " + d.number(d.between(0.02, 0.2))
                                + "}, validateEvery: 100, " + d.adam(0.003, 0.01)));
        all.put(
                "mild-penalty",
                d -> spirals(
                        d,
                        "mild-penalty",
                        "stack: {depth: 4, units: 24, activation: tanh}",
                        "iterations: 500, "
                                + d.one(
                                        "l2: 0.0003",
                                        "l2: 0.0001",
                                        "weightDecay: 0.01",
                                        "weightDecay: 0.05",
                                        "l1: 0.00001")
                                + ", validateEvery: 100, " + d.adam(0.003, 0.006),
                        0.03));
        all.put(
                "irrelevant-features",
                d -> table(
                        d,
                        "irrelevant-features",
                        "classification",
                        "target: [y]",
                        Tables.wide(d, 1500, d.between(10, 30)),
                        dense(d, 1),
                        "iterations: 400, batch: 32, validateEvery: 100, " + d.adam(0.001, 0.005)));
        all.put("small-targets", d -> {
            double size = d.between(0.003, 0.03);
            return table(
                    d,
                    "small-targets",
                    "regression",
                    "target: [y], normalization: none",
                    Tables.rows(d, 1000, (a, b, c, r) -> size * (a + 0.3 * b)),
                    dense(d, 1),
                    "iterations: 500, batch: 32, validateEvery: 100, " + d.adam(0.002, 0.006));
        });
        all.put(
                "means",
                d -> table(
                        d,
                        "means",
                        "classification",
                        "target: [y]",
                        Tables.means(d, 400, d.between(5, 15), d.between(20, 50)),
                        d.one("gru", "lstm", "rnn") + ": {units: 16}\n    - pool: " + d.one("last", "average", "max"),
                        "iterations: 300, batch: 16, validateEvery: 100, " + d.adam(0.003, 0.008)));
        all.put(
                "large-batch",
                d -> rows(
                        d,
                        "large-batch",
                        "classification",
                        700,
                        (a, b, c, r) -> a * a + b * b > 1.5 ? 1 : 0,
                        dense(d, 2),
                        "iterations: 400, batch: 512, validateEvery: 100, " + d.adam(0.005, 0.015)));
        all.put(
                "balanced-ring",
                d -> table(
                        d,
                        "balanced-ring",
                        "classification",
                        "target: [y]",
                        Tables.ring(d, 1200, d.uniform(0.3, 0.5)),
                        dense(d, 2),
                        "iterations: 500, batch: " + d.between(8, 64) + ", validateEvery: 100, "
                                + d.adam(0.002, 0.01)));
        return all;
    }

    private static double sq(double x) {
        return x * x;
    }

    static String dense(Draw d, int layers) {
        String activation = d.one("relu", "tanh", "elu", "gelu");
        int units = d.between(12, 32);
        String one = "dense: {units: " + units + ", activation: " + activation + "}";
        return "pool: last\n    - " + one + (layers > 1 ? "\n    - " + one : "");
    }

    private static ExamCase rows(
            Draw d, String family, String task, int count, Tables.Target target, String layers, String training) {
        String all = layers.startsWith("pool") ? layers : "pool: last\n    - " + layers;
        return table(d, family, task, "target: [y]", Tables.rows(d, count, target), all, training);
    }

    private static ExamCase table(
            Draw d, String family, String task, String keys, String csv, String layers, String training) {
        return ExamCase.healthy(family, d, file(d, family, csv(task, keys), layers, training), csv);
    }

    private static ExamCase spirals(Draw d, String family, String layers, String training, double noise) {
        return builtIn(d, family, "{kind: spirals, noise: " + noise + "}", layers, training);
    }

    private static ExamCase builtIn(Draw d, String family, String data, String layers, String training) {
        return ExamCase.healthy(family, d, file(d, family, data, layers, training), "");
    }

    static String csv(String task, String keys) {
        return "{kind: csv, path: DATA, task: " + task + ", sequence: id, " + keys + "}";
    }

    static String file(Draw d, String family, String data, String layers, String training) {
        return """
                name: %s-%d
                seed: %d
                engine: cpu
                threads: 1
                data: %s
                model:
                  layers:
                    - %s
                training: {epochs: 100000, %s}
                """
                .formatted(family, d.seed(), d.seed() + 1, data, layers, training);
    }
}
