package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.activations.Activation;

/** Cases for a GPU: those of {@link Cases} that train, and larger ones. */
final class GpuCases {
    /** With health: activations and gradient flow are looked at every few steps; the peer is ourselves without. */
    static final String HEALTH = "health_";

    /** A model that every engine takes. */
    static final Workload SIMPLEST = dense(1, 1, 1, Activation.TANH, false, false);

    /** {steps, batch, input, hidden}: long sequences of few units, then many units, then very long ones. */
    private static final int[][] SHAPES = {
        {512, 64, 64, 128},
        {1024, 32, 64, 64},
        {1024, 64, 64, 256},
        {1024, 64, 256, 512},
        {512, 256, 512, 1024},
        {16384, 8, 64, 256}
    };

    private static final int[][] RNN_SHAPES = {{512, 64, 64, 128}, {1024, 64, 64, 256}, {512, 64, 256, 512}};
    private static final int SYMBOLS = 65;

    private GpuCases() {}

    static List<BenchmarkCase> all() {
        List<BenchmarkCase> cases = new ArrayList<>();
        Cases.all().stream()
                .filter(c -> !(c.workload() instanceof Workload.Product))
                .forEach(cases::add);
        for (Cell cell : List.of(Cell.GRU, Cell.LSTM)) {
            for (int[] shape : SHAPES) {
                addRecurrent(cases, cell, shape);
            }
        }
        for (Cell cell : List.of(Cell.RNN_TANH, Cell.RNN_RELU)) {
            for (int[] shape : RNN_SHAPES) {
                addRecurrent(cases, cell, shape);
            }
        }
        add(
                cases,
                "lstm_char_V65_E64_L4_T128_B64_H1024",
                new Workload.Recurrent(Cell.LSTM, 4, false, SYMBOLS, 128, 64, 64, 1024));
        add(cases, "dense_bn_relu_D100_W1024_B4096", dense(100, 1024, 4096, Activation.RELU, true, false));
        add(cases, "dense_bn_relu_D100_W256_B16", dense(100, 256, 16, Activation.RELU, true, false));
        add(cases, "dense_residual_bn_relu_D200_W128_B8", dense(200, 128, 8, Activation.RELU, true, true));
        add(cases, "dense_tanh_D50_W256_B32", dense(50, 256, 32, Activation.TANH, false, false));
        add(cases, "update_100M", new Workload.Update(dense(24, 2048, 1, Activation.TANH, false, false)));
        add(cases, "update_1000M", new Workload.Update(dense(60, 4096, 1, Activation.TANH, false, false)));
        add(cases, HEALTH + "gru_T512_B64_I64_H128", recurrent(Cell.GRU, SHAPES[0]));
        add(cases, HEALTH + "lstm_T1024_B64_I256_H512", recurrent(Cell.LSTM, SHAPES[3]));
        add(cases, HEALTH + "dense_bn_relu_D30_W256_B128", dense(30, 256, 128, Activation.RELU, true, false));
        return List.copyOf(cases);
    }

    /** @param prefixes what names begin with; all cases when empty */
    static List<BenchmarkCase> select(List<String> prefixes) {
        return all().stream()
                .filter(c -> prefixes.isEmpty() || prefixes.stream().anyMatch(c.name()::startsWith))
                .toList();
    }

    /** The same model with few and odd sizes, on which the reference in double takes no time. */
    static Workload small(Workload workload) {
        if (workload instanceof Workload.Recurrent model) {
            return new Workload.Recurrent(
                    model.cell(),
                    Math.min(model.layers(), 2),
                    model.bidirectional(),
                    Math.min(model.vocabulary(), 11),
                    Math.min(model.steps(), 33),
                    3,
                    Math.min(model.input(), 7),
                    17);
        }
        Workload.Dense model = workload instanceof Workload.Update update ? update.model() : (Workload.Dense) workload;
        return new Workload.Dense(
                Math.min(model.depth(), 4), 17, 7, model.activation(), model.batchNorm(), model.residual());
    }

    private static void addRecurrent(List<BenchmarkCase> cases, Cell cell, int[] shape) {
        String name = cell.title() + "_T" + shape[0] + "_B" + shape[1] + "_I" + shape[2] + "_H" + shape[3];
        add(cases, name, recurrent(cell, shape));
    }

    private static void add(List<BenchmarkCase> cases, String name, Workload workload) {
        cases.add(new BenchmarkCase(name, workload, false));
    }

    private static Workload recurrent(Cell cell, int[] shape) {
        return new Workload.Recurrent(cell, 1, false, 0, shape[0], shape[1], shape[2], shape[3]);
    }

    private static Workload.Dense dense(
            int depth, int width, int batch, Activation activation, boolean batchNorm, boolean residual) {
        return new Workload.Dense(depth, width, batch, activation, batchNorm, residual);
    }
}
