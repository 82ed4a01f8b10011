package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.AskedSteps;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.EngineSubject;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.kernel.LossScale;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.spec.Precision;

/** What rounding does to training, and what a scaled loss does against it. */
@Tag("gpu")
class CudaPrecisionTest {
    private static final PassOptions TRACED = new PassOptions(5, false, false, true);

    private static CudaEngine engine(ContractCase test, Precision precision) {
        TestGpu.require();
        return (CudaEngine)
                new CudaEngineProvider().create(test.model(), EngineSettings.DEFAULT.withPrecision(precision));
    }

    /** Dense and recurrent layers, so that all kinds of products take part. */
    private static ContractCase mixed() {
        ContractData data = new ContractData(4);
        return new ContractCase(
                "mixed",
                chain(
                        InputType.recurrent(7),
                        Cell.GRU.units(17),
                        Cell.LSTM.units(9),
                        dense(33, Activation.TANH),
                        stepClasses(5)),
                ContractData.batch(data.normal(7, 7, 9), data.oneHot(7, 5, 9)));
    }

    private static Gradient gradient(ContractCase test, Precision precision) {
        try (CudaEngine engine = engine(test, precision)) {
            return EngineSubject.gradient(engine, test.model(), test.batch(), EngineSubject.plain());
        }
    }

    private static double largestError(Gradient expected, Gradient actual) {
        double largest = 0;
        for (Map.Entry<String, double[]> block : expected.blocks().entrySet()) {
            double[] difference = block.getValue().clone();
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= actual.blocks().get(block.getKey())[i];
            }
            largest = Math.max(largest, Gradient.norm(difference) / Gradient.norm(block.getValue()));
        }
        return largest;
    }

    /** Factors are off by at most half a unit in the last of so many bits; errors add up along the way. */
    @TestFactory
    Stream<DynamicTest> gradientsAreAsGoodAsTheRounding() {
        ContractCase test = mixed();
        return Stream.of(Precision.TF32, Precision.BF16, Precision.FP16)
                .map(precision -> DynamicTest.dynamicTest(precision.words(), () -> {
                    Gradient exact = gradient(test, Precision.FLOAT32);
                    Gradient rounded = gradient(test, precision);
                    double unit = Math.scalb(1.0, precision == Precision.BF16 ? -8 : -11);
                    assertEquals(exact.loss(), rounded.loss(), 4 * unit * exact.loss(), "loss");
                    double error = largestError(exact, rounded);
                    assertTrue(error < 8 * unit, () -> "an error of " + error);
                    if (!TestGpu.real()) {
                        assertTrue(error > unit / 16, () -> "not rounded: an error of " + error);
                    }
                }));
    }

    @Test
    void aScaledLossSavesWhatWouldVanish() {
        ContractCase test = faint(1e-9f);
        GradientStatistics exact;
        try (CudaEngine engine = engine(test, Precision.FLOAT32)) {
            exact = step(engine, test.batch()).gradient();
        }
        try (CudaEngine engine = engine(test, Precision.FP16)) {
            GradientStatistics scaled = step(engine, test.batch()).gradient();
            for (int i = 0; i < exact.rows().size(); i++) {
                double norm = exact.rows().get(i).norm();
                assertTrue(norm > 0 && norm < 1e-8, () -> "a norm of " + norm);
                assertEquals(norm, scaled.rows().get(i).norm(), 0.02 * norm);
            }
        }
        try (CudaEngine engine = engine(test, Precision.FP16)) {
            engine.model().lossScale().restore(new LossScale.State(1, 0));
            UpdateOutcome outcome = step(engine, test.batch());
            assertTrue(outcome.applied());
            int weights = engine.layout().blocks().get(0).shape().stream()
                    .mapToInt(Long::intValue)
                    .reduce(1, (a, b) -> a * b);
            assertEquals(weights, outcome.gradient().rows().get(0).zeros(), "all of it vanished");
            assertEquals(0, outcome.gradient().rows().get(0).norm());
        }
    }

    /** Every row counts that much. */
    private static ContractCase faint(float weight) {
        ContractData data = new ContractData(6);
        INDArray mask = Nd4j.valueArrayOf(new long[] {5, 1}, weight);
        return new ContractCase(
                "faint",
                chain(InputType.feedForward(7), dense(9, Activation.TANH), dense(9, Activation.TANH), classes(3)),
                ContractData.batch(data.normal(5, 7), data.oneHot(5, 3), null, mask));
    }

    private static UpdateOutcome step(CudaEngine engine, MultiDataSet batch) {
        return AskedSteps.run(engine, batch, EngineSubject.plain(), EngineSubject.unclipped())
                .update()
                .orElseThrow();
    }

    @Test
    void anOverflowHalvesTheScaleAndIsNoTrouble() {
        ContractCase test = mixed();
        try (CudaEngine engine = engine(test, Precision.FP16)) {
            LossScale scale = engine.model().lossScale();
            scale.restore(new LossScale.State(1 << 24, 3));
            EngineSnapshot before = engine.snapshot();
            double[] parameters = values(engine, test);
            UpdateOutcome outcome = step(engine, test.batch());
            assertFalse(outcome.applied());
            assertTrue(outcome.rescaled());
            assertEquals(new LossScale.State(1 << 23, 0), scale.state());
            assertArrayEquals(parameters, values(engine, test));
            int halvings = 1;
            while (!step(engine, test.batch()).applied()) {
                halvings++;
            }
            assertEquals(Math.scalb(1f, 24 - halvings), scale.state().scale());
            engine.restore(before);
            assertEquals(new LossScale.State(1 << 24, 3), scale.state());
        }
    }

    private static double[] values(CudaEngine engine, ContractCase test) {
        var work = test.model();
        engine.exportTo(work);
        return work.params().dup().data().asDouble();
    }

    @Test
    void atTheLowestScaleAnOverflowIsTrouble() {
        ContractCase test = mixed();
        MultiDataSet batch = test.batch();
        batch.getLabels(0).putScalar(new int[] {0, 0, 0}, Float.POSITIVE_INFINITY);
        try (CudaEngine engine = engine(test, Precision.FP16)) {
            engine.model().lossScale().restore(new LossScale.State(1, 0));
            engine.computeGradient(batch, EngineSubject.plain());
            UpdateOutcome outcome = engine.update(EngineSubject.rule(new ClipRule.None(), 0));
            assertFalse(outcome.applied());
            assertFalse(outcome.rescaled());
        }
    }

    @Test
    void tracesAreOfTheLossAsItIs() {
        ContractCase test = mixed();
        StepTrace exact;
        try (CudaEngine engine = engine(test, Precision.FLOAT32)) {
            exact = engine.computeGradient(test.batch(), TRACED).trace().orElseThrow();
        }
        try (CudaEngine engine = engine(test, Precision.FP16)) {
            assertSame(
                    exact, engine.computeGradient(test.batch(), TRACED).trace().orElseThrow());
            engine.discardGradient();
            // the scale changes with this step, after the look at it
            engine.model().lossScale().restore(new LossScale.State(1024, 1999));
            assertSame(
                    exact,
                    AskedSteps.run(engine, test.batch(), TRACED, EngineSubject.unclipped())
                            .trace()
                            .orElseThrow());
            assertEquals(2048, engine.model().lossScale().state().scale());
        }
    }

    @Test
    void copiedGradientsAreOfTheLossAsItIs() {
        ContractCase test = mixed();
        float[] exact = copiedGradient(test, Precision.FLOAT32);
        float[] scaled = copiedGradient(test, Precision.FP16);
        double largest = 0;
        for (float value : exact) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(exact, scaled, (float) (0.01 * largest));
    }

    private static float[] copiedGradient(ContractCase test, Precision precision) {
        try (CudaEngine engine = engine(test, precision)) {
            float[] gradient = new float[(int) engine.layout().length()];
            engine.computeGradient(test.batch(), EngineSubject.plain());
            engine.copyGradient(gradient);
            return gradient;
        }
    }

    private static void assertSame(StepTrace expected, StepTrace actual) {
        for (int i = 0; i < expected.layers().size(); i++) {
            LayerTrace layer = expected.layers().get(i);
            double norm = layer.outputGradientNorm();
            assertEquals(norm, actual.layers().get(i).outputGradientNorm(), 0.01 * norm, layer.layer());
        }
        assertEquals(2, actual.profiles().size());
        for (int i = 0; i < expected.profiles().size(); i++) {
            double[] norms = expected.profiles().get(i).norms().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            double[] own = actual.profiles().get(i).norms().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            assertArrayEquals(norms, own, 0.01 * norms[norms.length - 1]);
        }
    }
}
