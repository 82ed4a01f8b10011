package org.steadygrad.firstlight;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the engine is meant to reach: the time of a step divided by that of PyTorch's fastest mode on the same device. */
final class Targets {
    /** By case of benchmarks/gpu.sh. */
    static final Map<String, Double> ALL = all();

    private Targets() {}

    private static Map<String, Double> all() {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("gru_T784_B64_I1_H128", 0.25);
        ratios.put("gru_T256_B32_I64_H512", 0.7);
        ratios.put("lstm_T256_B32_I64_H512", 0.8);
        ratios.put("rnn_tanh_T1000_B16_I8_H64", 0.2);
        ratios.put("dense_bn_relu_D100_W256_B128", 0.5);
        ratios.put("update_25M", 0.8);
        return ratios;
    }
}
