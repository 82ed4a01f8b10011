package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipResult;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientOps;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;
import org.steadygrad.platform.NativeVariant;

/** An update pass beside DL4J's own updaters in double, both from the same parameters and states. */
public final class UpdateTrial implements AutoCloseable {
    private static final double DIVISOR = 5;
    private static final int PASSES = 2;

    /** Magnitude of the first parameters. */
    private static final double TYPICAL = 0.05;

    static {
        NativeVariant.select();
    }

    private final UpdatePlan plan;
    private final UpdateSubject subject;

    private final float[] gradient;

    private final ComputationGraph reference;
    private final INDArray referenceParameters;
    private final INDArray referenceGradient;
    private final Gradient referenceMap;
    private GradientStatistics referenceStatistics;
    private ClipResult referenceClip;

    public UpdateTrial(Function<DataType, ComputationGraphConfiguration> model, UpdateSubject.Maker maker) {
        reference = graph(model.apply(DataType.DOUBLE));
        ComputationGraph single = graph(model.apply(DataType.FLOAT));
        plan = UpdatePlan.of(single);
        subject = maker.make(plan);
        gradient = new float[Math.toIntExact(plan.layout().length())];
        referenceParameters = reference.params().reshape(reference.numParams());
        referenceGradient = reference.getFlattenedGradients().reshape(reference.numParams());
        Random random = new Random(11);
        float[] parameters = new float[gradient.length];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (TYPICAL * random.nextGaussian());
            referenceParameters.putScalar(i, parameters[i]);
        }
        subject.setParameters(parameters);
        INDArray start = single.getUpdater().getStateViewArray();
        subject.setState(start == null ? new float[0] : start.dup().data().asFloat());
        referenceMap = new DefaultGradient(reference.getFlattenedGradients());
        for (ParameterBlock block : plan.layout().blocks()) {
            referenceMap.setGradientFor(block.name(), view(block));
        }
    }

    public UpdatePlan plan() {
        return plan;
    }

    public UpdateSubject subject() {
        return subject;
    }

    /** What {@link #apply} gives the subject; to be changed at will. */
    public float[] gradient() {
        return gradient;
    }

    private static ComputationGraph graph(ComputationGraphConfiguration configuration) {
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        graph.initGradientsView();
        return graph;
    }

    private INDArray view(ParameterBlock block) {
        return referenceGradient.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
    }

    /** A rule whose policy says beforehand that it always clips so. */
    public static UpdateRule constantRule(ClipRule clip, int iteration, double learningRateScale) {
        return new UpdateRule(ClipPolicies.of(clip), iteration, iteration / 10, learningRateScale);
    }

    /** A rule whose policy looks at the norms it is shown. */
    public static UpdateRule rule(ClipRule clip, int iteration, double learningRateScale) {
        ClipPolicy always = new ClipPolicy() {
            @Override
            public ClipRule decide(double globalNorm) {
                assertTrue(Double.isFinite(globalNorm));
                return clip;
            }

            @Override
            public Map<String, double[]> state() {
                return Map.of();
            }

            @Override
            public void restore(Map<String, double[]> saved) {}
        };
        return new UpdateRule(always, iteration, iteration / 10, learningRateScale);
    }

    /** Gives both the same gradient; some elements are zero, frozen ones stale. */
    public void gradient(Random random, double magnitude) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = random.nextInt(10) == 0 ? 0 : (float) (magnitude * random.nextGaussian());
        }
    }

    public UpdateOutcome apply(UpdateRule rule) {
        subject.setGradient(gradient);
        return subject.apply(rule, DIVISOR, PASSES);
    }

    /** The same update in double, by the operations that define it. */
    public void applyReference(ClipRule clip, UpdateRule rule) {
        FlatLayout layout = plan.layout();
        referenceGradient.assign(Nd4j.createFromArray(gradient));
        for (ParameterBlock block : layout.blocks()) {
            switch (block.kind()) {
                case TRAINED -> view(block).divi(DIVISOR);
                case STATISTIC -> view(block).divi(PASSES);
                case FROZEN -> view(block).assign(0);
            }
        }
        referenceStatistics = GradientOps.statistics(referenceGradient, layout);
        referenceClip = GradientOps.clip(referenceGradient, referenceParameters, layout, referenceStatistics, clip);
        reference
                .getUpdater()
                .update(referenceMap, rule.iteration(), rule.epoch(), 1, LayerWorkspaceMgr.noWorkspaces());
        for (ParameterBlock block : layout.blocks()) {
            if (block.trained()) {
                view(block).muli(rule.learningRateScale());
            } else if (block.kind() == Kind.FROZEN) {
                view(block).assign(0);
            }
        }
        referenceParameters.subi(referenceGradient);
    }

    /**
     * Updates of both, with everything compared at the end and the reports on the way.
     *
     * @param rules by iteration, all of which clip by {@code clip}
     */
    public void run(int updates, ClipRule clip, IntFunction<UpdateRule> rules, double tolerance) {
        Random random = new Random(5);
        for (int iteration = 0; iteration < updates; iteration++) {
            gradient(random, 1 + iteration % 3);
            UpdateRule rule = rules.apply(iteration);
            applyReference(clip, rule);
            UpdateOutcome outcome = apply(rule);
            assertTrue(outcome.applied());
            assertEquals(referenceClip.scale(), outcome.clipScale(), 1e-5 * referenceClip.scale(), "clip scale");
            assertStatistics(outcome.gradient());
            assertNorms(outcome, tolerance);
        }
        assertClose(tolerance);
    }

    private void assertStatistics(GradientStatistics found) {
        for (int i = 0; i < found.rows().size(); i++) {
            ParameterBlock block = plan.layout().blocks().get(i);
            if (block.kind() == Kind.FROZEN) {
                continue;
            }
            GradientStatistics.Row expected = referenceStatistics.rows().get(i);
            GradientStatistics.Row actual = found.rows().get(i);
            assertEquals(expected.sumOfSquares(), actual.sumOfSquares(), 1e-6 * expected.sumOfSquares(), block.name());
            assertEquals(expected.maxAbs(), actual.maxAbs(), 1e-12 * expected.maxAbs(), block.name());
            assertEquals(expected.zeros(), actual.zeros(), block.name());
            assertEquals(expected.nonFinite(), actual.nonFinite(), block.name());
        }
    }

    private void assertNorms(UpdateOutcome outcome, double tolerance) {
        double[] weights = GradientOps.norms(referenceParameters, plan.layout());
        double[] updates = GradientOps.norms(referenceGradient, plan.layout());
        for (int i = 0; i < weights.length; i++) {
            String name = plan.layout().blocks().get(i).name();
            double weight = Math.max(weights[i], TYPICAL);
            assertEquals(weights[i], outcome.blocks().get(i).weightNorm(), tolerance * weight, "weights " + name);
            assertEquals(updates[i], outcome.blocks().get(i).updateNorm(), tolerance * updates[i], "update " + name);
        }
    }

    public void assertClose(double tolerance) {
        INDArray states = reference.getUpdater().getStateViewArray();
        float[] parameters = subject.parameters();
        float[] state = subject.state();
        assertEquals(states == null ? 0 : states.length(), state.length);
        for (ParameterUpdate update : plan.updates()) {
            assertClose(referenceParameters, parameters, update.offset(), update, TYPICAL, tolerance);
            for (int k = 0; k < update.kind().states(); k++) {
                assertClose(states, state, update.stateOffset(k), update, 0, tolerance);
            }
        }
    }

    private static void assertClose(
            INDArray expected, float[] actual, long from, ParameterUpdate update, double least, double tolerance) {
        double largest = least;
        double difference = 0;
        for (long i = from; i < from + update.length(); i++) {
            double value = expected.getDouble(i);
            largest = Math.max(largest, Math.abs(value));
            difference = Math.max(difference, Math.abs(value - actual[(int) i]));
        }
        assertTrue(
                difference <= tolerance * largest,
                "off by " + difference + " of " + largest + " from " + from + " on: " + update);
    }

    @Override
    public void close() {
        subject.close();
    }
}
