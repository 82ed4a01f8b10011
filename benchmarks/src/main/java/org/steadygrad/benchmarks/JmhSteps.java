package org.steadygrad.benchmarks;

import org.nd4j.linalg.activations.Activation;
import org.steadygrad.platform.Cpu;

/** A model on an engine, for the JMH micro-benchmarks: the parts of its step apart. */
public final class JmhSteps implements AutoCloseable {
    private static final int WIDTH = 1024;

    private final EngineSide side;

    private JmhSteps(String engine, Workload workload) {
        side = new EngineSide(
                engine, Cpu.detect().usableCores(), workload, Dl4jModels.product(workload), BatchData.of(workload));
        side.step();
    }

    /**
     * One recurrent layer whose last step is classified.
     *
     * @param cell name of a {@link Cell}
     */
    public static JmhSteps recurrent(String engine, String cell, int steps, int batch, int input, int hidden) {
        return new JmhSteps(
                engine, new Workload.Recurrent(Cell.valueOf(cell), 1, false, 0, steps, batch, input, hidden));
    }

    /** @param millions about this many parameters, in square matrices of a thousand columns */
    public static JmhSteps update(String engine, int millions) {
        Workload.Dense model = new Workload.Dense(millions, WIDTH, 1, Activation.TANH, false, false);
        return new JmhSteps(engine, new Workload.Update(model));
    }

    /** Forward and backward. @return the loss */
    public double computeGradient() {
        side.computeGradient();
        return side.loss();
    }

    /** Statistics, clipping and Adam; needs a gradient. */
    public void update() {
        side.update();
    }

    @Override
    public void close() {
        side.close();
    }
}
