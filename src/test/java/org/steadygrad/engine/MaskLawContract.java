package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.RandomMaskedCase.Example;
import org.steadygrad.engine.RandomMaskedCase.Padding;

/**
 * What an example contributes doesn't depend on its batch mates, on how much padding it has, nor on the values under the mask: in loss,
 * gradient, running statistics, output and what a trace sees.
 *
 * <p>The reference is DL4J in double on each example alone, without padding and so without a mask; the sums of these are the batch's.
 */
public interface MaskLawContract extends EngineSubject {
    int MODELS = 60;

    /** The features' and labels' values under masks, beside zeros. */
    List<Float> FILLERS = List.of(Float.NaN, 1e30f, Float.NEGATIVE_INFINITY, -3f);

    private static Stream<RandomMaskedCase> cases() {
        return LongStream.range(0, MODELS).mapToObj(RandomMaskedCase::new);
    }

    private static Padding padding(RandomMaskedCase test, float filler) {
        long seed = test.name().hashCode() & 0xff;
        return new Padding(seed % 5 == 0 ? -1 : seed, (int) (seed % 3), filler);
    }

    @TestFactory
    default Stream<DynamicTest> aBatchIsTheSumOfItsExamples() {
        return cases().filter(test -> !test.ofBatch())
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertSum(test)));
    }

    private void assertSum(RandomMaskedCase test) {
        ContractCase together = test.together(padding(test, 0));
        ComputationGraph model = together.model();
        double loss = 0;
        Map<String, double[]> sum = new LinkedHashMap<>();
        for (Example example : test.examples()) {
            if (example != null) {
                Gradient own = alone(test, example);
                loss += own.loss() / test.examples().size();
                own.blocks().forEach((name, values) -> {
                    double[] all = sum.computeIfAbsent(name, n -> new double[values.length]);
                    for (int i = 0; i < values.length; i++) {
                        all[i] += values[i] / test.examples().size();
                    }
                });
            }
        }
        try (Engine engine = engine(model)) {
            Gradient actual = EngineSubject.gradient(engine, model, together.batch(), EngineSubject.plain());
            assertEquals(loss, actual.loss(), 1e-5 * (1 + Math.abs(loss)), "loss");
            Gradient.assertClose(sum, actual.blocks(), TOLERANCE, "gradient");
        }
    }

    /** By DL4J's layers; where these take the wrong axis, by the engine. */
    private Gradient alone(RandomMaskedCase test, Example example) {
        ContractCase alone = test.alone(example);
        if (!test.overUnits()) {
            return Gradient.byDl4j(ContractCase.inDouble(alone.model()), alone.referenceBatch());
        }
        ComputationGraph model = alone.model();
        try (Engine engine = engine(model)) {
            return EngineSubject.gradient(engine, model, alone.batch(), EngineSubject.plain());
        }
    }

    @TestFactory
    default Stream<DynamicTest> outputsAreThoseOfExamplesAlone() {
        return cases().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertOutputs(test)));
    }

    private void assertOutputs(RandomMaskedCase test) {
        ContractCase together = test.together(padding(test, Float.NaN));
        try (Engine engine = engine(together.model())) {
            INDArray all = engine.output(together.batch());
            INDArray mask = together.batch().getFeaturesMaskArray(0);
            for (int i = 0; i < test.examples().size(); i++) {
                Example example = test.examples().get(i);
                if (example != null) {
                    INDArray alone = engine.output(test.alone(example).batch());
                    assertSameOutput(alone, all, mask, i);
                }
            }
        }
    }

    private static void assertSameOutput(INDArray alone, INDArray whole, INDArray mask, int example) {
        if (alone.rank() == 2) {
            assertClose(alone.getRow(0), whole.getRow(example));
            return;
        }
        int step = 0;
        for (int t = 0; t < mask.size(1); t++) {
            if (mask.getDouble(example, t) != 0) {
                assertClose(alone.get(point(0), all(), point(step++)), whole.get(point(example), all(), point(t)));
            }
        }
    }

    private static void assertClose(INDArray expected, INDArray actual) {
        for (int i = 0; i < expected.length(); i++) {
            assertEquals(expected.getDouble(i), actual.getDouble(i), 1e-5, "output " + i);
        }
    }

    /** To the bit, in a trace as well. */
    @TestFactory
    default Stream<DynamicTest> valuesUnderTheMaskDoNotMatter() {
        return cases().map(test -> DynamicTest.dynamicTest(test.name(), () -> {
            ContractCase zeros = test.together(padding(test, 0));
            ComputationGraph model = zeros.model();
            try (Engine engine = engine(model)) {
                Gradient expected = EngineSubject.gradient(engine, model, zeros.batch(), EngineSubject.plain());
                StepTrace trace = trace(engine, zeros.batch());
                for (float filler : FILLERS) {
                    MultiDataSet batch = test.together(padding(test, filler)).batch();
                    Gradient actual = EngineSubject.gradient(engine, model, batch, EngineSubject.plain());
                    assertEquals(expected.loss(), actual.loss(), "loss with " + filler + " under the mask");
                    Gradient.assertIdentical(expected.blocks(), actual.blocks(), filler + " under the mask");
                    StepTrace own = trace(engine, batch);
                    assertEquals(trace.layers(), own.layers(), filler + " under the mask");
                    assertEquals(trace.profiles(), own.profiles(), filler + " under the mask");
                    assertTrue(own.nonFinite().isEmpty(), filler + " under the mask");
                }
            }
        }));
    }

    private static StepTrace trace(Engine engine, MultiDataSet batch) {
        EngineSnapshot before = engine.snapshot();
        StepTrace trace = engine.computeGradient(batch, new PassOptions(5, false, false, true))
                .trace()
                .orElseThrow();
        engine.restore(before);
        return trace;
    }

    /** Batch norm included: moments are those of present steps. */
    @TestFactory
    default Stream<DynamicTest> morePaddingDoesNotMatter() {
        return cases().map(test -> DynamicTest.dynamicTest(test.name(), () -> {
            ContractCase few = test.together(new Padding(-1, 0, 0));
            ComputationGraph model = few.model();
            try (Engine engine = engine(model)) {
                Gradient expected = EngineSubject.gradient(engine, model, few.batch(), EngineSubject.plain());
                for (Padding padding : List.of(new Padding(-1, 11, 0), new Padding(3, 5, 0))) {
                    MultiDataSet batch = test.together(padding).batch();
                    Gradient actual = EngineSubject.gradient(engine, model, batch, EngineSubject.plain());
                    assertEquals(expected.loss(), actual.loss(), 1e-5 * (1 + Math.abs(expected.loss())), "loss");
                    Gradient.assertClose(expected.blocks(), actual.blocks(), TOLERANCE, "gradient");
                }
            }
        }));
    }
}
