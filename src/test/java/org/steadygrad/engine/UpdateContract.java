package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientOps;
import org.steadygrad.ops.ParameterBlock;

/** One update: clipping, accumulation, scaling, penalties, and what is said of it. */
public interface UpdateContract extends EngineSubject {
    private static ContractCase withBatchNorm() {
        ContractData data = new ContractData(20);
        return new ContractCase(
                "batch norm",
                chain(
                        InputType.feedForward(3),
                        dense(17),
                        new BatchNorm.Builder().activation(Activation.RELU).build(),
                        dense(7),
                        classes(3)),
                ContractData.batch(data.normal(7, 3), data.oneHot(7, 3)));
    }

    private static ContractCase recurrent() {
        ContractData data = new ContractData(21);
        return new ContractCase(
                "GRU",
                chain(InputType.recurrent(3), new LastTimeStep(Cell.GRU.units(5)), dense(4), classes(3)),
                ContractData.batch(data.normal(12, 3, 4), data.oneHot(12, 3)));
    }

    @TestFactory
    default Stream<DynamicTest> clipping() {
        return Stream.of(withBatchNorm(), recurrent()).flatMap(test -> Stream.of(
                        new ClipRule.None(),
                        new ClipRule.ByValue(0.01),
                        new ClipRule.ByTensorNorm(0.05),
                        new ClipRule.ByLayerNorm(0.05),
                        new ClipRule.ByGlobalNorm(0.05),
                        new ClipRule.ByGlobalNorm(1e6),
                        new ClipRule.ByUnitRatio(0.01, 1e-3))
                .map(rule -> DynamicTest.dynamicTest(test + " " + rule, () -> assertClipped(test, rule))));
    }

    /** The reference's gradient, clipped by the operations that define each rule; statistics are never scaled. */
    private void assertClipped(ContractCase test, ClipRule rule) {
        ComputationGraph reference = test.reference();
        Gradient.byDl4j(reference, test.referenceBatch());
        FlatLayout layout = FlatLayouts.of(reference);
        INDArray flat = reference.getFlattenedGradients().reshape(reference.numParams());
        for (ParameterBlock block : layout.blocks()) {
            if (block.trained()) {
                flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
                        .divi(test.batch().getFeatures(0).size(0));
            }
        }
        double scale = GradientOps.clip(flat, reference.params(), layout, GradientOps.statistics(flat, layout), rule)
                .scale();
        Map<String, double[]> expected = Gradient.split(flat, layout);
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            engine.computeGradient(test.batch(), EngineSubject.plain());
            UpdateOutcome outcome = engine.update(new UpdateRule(EngineSubject.always(rule), 0, 0, MAGNIFIED));
            assertEquals(scale, outcome.clipScale(), 1e-4 * scale, "clip scale");
            Map<String, double[]> steps = difference(Gradient.parameters(model), engine, 1);
            for (ParameterBlock block : layout.blocks()) {
                double[] step = steps.get(block.name());
                for (int i = 0; block.trained() && i < step.length; i++) {
                    step[i] /= MAGNIFIED;
                }
            }
            Gradient.assertClose(expected, steps, TOLERANCE, rule.toString());
        }
    }

    private static Map<String, double[]> difference(Map<String, double[]> before, Engine engine, double divisor) {
        ComputationGraph work = withBatchNorm().model();
        if (work.numParams() != engine.layout().length()) {
            work = recurrent().model();
        }
        return difference(before, EngineSubject.parameters(engine, work), divisor);
    }

    private static Map<String, double[]> difference(
            Map<String, double[]> before, Map<String, double[]> after, double divisor) {
        Map<String, double[]> steps = new LinkedHashMap<>();
        before.forEach((name, values) -> {
            double[] step = values.clone();
            for (int i = 0; i < step.length; i++) {
                step[i] = (step[i] - after.get(name)[i]) / divisor;
            }
            steps.put(name, step);
        });
        return steps;
    }

    @Test
    default void clippingLeavesRunningStatisticsAlone() {
        ContractCase test = withBatchNorm();
        Map<String, double[]> free = afterOneStep(test, new ClipRule.None());
        for (ClipRule rule : List.of(
                new ClipRule.ByValue(1e-4), new ClipRule.ByTensorNorm(1e-4), new ClipRule.ByUnitRatio(1e-4, 1e-3))) {
            Map<String, double[]> clipped = afterOneStep(test, rule);
            Map<String, double[]> expected = new LinkedHashMap<>();
            Map<String, double[]> actual = new LinkedHashMap<>();
            for (ParameterBlock block : FlatLayouts.of(test.model()).blocks()) {
                if (block.kind() == ParameterBlock.Kind.STATISTIC) {
                    expected.put(block.name(), free.get(block.name()));
                    actual.put(block.name(), clipped.get(block.name()));
                }
            }
            assertEquals(2, expected.size());
            Gradient.assertIdentical(expected, actual, rule.toString());
        }
    }

    private Map<String, double[]> afterOneStep(ContractCase test, ClipRule rule) {
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            engine.computeGradient(test.batch(), EngineSubject.plain());
            engine.update(EngineSubject.rule(rule, 0));
            return EngineSubject.parameters(engine, model.clone());
        }
    }

    /** Three batches of unequal size are as one; discarded ones don't count, nor does what came before an update. */
    @Test
    default void accumulatedGradients() {
        ContractCase test = recurrent();
        ComputationGraph model = test.model();
        PassOptions add = new PassOptions(5, false, true, false);
        try (Engine engine = engine(model)) {
            Map<String, double[]> whole = EngineSubject.gradient(engine, model, test.batch(), EngineSubject.plain())
                    .blocks();
            for (boolean firstReplaces : new boolean[] {false, true}) {
                EngineSnapshot before = engine.snapshot();
                engine.computeGradient(examples(test, 3, 9), add);
                engine.discardGradient();
                engine.computeGradient(examples(test, 0, 5), firstReplaces ? EngineSubject.plain() : add);
                engine.computeGradient(examples(test, 5, 6), add);
                engine.computeGradient(examples(test, 6, 12), add);
                Gradient.assertClose(whole, EngineSubject.collected(engine, model.clone()), TOLERANCE, "three batches");
                engine.restore(before);
            }
            engine.computeGradient(examples(test, 0, 5), add);
            engine.computeGradient(test.batch(), EngineSubject.plain());
            Gradient.assertClose(whole, EngineSubject.collected(engine, model.clone()), TOLERANCE, "replaced");
        }
    }

    private static MultiDataSet examples(ContractCase test, int from, int to) {
        INDArray features = test.batch().getFeatures(0);
        INDArray labels = test.batch().getLabels(0);
        return new MultiDataSet(
                features.get(NDArrayIndex.interval(from, to)).dup(),
                labels.get(NDArrayIndex.interval(from, to)).dup());
    }

    /** L1, L2 and decoupled decay, in loss and step, with and without a scaled learning rate. */
    @TestFactory
    default Stream<DynamicTest> penalties() {
        return Stream.of(1.0, 0.25)
                .map(scale -> DynamicTest.dynamicTest("learning rate times " + scale, () -> {
                    ContractData data = new ContractData(22);
                    Layer first =
                            new DenseLayer.Builder().nOut(5).l1(0.02).l2(0.03).build();
                    Layer second =
                            new DenseLayer.Builder().nOut(4).weightDecay(0.05).build();
                    Layer out = new OutputLayer.Builder(LossFunction.MCXENT)
                            .nOut(3)
                            .activation(Activation.SOFTMAX)
                            .l2(0.01)
                            .l2Bias(0.02)
                            .build();
                    ContractCase test = new ContractCase(
                            "penalties",
                            chain(graphOn(InputType.feedForward(3), new Sgd(0.5)), first, second, out)
                                    .build(),
                            ContractData.batch(data.normal(7, 3), data.oneHot(7, 3)));
                    ComputationGraph reference = test.reference();
                    Map<String, double[]> start = Gradient.parameters(reference);
                    reference.fit(test.referenceBatch());
                    Map<String, double[]> expected = difference(start, Gradient.parameters(reference), 1 / scale);
                    ComputationGraph model = test.model();
                    try (Engine engine = engine(model)) {
                        double loss = engine.computeGradient(test.batch(), EngineSubject.plain())
                                .loss();
                        assertEquals(reference.score(), loss, 1e-5 * loss, "loss");
                        UpdateOutcome outcome =
                                engine.update(new UpdateRule(EngineSubject.always(new ClipRule.None()), 0, 0, scale));
                        Map<String, double[]> now = EngineSubject.parameters(engine, model.clone());
                        Map<String, double[]> steps = difference(Gradient.parameters(model), now, 1);
                        Gradient.assertClose(expected, steps, 3e-4, "step");
                        assertOutcome(engine, outcome, now, steps);
                    }
                }));
    }

    private static void assertOutcome(
            Engine engine, UpdateOutcome outcome, Map<String, double[]> now, Map<String, double[]> steps) {
        assertTrue(outcome.applied());
        assertEquals(1, outcome.clipScale());
        for (int i = 0; i < outcome.blocks().size(); i++) {
            String name = engine.layout().blocks().get(i).name();
            double weight = Gradient.norm(now.get(name));
            double step = Gradient.norm(steps.get(name));
            assertEquals(weight, outcome.blocks().get(i).weightNorm(), 1e-5 * weight, "weight norm of " + name);
            assertEquals(step, outcome.blocks().get(i).updateNorm(), 1e-4 * step, "update norm of " + name);
        }
    }
}
