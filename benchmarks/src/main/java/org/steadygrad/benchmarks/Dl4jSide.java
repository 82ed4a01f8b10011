package org.steadygrad.benchmarks;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** DL4J's own {@code fit}; for updates alone its updater and the subtraction that follows it. */
final class Dl4jSide implements Side {
    private final ComputationGraph model;
    private final MultiDataSet batch;
    private final boolean updateOnly;
    private int iteration;

    /** @param model is trained and closed by this */
    Dl4jSide(Workload workload, ComputationGraph model, BatchData data) {
        this.model = model;
        batch = data.toDl4j(workload instanceof Workload.Recurrent);
        updateOnly = workload instanceof Workload.Update;
        if (updateOnly) {
            model.initGradientsView();
        }
    }

    @Override
    public String name() {
        return "dl4j";
    }

    @Override
    public void step() {
        if (updateOnly) {
            computeGradient();
            update();
        } else {
            model.fit(batch);
        }
    }

    private void computeGradient() {
        model.setInputs(batch.getFeatures());
        model.setLabels(batch.getLabels());
        model.computeGradientAndScore();
    }

    private void update() {
        int examples = (int) batch.getFeatures(0).size(0);
        model.getUpdater().update(model.gradient(), iteration++, 0, examples, LayerWorkspaceMgr.noWorkspaces());
        model.params().subi(model.getFlattenedGradients());
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
        return model.score();
    }

    @Override
    public void close() {
        model.close();
    }
}
