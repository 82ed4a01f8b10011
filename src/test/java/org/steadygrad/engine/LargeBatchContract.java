package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ParameterBlock;

/** Batch normalisation of so many rows so far from 0 that sums in float would lose most digits. */
public interface LargeBatchContract extends EngineSubject {
    int ROWS = 1 << 16;
    List<Double> MEANS = List.of(10_000.0, -300.0, 0.5);
    List<Double> DEVIATIONS = List.of(1.0, 2.0, 1.0);
    int COLUMNS = 3;

    /**
     * What is given and what must come out, by row and column, in double from the values as floats hold them.
     *
     * @param loss mean over rows of the mean over columns of the squared differences
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Sample(
            float[][] x, float[][] y, double[] mean, double[] variance, double loss, double[] gamma, double[] beta) {
        static Sample draw() {
            SplittableRandom random = new SplittableRandom(8);
            float[][] x = new float[ROWS][COLUMNS];
            float[][] y = new float[ROWS][COLUMNS];
            double[] mean = new double[COLUMNS];
            double[] variance = new double[COLUMNS];
            double[] gamma = new double[COLUMNS];
            double[] beta = new double[COLUMNS];
            double loss = 0;
            for (int j = 0; j < COLUMNS; j++) {
                double sum = 0;
                for (int i = 0; i < ROWS; i++) {
                    x[i][j] = (float) (MEANS.get(j) + DEVIATIONS.get(j) * random.nextGaussian());
                    y[i][j] = (float) (random.nextGaussian() + 0.5);
                    sum += x[i][j] - MEANS.get(j);
                }
                mean[j] = MEANS.get(j) + sum / ROWS;
                for (int i = 0; i < ROWS; i++) {
                    variance[j] += (x[i][j] - mean[j]) * (x[i][j] - mean[j]) / ROWS;
                }
                for (int i = 0; i < ROWS; i++) {
                    double n = (x[i][j] - mean[j]) / Math.sqrt(variance[j] + 1e-5);
                    double difference = n - y[i][j];
                    loss += difference * difference / COLUMNS / ROWS;
                    beta[j] += 2 * difference / COLUMNS / ROWS;
                    gamma[j] += 2 * difference * n / COLUMNS / ROWS;
                }
            }
            return new Sample(x, y, mean, variance, loss, gamma, beta);
        }
    }

    @TestFactory
    default Stream<DynamicTest> momentsOfManyRows() {
        Sample sample = Sample.draw();
        return Stream.of(
                DynamicTest.dynamicTest("DL4J's layer", () -> check(sample, new BatchNormalization(), 1)),
                DynamicTest.dynamicTest("BatchNorm", () -> check(sample, new BatchNorm(), 1)),
                DynamicTest.dynamicTest("BatchNorm of sequences", () -> check(sample, new BatchNorm(), 64)));
    }

    /** @param steps time steps that the rows are divided into; 1 for vectors */
    private void check(Sample sample, BatchNormalization norm, int steps) {
        boolean sequences = steps > 1;
        norm.setEps(1e-5);
        norm.setDecay(0.9);
        norm.setUseLogStd(false);
        norm.setIUpdater(new Sgd(1));
        InputType input = sequences ? InputType.recurrent(COLUMNS) : InputType.feedForward(COLUMNS);
        ComputationGraph model = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(1))
                .graphBuilder()
                .addInputs("in")
                .addLayer("norm", norm, "in")
                .addLayer(
                        "loss",
                        sequences
                                ? new RnnLossLayer.Builder(LossFunction.MSE)
                                        .activation(Activation.IDENTITY)
                                        .build()
                                : new LossLayer.Builder(LossFunction.MSE)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                        "norm")
                .setOutputs("loss")
                .setInputTypes(input)
                .build());
        model.init();
        MultiDataSet batch = new MultiDataSet(array(sample.x(), steps), array(sample.y(), steps));
        try (Engine engine = engine(model)) {
            // DL4J's loss of sequences is summed over time
            double loss = engine.computeGradient(batch, plain()).loss() / steps;
            float[] gradient = new float[(int) engine.layout().length()];
            engine.copyGradient(gradient);
            engine.update(EngineSubject.unclipped());
            engine.exportTo(model);
            assertEquals(sample.loss(), loss, 2e-5 * sample.loss());
            for (ParameterBlock block : engine.layout().blocks()) {
                for (int j = 0; j < COLUMNS; j++) {
                    compare(sample, block, j, gradient[(int) block.offset() + j] / steps, model);
                }
            }
        }
    }

    private static PassOptions plain() {
        return EngineSubject.plain();
    }

    private static void compare(Sample sample, ParameterBlock block, int j, double gradient, ComputationGraph model) {
        double value = model.params().getDouble(block.offset() + j);
        String what = block.name() + " " + j;
        switch (block.name().substring(block.name().lastIndexOf('_') + 1)) {
            case "gamma" -> assertEquals(sample.gamma()[j], gradient, 2e-5, what);
            case "beta" -> assertEquals(sample.beta()[j], gradient, 2e-5, what);
            // of what floats can tell of the mean, and of the old mean, 0
            case "mean" -> assertEquals(0.1 * sample.mean()[j], value, 1e-7 * Math.abs(sample.mean()[j]) + 1e-6, what);
            case "var" -> assertEquals(0.9 + 0.1 * sample.variance()[j], value, 2e-5, what);
            default -> throw new AssertionError(what);
        }
    }

    /** [rows / steps, columns, steps], or [rows, columns]. */
    private static INDArray array(float[][] rows, int steps) {
        INDArray matrix = Nd4j.create(rows);
        return steps == 1
                ? matrix
                : matrix.reshape('c', ROWS / steps, steps, COLUMNS)
                        .permute(0, 2, 1)
                        .dup('c');
    }
}
