package org.steadygrad.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;

/** An engine of the product, through its public interface. */
final class EngineSide implements Side {
    private static final PassOptions PASS = new PassOptions(1, false, false, false);

    private final Engine engine;
    private final MultiDataSet batch;
    private final boolean updateOnly;
    private final ClipPolicy clip = ClipPolicies.of(new ClipRule.ByGlobalNorm(Dl4jModels.MAX_NORM));
    private int iteration;
    private double loss = Double.NaN;
    private GradientStatistics gradient;

    /**
     * @param engineName as {@code --engine} takes it
     * @param threads number of threads that the engine may use
     * @param model where the engine starts from; isn't changed
     */
    EngineSide(String engineName, int threads, Workload workload, ComputationGraph model, BatchData data) {
        engine = EngineRequest.of(engineName, threads).open(model);
        batch = data.toDl4j(workload instanceof Workload.Recurrent);
        updateOnly = workload instanceof Workload.Update;
    }

    @Override
    public String name() {
        return engine.name();
    }

    String device() {
        return engine.device();
    }

    @Override
    public void step() {
        computeGradient();
        update();
    }

    /** Forward and backward. */
    void computeGradient() {
        loss = engine.computeGradient(batch, PASS).loss();
    }

    /** A skipped update would be less work than the peers do. */
    void update() {
        UpdateOutcome outcome = engine.update(new UpdateRule(clip, iteration++, 0, 1));
        gradient = outcome.gradient();
        if (!outcome.applied()) {
            throw new IllegalStateException("The gradient isn't finite at step " + iteration
                    + ", so that this engine leaves work out. Choose weights for the case that keep it finite.");
        }
    }

    @Override
    public long run(int steps) {
        if (!updateOnly) {
            return Side.super.run(steps);
        }
        long time = 0;
        for (int i = 0; i < steps; i++) {
            computeGradient();
            long start = System.nanoTime();
            update();
            time += System.nanoTime() - start;
        }
        return time;
    }

    @Override
    public double loss() {
        return loss;
    }

    /** Norm of each parameter's averaged gradient before clipping, at the last step. */
    Map<String, Double> gradientNorms() {
        Map<String, Double> norms = new LinkedHashMap<>();
        List<ParameterBlock> blocks = gradient.layout().blocks();
        for (int i = 0; i < blocks.size(); i++) {
            norms.put(blocks.get(i).name(), gradient.rows().get(i).norm());
        }
        return norms;
    }

    @Override
    public void close() {
        engine.close();
    }
}
