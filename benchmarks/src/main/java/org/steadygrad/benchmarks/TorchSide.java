package org.steadygrad.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * PyTorch through DJL: forward, backward, clipping as {@code clip_grad_norm_} does it (one norm per parameter, the norm of
 * these, one multiplication in place per parameter, nothing read back in between), and DJL's Adam, which also sets the
 * gradients to zero.
 */
final class TorchSide implements Side {
    private static final float NORM_EPSILON = 1e-6f;

    private final NDManager manager;
    private final TorchModel model;
    private final boolean updateOnly;
    private final Optimizer adam = Adam.builder()
            .optLearningRateTracker(Tracker.fixed((float) Dl4jModels.LEARNING_RATE))
            .build();
    private boolean readNorms;
    private double loss = Double.NaN;
    private Map<String, Double> gradientNorms = Map.of();

    /** @param start whose parameters are copied */
    TorchSide(Workload workload, ComputationGraph start, BatchData data) {
        manager = Torch.engine().newBaseManager();
        updateOnly = workload instanceof Workload.Update;
        if (workload instanceof Workload.Recurrent shape) {
            model = new TorchRecurrent(shape, start, data, manager);
        } else {
            Workload.Dense shape =
                    workload instanceof Workload.Update update ? update.model() : (Workload.Dense) workload;
            model = new TorchDense(shape, start, data, manager);
        }
    }

    @Override
    public String name() {
        return Torch.NAME;
    }

    @Override
    public void step() {
        timedStep();
    }

    /** @return nanoseconds that count */
    private long timedStep() {
        try (NDManager perStep = manager.newSubManager()) {
            NDList constants = model.constants();
            constants.forEach(constant -> constant.tempAttach(perStep));
            long start = System.nanoTime();
            try (GradientCollector collector = Engine.getEngine(Torch.ENGINE).newGradientCollector()) {
                NDArray result = model.loss();
                collector.backward(result);
                loss = result.getFloat();
            }
            long updateStart = System.nanoTime();
            NDList norms = update();
            long end = System.nanoTime();
            if (readNorms) {
                gradientNorms = named(norms);
            }
            return end - (updateOnly ? updateStart : start);
        }
    }

    private Map<String, Double> named(NDList norms) {
        Map<String, Double> all = new LinkedHashMap<>();
        int i = 0;
        for (String name : model.parameters().keySet()) {
            all.put(name, (double) norms.get(i++).getFloat());
        }
        return all;
    }

    /** @return the norm of each parameter's gradient before clipping */
    private NDList update() {
        List<NDArray> parameters = List.copyOf(model.parameters().values());
        NDList gradients = new NDList();
        NDList norms = new NDList();
        for (NDArray parameter : parameters) {
            NDArray gradient = parameter.getGradient();
            gradients.add(gradient);
            norms.add(gradient.norm());
        }
        NDArray norm = NDArrays.stack(norms).norm();
        NDArray factor = norm.add(NORM_EPSILON)
                .getNDArrayInternal()
                .rdiv((float) Dl4jModels.MAX_NORM)
                .minimum(1f);
        for (int i = 0; i < gradients.size(); i++) {
            gradients.get(i).muli(factor);
            adam.update(Integer.toString(i), parameters.get(i), gradients.get(i));
        }
        return norms;
    }

    @Override
    public long run(int steps) {
        if (!updateOnly) {
            return Side.super.run(steps);
        }
        long time = 0;
        for (int i = 0; i < steps; i++) {
            time += timedStep();
        }
        return time;
    }

    @Override
    public double loss() {
        return loss;
    }

    /** Whether steps keep the gradients' norms, which costs time. */
    void readNorms(boolean on) {
        readNorms = on;
    }

    /** Norm of each parameter's gradient before clipping, at the last step. */
    Map<String, Double> gradientNorms() {
        return gradientNorms;
    }

    @Override
    public void close() {
        manager.close();
    }
}
