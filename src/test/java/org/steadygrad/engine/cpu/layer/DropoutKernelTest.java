package org.steadygrad.engine.cpu.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.stepOutput;

import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cpu.CpuEngine;
import org.steadygrad.engine.cpu.LikeDl4j;
import org.steadygrad.engine.plan.RandomStream;

class DropoutKernelTest {
    private static final double KEEP = 0.6;

    /** Of one example of ones, the gradient of a weight says whether its input was kept. */
    @Test
    void masksAreThoseOfTheStream() {
        int inputs = 3000;
        long seed = 77;
        ContractCase test = new ContractCase(
                "",
                chain(
                        InputType.feedForward(inputs),
                        new DropoutLayer(KEEP),
                        output(1, LossFunction.MSE, Activation.IDENTITY)),
                ContractData.batch(Nd4j.ones(1, inputs), Nd4j.scalar(9f).reshape(1, 1)));
        try (CpuEngine engine = LikeDl4j.engine(test.model())) {
            double[] slopes =
                    LikeDl4j.gradient(engine, test.batch(), seed).blocks().get("out_W");
            int[] numbers = new int[inputs];
            RandomStream.fill(seed, 0, 0, numbers, inputs);
            for (int i = 0; i < inputs; i++) {
                boolean kept = Integer.toUnsignedLong(numbers[i]) < RandomStream.threshold(KEEP);
                assertEquals(kept, slopes[i] != 0, "input " + i);
            }
        }
    }

    /** Numbers are counted example by example, whatever the order in memory. */
    @Test
    void inSequencesElementsCountExampleByExample() {
        int steps = 5;
        int inputs = 7;
        ContractCase test = new ContractCase(
                "",
                chain(
                        InputType.recurrent(inputs),
                        new DropoutLayer(KEEP),
                        stepOutput(1, LossFunction.MSE, Activation.IDENTITY)),
                ContractData.batch(
                        Nd4j.ones(3, inputs, steps), Nd4j.ones(3, 1, steps).muli(9)));
        for (int example = 0; example < 3; example++) {
            for (int step = 0; step < steps; step++) {
                INDArray only = Nd4j.zeros(3, steps);
                only.putScalar(example, step, 1);
                ContractCase one = new ContractCase(
                        "",
                        test.configuration(),
                        ContractData.batch(
                                test.batch().getFeatures(0), test.batch().getLabels(0), null, only));
                try (CpuEngine engine = LikeDl4j.engine(test.model())) {
                    double[] slopes =
                            LikeDl4j.gradient(engine, one.batch(), 5).blocks().get("out_W");
                    int[] numbers = new int[inputs];
                    RandomStream.fill(5, 0, (long) (example * steps + step) * inputs, numbers, inputs);
                    for (int i = 0; i < inputs; i++) {
                        boolean kept = Integer.toUnsignedLong(numbers[i]) < RandomStream.threshold(KEEP);
                        assertEquals(kept, slopes[i] != 0, example + ", " + step + ", " + i);
                    }
                }
            }
        }
    }

    /** The loss along the gradient, masks held by the seed, rises as the gradient says. */
    @Test
    void backwardUsesTheMasksOfForward() {
        ContractData data = new ContractData(3);
        ContractCase test = new ContractCase(
                "",
                chain(
                        InputType.feedForward(5),
                        dense(17),
                        new DenseLayer.Builder().nOut(33).dropOut(KEEP).build(),
                        new DropoutLayer(KEEP),
                        classes(3)),
                ContractData.batch(data.normal(7, 5), data.oneHot(7, 3)));
        ComputationGraph model = test.model();
        try (CpuEngine engine = LikeDl4j.engine(model)) {
            Gradient gradient = LikeDl4j.gradient(engine, test.batch(), 7);
            double[] flat = gradient.blocks().values().stream()
                    .flatMapToDouble(java.util.Arrays::stream)
                    .toArray();
            double[] direction = new Random(1).doubles(flat.length, -1, 1).toArray();
            double along = 0;
            double size = 0;
            for (int i = 0; i < flat.length; i++) {
                direction[i] += 3 * Math.signum(flat[i]);
                along += flat[i] * direction[i];
                size += direction[i] * direction[i];
            }
            double step = 0.02 / Math.sqrt(size);
            double rise = lossAt(engine, model, direction, step, test) - lossAt(engine, model, direction, -step, test);
            assertEquals(along, rise / (2 * step), 0.01 * along);
        }
    }

    private static double lossAt(
            CpuEngine engine, ComputationGraph model, double[] direction, double step, ContractCase test) {
        ComputationGraph moved = model.clone();
        INDArray shift =
                Nd4j.createFromArray(direction).muli(step).castTo(moved.params().dataType());
        moved.params().addi(shift.reshape(moved.params().shape()));
        engine.importFrom(moved);
        return LikeDl4j.gradient(engine, test.batch(), 7).loss();
    }

    @Test
    void theSeedDecides() {
        ContractData data = new ContractData(3);
        ContractCase test = new ContractCase(
                "",
                chain(InputType.feedForward(5), new DropoutLayer(KEEP), dense(17), classes(3)),
                ContractData.batch(data.normal(7, 5), data.oneHot(7, 3)));
        try (CpuEngine engine = LikeDl4j.engine(test.model())) {
            Gradient first = LikeDl4j.gradient(engine, test.batch(), 7);
            Gradient other = LikeDl4j.gradient(engine, test.batch(), 8);
            Gradient again = LikeDl4j.gradient(engine, test.batch(), 7);
            assertArrayEquals(first.blocks().get("l1_W"), again.blocks().get("l1_W"));
            org.junit.jupiter.api.Assertions.assertNotEquals(first.loss(), other.loss());
            LikeDl4j.checkOutput(engine, test);
        }
    }
}
