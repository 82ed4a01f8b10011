package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.activations.Activation;

/** All cases. A new one is one more line here. */
final class Cases {
    private static final int[][] SHAPES = {{100, 64, 128, 128}, {784, 64, 1, 128}, {256, 32, 64, 512}, {1000, 16, 8, 64}
    };
    private static final Set<String> QUICK = Set.of(
            "gru_T100_B64_I128_H128",
            "gru_T784_B64_I1_H128",
            "lstm_T100_B64_I128_H128",
            "rnn_tanh_T100_B64_I128_H128",
            "dense_bn_relu_D10_W256_B128",
            "update_4M",
            "sgemm_1024");

    private Cases() {}

    static List<BenchmarkCase> all() {
        List<BenchmarkCase> cases = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int[] shape : SHAPES) {
                String name = cell.title() + shape(shape);
                add(cases, name, recurrent(cell, 1, false, 0, shape));
            }
        }
        int[] stacked = {200, 32, 64, 256};
        add(cases, "gru_L2" + shape(stacked), recurrent(Cell.GRU, 2, false, 0, stacked));
        add(cases, "gru_bidirectional" + shape(stacked), recurrent(Cell.GRU, 1, true, 0, stacked));
        add(cases, "gru_char_V65_E64_L2_T128_B32_H256", recurrent(Cell.GRU, 2, false, 65, 128, 32, 64, 256));
        for (int depth : new int[] {10, 30, 100}) {
            add(cases, "dense_bn_relu_D" + depth + "_W256_B128", dense(depth, Activation.RELU, true, false));
        }
        add(cases, "dense_sigmoid_D30_W256_B128", dense(30, Activation.SIGMOID, false, false));
        add(cases, "dense_tanh_D30_W256_B128", dense(30, Activation.TANH, false, false));
        add(cases, "dense_residual_bn_relu_D30_W256_B128", dense(30, Activation.RELU, true, true));
        add(cases, "update_0.1M", update(6, 128));
        add(cases, "update_4M", update(4, 1024));
        add(cases, "update_25M", update(24, 1024));
        add(cases, "sgemm_1024", new Workload.Product(1024));
        return List.copyOf(cases);
    }

    /** @param prefixes what names begin with; all cases when empty */
    static List<BenchmarkCase> select(List<String> prefixes, boolean quick) {
        return all().stream()
                .filter(c -> prefixes.isEmpty()
                        ? !quick || c.quick()
                        : prefixes.stream().anyMatch(c.name()::startsWith))
                .toList();
    }

    private static void add(List<BenchmarkCase> cases, String name, Workload workload) {
        cases.add(new BenchmarkCase(name, workload, QUICK.contains(name)));
    }

    private static String shape(int... shape) {
        return "_T" + shape[0] + "_B" + shape[1] + "_I" + shape[2] + "_H" + shape[3];
    }

    private static Workload recurrent(Cell cell, int layers, boolean bidirectional, int vocabulary, int... shape) {
        return new Workload.Recurrent(cell, layers, bidirectional, vocabulary, shape[0], shape[1], shape[2], shape[3]);
    }

    private static Workload dense(int depth, Activation activation, boolean batchNorm, boolean residual) {
        return new Workload.Dense(depth, 256, 128, activation, batchNorm, residual);
    }

    private static Workload update(int depth, int width) {
        return new Workload.Update(new Workload.Dense(depth, width, 1, Activation.TANH, false, false));
    }
}
