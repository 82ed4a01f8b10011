package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.platform.NativeVariant;

/**
 * Updates and clips against values that don't come from DL4J: PyTorch's, and norms added up in double. What every engine must
 * pass.
 */
public abstract class UpdateRulesContract {
    /** Of what has been moved at most; a float's last digit is 6e-8 of it. */
    private static final double TOLERANCE = 2e-6;

    private static final double HALF_ULP = 6e-8;
    private static final double CLIP_TOLERANCE = 1e-6;

    /** What a test's flat gradients are divided by. */
    private static final int EXAMPLES = 2;

    static {
        NativeVariant.select();
    }

    /** @param model initialised, with an updater; the subject's parameters and states are still to be set */
    protected abstract UpdateSubject make(ComputationGraph model);

    private static ComputationGraph graph(Function<DataType, ComputationGraphConfiguration> model) {
        ComputationGraph graph = new ComputationGraph(model.apply(DataType.FLOAT));
        graph.init();
        graph.initGradientsView();
        return graph;
    }

    private static float[] firstState(ComputationGraph graph) {
        INDArray state = graph.getUpdater().getStateViewArray();
        return state == null ? new float[0] : state.dup().data().asFloat();
    }

    @TestFactory
    Stream<DynamicTest> updatersMoveAsPyTorchs() {
        return TorchUpdates.all().stream()
                .map(torch -> DynamicTest.dynamicTest(torch.toString(), () -> {
                    ComputationGraph graph = graph(torch.model());
                    try (UpdateSubject subject = make(graph)) {
                        subject.setParameters(torch.start());
                        subject.setState(firstState(graph));
                        run(torch, subject);
                    }
                }));
    }

    private static void run(TorchUpdates torch, UpdateSubject subject) {
        ClipRule none = new ClipRule.None();
        float[] start = torch.start();
        double[] largest = new double[TorchUpdates.PARAMETERS];
        int done = 0;
        for (Map.Entry<Integer, double[]> kept : torch.moved()) {
            for (; done < kept.getKey(); done++) {
                subject.setGradient(TorchUpdates.gradient(done));
                assertTrue(subject.apply(UpdateTrial.constantRule(none, done, 1), 1, 1)
                        .applied());
            }
            float[] parameters = subject.parameters();
            for (int i = 0; i < largest.length; i++) {
                double expected = kept.getValue()[i];
                largest[i] = Math.max(largest[i], Math.abs(expected));
                double rounding = done * HALF_ULP * (Math.abs(start[i]) + largest[i]);
                assertEquals(
                        expected,
                        (double) parameters[i] - start[i],
                        TOLERANCE * largest[i] + rounding,
                        "parameter " + i + " after " + done + " steps");
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> schedulesAndPenaltiesFollowTheirFormulas() {
        return ScheduledUpdates.all()
                .map(scheduled -> DynamicTest.dynamicTest(scheduled.toString(), () -> {
                    assertFollows(scheduled, scheduled.rate(), scheduled::afterRate);
                    assertFollows(scheduled, scheduled.penalties(), scheduled::afterPenalties);
                }));
    }

    private void assertFollows(
            ScheduledUpdates scheduled,
            Function<DataType, ComputationGraphConfiguration> model,
            IntFunction<double[]> expected) {
        try (UpdateSubject subject = make(graph(model))) {
            for (int count : ScheduledUpdates.COUNTS) {
                subject.setParameters(ScheduledUpdates.WEIGHTS);
                subject.setGradient(ScheduledUpdates.GRADIENT);
                assertTrue(subject.apply(scheduled.rule(count), 1, 1).applied());
                float[] weights = subject.parameters();
                for (int i = 0; i < weights.length; i++) {
                    double[] after = expected.apply(count);
                    assertEquals(
                            after[i], weights[i], 4 * HALF_ULP * Math.max(1, Math.abs(after[i])), i + " at " + count);
                }
            }
        }
    }

    /** With momentum, the state after a first step at rate 1 is the clipped gradient, negated, to all its digits. */
    @TestFactory
    Stream<DynamicTest> clipsKeepTheDirectionAtAnyMagnitude() {
        return DoubleStream.of(0, 1e-45, 1e-42, 1e-38, 1e-30, 1e-15, 1, 1e12, 1e18, 1e20, 1e30, 3e38)
                .mapToObj(magnitude -> DynamicTest.dynamicTest("gradients of " + magnitude, () -> {
                    ComputationGraph graph = graph(UpdateModels.chain(
                            new Nesterovs(1, 0.5),
                            UpdateModels.dense(3, 7).build(),
                            UpdateModels.output(7, 2).build()));
                    ClipDefinition clip = new ClipDefinition(FlatLayouts.of(graph), magnitude, EXAMPLES);
                    try (UpdateSubject subject = make(graph)) {
                        for (double limit : new double[] {1, 1e-3, 0.3 * magnitude}) {
                            clips(limit).forEach(rule -> assertClips(clip, rule, subject));
                        }
                    }
                }));
    }

    private record Mixture(String name, IntFunction<Float> element) {}

    /** Gradients whose elements have little in common, or so much that every rounding is to the same side. */
    private static Stream<Mixture> mixtures() {
        return Stream.of(
                new Mixture("alike", i -> 0.1f),
                new Mixture("alike and rounded down", i -> 1.8525f),
                new Mixture("zero", i -> 0f),
                new Mixture("smallest", i -> (1 + i % 7) * Float.MIN_VALUE),
                new Mixture("largest", i -> i % 2 == 0 ? 0.9f * Float.MAX_VALUE : -0.8f * Float.MAX_VALUE),
                new Mixture("squares vanish", i -> 1e-30f),
                new Mixture("squares overflow", i -> -1e20f),
                new Mixture("squares are subnormal", i -> (1 + i % 5) * 1e-21f),
                new Mixture("one huge", i -> i == 4321 ? 1e38f : 1e-30f),
                new Mixture("one large among many", i -> i == 4321 ? 30 : 0.25f),
                new Mixture("only one", i -> i == 4321 ? -3e-24f : 0),
                new Mixture("stretches", i -> i / 1024 % 2 == 0 ? 1e18f : 1e-18f),
                new Mixture("alternating", i -> i % 2 == 0 ? 2e-19f : 1e-22f),
                new Mixture("all magnitudes", i -> (float) Math.pow(10, (i * 37L) % 83 - 45 + 0.01 * (i % 50))));
    }

    /** What the documentation of clips promises, in blocks longer than what is added up at once. */
    @TestFactory
    Stream<DynamicTest> clipsOfMixedMagnitudes() {
        return mixtures()
                .map(mixture -> DynamicTest.dynamicTest(mixture.name(), () -> {
                    ComputationGraph graph = graph(UpdateModels.chain(
                            new Nesterovs(1, 0.5),
                            UpdateModels.dense(2500, 30).build(),
                            UpdateModels.output(30, 3).build()));
                    ClipDefinition clip = new ClipDefinition(FlatLayouts.of(graph), mixture.element, EXAMPLES);
                    try (UpdateSubject subject = make(graph)) {
                        clips(1e-3).forEach(rule -> assertClips(clip, rule, subject));
                    }
                }));
    }

    private static Stream<ClipRule> clips(double limit) {
        return Stream.of(
                new ClipRule.None(),
                new ClipRule.ByValue(limit),
                new ClipRule.ByTensorNorm(limit),
                new ClipRule.ByLayerNorm(limit),
                new ClipRule.ByGlobalNorm(limit),
                new ClipRule.ByUnitRatio(limit == 0 ? 1 : limit, 1e-3));
    }

    private static void assertClips(ClipDefinition clip, ClipRule rule, UpdateSubject subject) {
        subject.setParameters(clip.parameters());
        subject.setState(new float[clip.gradient().length]);
        subject.setGradient(clip.gradient());
        UpdateOutcome outcome = subject.apply(UpdateTrial.constantRule(rule, 0, 1), EXAMPLES, 1);
        assertTrue(outcome.applied(), "applied");
        double norm = clip.norm();
        // one of the smallest floats is divided with an error of half of it
        double allowedOfNorm = CLIP_TOLERANCE * norm + clip.gradient().length * Float.MIN_VALUE;
        assertEquals(norm, outcome.gradient().globalNorm(), allowedOfNorm, "norm before " + rule);
        double[] expected = clip.by(rule);
        float[] state = subject.state();
        for (int i = 0; i < expected.length; i++) {
            double allowed = CLIP_TOLERANCE * Math.abs(expected[i]) + 2 * Float.MIN_VALUE;
            assertEquals(expected[i], -state[i], allowed, "element " + i + " by " + rule);
        }
    }
}
