package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

/** The engine under test, and how its gradient is read through nothing but the engine's own interface. */
public interface EngineSubject {
    /** Of a gradient in float against one in double, per parameter. */
    double TOLERANCE = 1e-4;

    /** Updates are scaled up by this much where they are compared with the gradient, beside the parameters' own digits. */
    double MAGNIFIED = 1 << 14;

    /** Makes the engine under test. */
    EngineProvider provider();

    /** Why the engine is known to fail this one test, which is skipped then; empty where it must pass. */
    default Optional<String> deviation(String test) {
        return Optional.empty();
    }

    /** Whether the engine is known not to support this model, whose test is skipped then; else it must. */
    default boolean mayRefuse(ComputationGraph model) {
        return false;
    }

    /** An engine for the model. Where the engine can't be used at all, the test is skipped, with the reason. */
    default Engine engine(ComputationGraph model) {
        Availability availability = provider().probe();
        Assumptions.assumeTrue(availability.usable(), availability::detail);
        Optional<String> obstacle = provider().unsupported(model);
        Assumptions.assumeFalse(obstacle.isPresent() && mayRefuse(model), () -> obstacle.orElse(""));
        assertEquals(Optional.empty(), obstacle, "the contract's models are for every engine");
        return provider().create(model);
    }

    /** A pass like any other: nothing carried, nothing accumulated, no trace. */
    static PassOptions plain() {
        return plain(5);
    }

    static PassOptions plain(long seed) {
        return new PassOptions(seed, false, false, false);
    }

    /** The first update, without clipping. */
    static UpdateRule unclipped() {
        return rule(new ClipRule.None(), 0);
    }

    static UpdateRule rule(ClipRule clip, int iteration) {
        return new UpdateRule(always(clip), iteration, 0, 1);
    }

    /** A policy that always decides the same. */
    static ClipPolicy always(ClipRule rule) {
        return new ClipPolicy() {
            @Override
            public ClipRule decide(double globalNorm) {
                return rule;
            }

            @Override
            public Map<String, double[]> state() {
                return Map.of();
            }

            @Override
            public void restore(Map<String, double[]> state) {
                assertEquals(Map.of(), state);
            }
        };
    }

    /** The engine's parameters by name. */
    static Map<String, double[]> parameters(Engine engine, ComputationGraph work) {
        engine.exportTo(work);
        return Gradient.parameters(work);
    }

    /** Runs one pass and reads its gradient; the engine is as before afterwards. */
    static Gradient gradient(Engine engine, ComputationGraph model, MultiDataSet batch, PassOptions options) {
        EngineSnapshot before = engine.snapshot();
        double loss = engine.computeGradient(batch, options).loss();
        Map<String, double[]> blocks = collected(engine, model.clone());
        engine.restore(before);
        return new Gradient(loss, blocks);
    }

    /**
     * Reads the gradient that waits in the engine, whose model has Sgd with a rate of 1, and applies it; the update must
     * be the gradient as far as the parameters' digits show it. In place of a gradient, running statistics have old minus
     * new.
     */
    static Map<String, double[]> collected(Engine engine, ComputationGraph work) {
        Map<String, double[]> old = parameters(engine, work);
        float[] flat = new float[Math.toIntExact(engine.layout().length())];
        engine.copyGradient(flat);
        UpdateOutcome outcome = engine.update(new UpdateRule(always(new ClipRule.None()), 0, 0, MAGNIFIED));
        assertTrue(outcome.applied(), "the update was applied");
        Map<String, double[]> now = parameters(engine, work);
        Map<String, double[]> blocks = new LinkedHashMap<>();
        for (ParameterBlock block : engine.layout().blocks()) {
            double[] from = old.get(block.name());
            double[] to = now.get(block.name());
            double[] values = new double[from.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = from[i] - to[i];
                if (block.kind() == Kind.TRAINED) {
                    values[i] = flat[(int) block.offset() + i];
                    double digits = Math.ulp((float) from[i]) + Math.ulp((float) to[i]);
                    assertEquals(
                            MAGNIFIED * values[i],
                            from[i] - to[i],
                            digits + 1e-5 * MAGNIFIED * Math.abs(values[i]),
                            "update of " + block.name());
                }
            }
            blocks.put(block.name(), values);
        }
        assertStatistics(blocks, outcome.gradient());
        return blocks;
    }

    private static void assertStatistics(Map<String, double[]> blocks, GradientStatistics statistics) {
        for (int i = 0; i < statistics.rows().size(); i++) {
            ParameterBlock block = statistics.layout().blocks().get(i);
            double norm = Gradient.norm(blocks.get(block.name()));
            if (block.trained()) {
                assertEquals(norm, statistics.rows().get(i).norm(), 1e-4 * norm + 1e-12, "norm of " + block.name());
            }
        }
        assertEquals(0, statistics.nonFinite());
    }

    /** Asserts that the engine's loss and gradient are those of DL4J in double. */
    default void assertLikeDl4j(ContractCase test) {
        assertLike(Gradient.byDl4j(test.reference(), test.referenceBatch()), test);
    }

    /** Asserts that the engine's loss and gradient are those given. */
    default void assertLike(Gradient expected, ContractCase test) {
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            Gradient actual = gradient(engine, model, test.batch(), plain());
            assertEquals(expected.loss(), actual.loss(), 1e-5 * (1 + Math.abs(expected.loss())), "loss");
            Gradient.assertClose(expected.blocks(), actual.blocks(), TOLERANCE, "gradient");
        }
    }
}
