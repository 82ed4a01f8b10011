package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;

/** What engines hand out of gradient and parameters, and that looking closely changes nothing. */
public interface HandedOutContract extends EngineSubject {
    private static ContractCase masked() {
        ContractData data = new ContractData(8);
        INDArray mask = ContractData.mask(9, 9, 4, 0, 7, 1);
        return new ContractCase(
                "recurrent layers under a mask",
                chain(
                        InputType.recurrent(3),
                        Cell.GRU.units(5),
                        new Bidirectional(Bidirectional.Mode.CONCAT, Cell.GRU.units(4)),
                        dense(6),
                        stepClasses(3)),
                ContractData.batch(data.normal(5, 3, 9), data.oneHot(5, 3, 9), mask, mask.dup()));
    }

    private static ContractCase normalized() {
        ContractData data = new ContractData(8);
        return new ContractCase(
                "batch norm",
                chain(
                        InputType.feedForward(7),
                        dense(33),
                        new BatchNorm.Builder().activation(Activation.RELU).build(),
                        classes(3)),
                ContractData.batch(data.normal(7, 7), data.oneHot(7, 3)));
    }

    /** Two examples weigh twice as much as one. */
    @Test
    default void theGradientIsTheAverageThatTheUpdateTakes() {
        ContractCase test = masked();
        ContractData data = new ContractData(6);
        MultiDataSet other = ContractData.batch(data.normal(3, 3, 9), data.oneHot(3, 3, 9));
        try (Engine engine = engine(test.model())) {
            float[] first = gradient(engine, test.batch(), false);
            Map<String, double[]> reference =
                    Gradient.byDl4j(test.reference(), test.referenceBatch()).blocks();
            Gradient.assertClose(reference, blocks(engine, first), TOLERANCE, "gradient");
            float[] second = gradient(engine, other, false);
            gradient(engine, test.batch(), false);
            float[] both = gradient(engine, other, true);
            for (int i = 0; i < both.length; i++) {
                double average = (5.0 * first[i] + 3.0 * second[i]) / 8;
                assertEquals(average, both[i], 1e-6 * Math.max(1, Math.abs(average)));
            }
            // reading changes nothing
            Map<String, double[]> update =
                    EngineSubject.collected(engine, test.model().clone());
            Gradient.assertClose(blocks(engine, both), update, TOLERANCE, "update");
        }
    }

    private static float[] gradient(Engine engine, MultiDataSet batch, boolean accumulate) {
        engine.computeGradient(batch, new PassOptions(5, false, accumulate, Trace.NONE));
        float[] gradient = new float[(int) engine.layout().length()];
        engine.copyGradient(gradient);
        return gradient;
    }

    private static Map<String, double[]> blocks(Engine engine, float[] flat) {
        Map<String, double[]> blocks = new HashMap<>();
        for (ParameterBlock block : engine.layout().blocks()) {
            double[] values = new double[(int) block.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = flat[(int) block.offset() + i];
            }
            blocks.put(block.name(), values);
        }
        return blocks;
    }

    @Test
    default void parametersAreCopiedExactly() {
        ComputationGraph model = normalized().model();
        try (Engine engine = engine(model)) {
            float[] copy = new float[(int) engine.layout().length()];
            engine.copyParameters(copy);
            assertArrayEquals(model.params().toFloatVector(), copy);
            assertThrows(InvalidInputException.class, () -> engine.copyParameters(new float[copy.length + 1]));
            assertThrows(IllegalStateException.class, () -> engine.copyGradient(copy));
        }
    }

    @Test
    default void distributionsAreThoseOfWhatIsCopied() {
        ContractCase test = masked();
        try (Engine engine = engine(test.model())) {
            assertThrows(IllegalStateException.class, engine::parameterDistributions);
            gradient(engine, test.batch(), false);
            gradient(engine, test.batch(), true);
            ParameterDistributions expected =
                    ParameterDistributions.of(engine.layout(), engine::copyParameters, engine::copyGradient);
            ParameterDistributions actual = engine.parameterDistributions();
            assertEquals(expected.blocks().size(), actual.blocks().size());
            for (int i = 0; i < expected.blocks().size(); i++) {
                ParameterDistributions.Block block = expected.blocks().get(i);
                ParameterDistributions.Block found = actual.blocks().get(i);
                assertEquals(block.parameter(), found.parameter());
                assertLike(block.weights(), found.weights(), "weights " + block.parameter());
                assertLike(block.gradient(), found.gradient(), "gradient " + block.parameter());
                assertEquals(block.gateNorms().size(), found.gateNorms().size());
                for (int gate = 0; gate < block.gateNorms().size(); gate++) {
                    double norm = block.gateNorms().get(gate);
                    assertEquals(norm, found.gateNorms().get(gate), 1e-6 * norm);
                }
            }
        }
    }

    /** Where a sum is divided instead of each of its elements, values next to a border may fall into the other bin. */
    private static void assertLike(Histogram expected, Histogram actual, String name) {
        double size = Math.max(Math.abs(expected.low()), Math.abs(expected.high()));
        assertEquals(expected.low(), actual.low(), 1e-6 * size, name);
        assertEquals(expected.high(), actual.high(), 1e-6 * size, name);
        assertEquals(expected.total(), actual.total(), name);
        assertEquals(expected.sum(), actual.sum(), 1e-6 * size * expected.total(), name);
        assertEquals(expected.squares(), actual.squares(), 1e-6 * expected.squares(), name);
        long moved = 0;
        for (int bin = 0; bin < Histogram.BINS; bin++) {
            moved += Math.abs(expected.counts().get(bin) - actual.counts().get(bin));
        }
        assertTrue(moved <= 2, name);
    }

    /** Parameters after some steps, some of which are looked at more closely in one of two ways. */
    private float[] trained(Trace closely, boolean asked) {
        ContractData data = new ContractData(12);
        ContractCase test = new ContractCase(
                "Adam",
                chain(
                                graphOn(InputType.recurrent(3), new Adam(0.01)),
                                Cell.GRU.units(7),
                                new org.deeplearning4j.nn.conf.layers.DropoutLayer(0.7),
                                new LastTimeStep(Cell.LSTM.units(5)),
                                new BatchNorm.Builder().build(),
                                classes(3))
                        .build(),
                ContractData.batch(data.normal(7, 3, 9), data.oneHot(7, 3)));
        List<Integer> looks = List.of(0, 3, 4);
        try (Engine engine = engine(test.model())) {
            float[] values = new float[(int) engine.layout().length()];
            for (int i = 0; i < 7; i++) {
                Trace trace = looks.contains(i) ? closely : Trace.NONE;
                UpdateRule rule = EngineSubject.rule(new ClipRule.ByGlobalNorm(0.5), i);
                PassOptions options = new PassOptions(i, false, false, trace);
                if (asked) {
                    StepOutcome outcome = AskedSteps.run(engine, test.batch(), options, rule);
                    assertEquals(
                            trace == Trace.HISTOGRAMS,
                            outcome.trace()
                                    .map(t -> t.activations().size() == 4)
                                    .orElse(false));
                    continue;
                }
                engine.computeGradient(test.batch(), options);
                if (trace == Trace.HISTOGRAMS) {
                    engine.copyParameters(values);
                    engine.copyGradient(values);
                    engine.parameterDistributions();
                }
                assertTrue(engine.update(rule).applied());
            }
            engine.copyParameters(values);
            return values;
        }
    }

    @Test
    default void histogramsDontChangeTheNumbers() {
        for (boolean asked : new boolean[] {false, true}) {
            assertArrayEquals(trained(Trace.FLOW, asked), trained(Trace.HISTOGRAMS, asked));
        }
    }
}
