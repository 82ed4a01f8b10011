package org.steadygrad.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.steadygrad.engine.EngineRequest;

/**
 * Whether our engine computes a case's model rightly: losses and norms of the gradients on a small and oddly sized model of
 * the same kind, against DL4J in double.
 */
final class GpuCheck {
    private static final int STEPS = 4;
    private static final double STRICT = 1e-4;
    /** TF32 keeps 10 bits of a factor. */
    private static final double TF32 = 1e-2;

    private final EngineRequest request;
    private final double tolerance;

    GpuCheck(EngineRequest request, boolean tf32) {
        this.request = request;
        tolerance = tf32 ? TF32 : STRICT;
    }

    /**
     * @return what was found, in words
     * @throws DisagreementException when the two differ
     */
    String check(BenchmarkCase benchmark) {
        Workload small = GpuCases.small(benchmark.workload());
        ComputationGraph model = Dl4jModels.product(small);
        BatchData data = BatchData.of(small);
        double worst = 0;
        try (GpuSide ours = new GpuSide(request, small, model, data, 0);
                GpuSide reference =
                        new GpuSide(EngineRequest.of("dl4j"), small, model.convertDataType(DataType.DOUBLE), data, 0)) {
            for (int step = 0; step < STEPS; step++) {
                ours.step();
                reference.step();
                worst = Math.max(worst, difference(benchmark, "loss", ours.loss(), reference.loss(), 0));
                worst = Math.max(worst, norms(benchmark, ours.gradientNorms(), reference.gradientNorms()));
            }
        }
        return String.format(Locale.ROOT, "case=%s right: largest relative difference %.1e", benchmark.name(), worst);
    }

    /** Small gradients, as of a bias in front of batch norm, are rounding and nothing else. */
    private double norms(BenchmarkCase benchmark, List<Double> ours, List<Double> reference) {
        double floor = Collections.max(reference) * 1e-2;
        double worst = 0;
        for (int i = 0; i < ours.size(); i++) {
            String what = "norm of gradient " + i;
            worst = Math.max(worst, difference(benchmark, what, ours.get(i), reference.get(i), floor));
        }
        return worst;
    }

    private double difference(BenchmarkCase benchmark, String what, double ours, double reference, double floor) {
        double difference = Math.abs(ours - reference) / Math.max(Math.abs(reference), floor);
        if (!(difference <= tolerance)) {
            throw new DisagreementException("case " + benchmark.name() + ", small: the " + what + " is " + ours
                    + ", in double it is " + reference + ". A wrong step isn't worth timing.");
        }
        return difference;
    }
}
