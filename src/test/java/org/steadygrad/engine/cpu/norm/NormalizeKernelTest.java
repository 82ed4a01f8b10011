package org.steadygrad.engine.cpu.norm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cpu.CpuEngine;
import org.steadygrad.engine.cpu.LikeDl4j;
import org.steadygrad.nn.BatchNorm;

/** Batch normalisation of vectors and sequences, DL4J's and ours. */
class NormalizeKernelTest {
    private static final ContractData DATA = new ContractData(4);

    private static BatchNorm norm(boolean logStd, Activation activation) {
        return (BatchNorm)
                new BatchNorm.Builder().useLogStd(logStd).activation(activation).build();
    }

    private static ContractCase vectors(String name, int batch, Layer... layers) {
        return new ContractCase(
                name,
                chain(InputType.feedForward(5), layers),
                ContractData.batch(DATA.normal(batch, 5), DATA.oneHot(batch, 3)));
    }

    @TestFactory
    Stream<DynamicTest> ofVectors() {
        List<ContractCase> cases = new ArrayList<>();
        for (boolean logStd : new boolean[] {true, false}) {
            for (int units : new int[] {1, 17, 33, 300}) {
                for (int batch : new int[] {3, 33}) {
                    String title = units + " units, batch of " + batch + (logStd ? ", log" : "");
                    BatchNormalization dl4js =
                            new BatchNormalization.Builder().useLogStd(logStd).build();
                    cases.add(vectors("DL4J's, " + title, batch, dense(units), dl4js, dense(3), classes(3)));
                    cases.add(
                            vectors("ours, " + title, batch, dense(units), norm(logStd, Activation.RELU), classes(3)));
                }
            }
        }
        for (Activation f : new Activation[] {
            Activation.IDENTITY, Activation.LEAKYRELU, Activation.TANH, Activation.SOFTPLUS, Activation.SOFTMAX
        }) {
            cases.add(vectors("with " + f, 17, dense(7), norm(true, f), classes(3)));
        }
        cases.add(vectors("of the features", 17, norm(true, Activation.RELU), classes(3)));
        return LikeDl4j.each(cases.stream());
    }

    @TestFactory
    Stream<DynamicTest> lockedAndFrozen() {
        Layer locked =
                new BatchNorm.Builder().lockGammaBeta(true).gamma(2).beta(0.5).build();
        Layer lockedDl4j = new BatchNormalization.Builder()
                .lockGammaBeta(true)
                .gamma(2)
                .beta(0.5)
                .build();
        return LikeDl4j.each(Stream.of(
                vectors("locked", 7, dense(5), locked, classes(3)),
                vectors("locked at the bottom", 7, locked, classes(3)),
                vectors("DL4J's locked", 7, dense(5), lockedDl4j, dense(3), classes(3)),
                vectors("frozen", 7, new FrozenLayer(norm(true, Activation.RELU)), dense(5), classes(3)),
                vectors(
                        "frozen between",
                        7,
                        dense(5),
                        new FrozenLayerWithBackprop(norm(false, Activation.RELU)),
                        classes(3))));
    }

    @TestFactory
    Stream<DynamicTest> ofSequences() {
        List<ContractCase> cases = new ArrayList<>();
        INDArray mask = ContractData.mask(5, 5, 3, 0, 1, 5, 4, 2);
        for (INDArray rows : new INDArray[] {null, mask}) {
            for (Activation f : new Activation[] {Activation.IDENTITY, Activation.RELU, Activation.SIGMOID}) {
                MultiDataSet batch = ContractData.batch(
                        DATA.normal(7, 5, 5), DATA.oneHot(7, 3, 5), rows, rows == null ? null : rows.dup());
                cases.add(new ContractCase(
                        f + (rows == null ? "" : ", masked"),
                        chain(InputType.recurrent(5), norm(true, f), stepClasses(3)),
                        batch));
            }
        }
        return LikeDl4j.each(cases.stream());
    }

    /** From 16 columns on oneDNN does it, where there is no mask. */
    @TestFactory
    Stream<DynamicTest> ofManyColumns() {
        List<ContractCase> cases = new ArrayList<>();
        for (int units : new int[] {15, 16, 17, 33, 256}) {
            for (int batch : new int[] {2, 7, 128}) {
                boolean logStd = units % 2 == 0;
                Layer below = dense(units, Activation.IDENTITY);
                String title = units + " units, batch of " + batch;
                cases.add(vectors(title, batch, below, norm(logStd, Activation.RELU), classes(3)));
                cases.add(vectors("linear, " + title, batch, below, norm(logStd, Activation.IDENTITY), classes(3)));
            }
        }
        Layer locked = new BatchNorm.Builder()
                .lockGammaBeta(true)
                .gamma(2)
                .beta(0.5)
                .activation(Activation.RELU)
                .build();
        cases.add(vectors("locked", 7, dense(17), locked, classes(3)));
        cases.add(wide("at the bottom", DATA.normal(7, 17), norm(true, Activation.RELU)));
        cases.add(wide("locked at the bottom", DATA.normal(7, 17), locked));
        cases.add(new ContractCase(
                "sequences",
                chain(InputType.recurrent(17), norm(true, Activation.RELU), stepClasses(3)),
                ContractData.batch(DATA.normal(7, 17, 5), DATA.oneHot(7, 3, 5))));
        return LikeDl4j.each(cases.stream());
    }

    private static ContractCase wide(String name, INDArray x, Layer norm) {
        return new ContractCase(
                name,
                chain(InputType.feedForward(x.size(1)), norm, classes(3)),
                ContractData.batch(x, DATA.oneHot((int) x.size(0), 3)));
    }

    /** However far the mean is from 0, for all columns or for one. */
    @TestFactory
    Stream<DynamicTest> farFromZeroInManyColumns() {
        List<ContractCase> cases = new ArrayList<>();
        for (double mean : new double[] {1, 15, 30, 1000, -1000}) {
            cases.add(wide("mean " + mean, DATA.normal(128, 33).addi(mean), norm(false, Activation.RELU)));
        }
        INDArray one = DATA.normal(128, 33);
        one.getColumn(32).addi(1000);
        cases.add(wide("one column", one, norm(false, Activation.RELU)));
        cases.add(wide(
                "identical rows",
                DATA.normal(1, 33).repeat(0, 7).addi(1000).castTo(DataType.FLOAT),
                norm(false, Activation.RELU)));
        cases.add(wide("zeros", DATA.normal(7, 33).muli(0), norm(false, Activation.RELU)));
        return LikeDl4j.each(cases.stream());
    }

    /** ReLU doesn't turn NaN into 0; the next batch is as good as ever. */
    @Test
    void notANumberIsPassedOn() {
        ContractCase test = wide("", DATA.normal(7, 17), norm(false, Activation.RELU));
        INDArray broken = test.batch().getFeatures(0).dup();
        broken.putScalar(3, 5, Double.NaN);
        try (CpuEngine engine = LikeDl4j.engine(test.model())) {
            Gradient before = LikeDl4j.gradient(engine, test.batch(), 1);
            Gradient bad = LikeDl4j.gradient(
                    engine, ContractData.batch(broken, test.batch().getLabels(0)), 1);
            assertEquals(Double.NaN, bad.loss());
            assertSame(before, LikeDl4j.gradient(engine, test.batch(), 1));
        }
    }

    private static void assertSame(Gradient expected, Gradient actual) {
        assertEquals(expected.loss(), actual.loss());
        expected.blocks()
                .forEach((name, values) ->
                        assertArrayEquals(values, actual.blocks().get(name), name));
    }

    /** A mean that is large beside the deviation costs no digits. */
    @Test
    void farFromZero() {
        INDArray x = DATA.normal(33, 5).muli(0.01).addi(100);
        LikeDl4j.check(new ContractCase(
                "",
                chain(InputType.feedForward(5), norm(false, Activation.RELU), classes(3)),
                ContractData.batch(x, DATA.oneHot(33, 3))));
    }

    /** Work is divided by columns, so that the number of threads changes nothing. */
    @Test
    void runsAreBitIdentical() {
        ContractCase test = vectors("", 33, dense(300), norm(true, Activation.RELU), dense(17), classes(3));
        try (CpuEngine engine = LikeDl4j.engine(test.model())) {
            Gradient first = LikeDl4j.gradient(engine, test.batch(), 1);
            Gradient again = LikeDl4j.gradient(engine, test.batch(), 1);
            assertSame(first, again);
        }
    }
}
