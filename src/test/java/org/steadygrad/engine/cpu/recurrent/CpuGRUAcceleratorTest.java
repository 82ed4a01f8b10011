package org.steadygrad.engine.cpu.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels;
import org.steadygrad.engine.Gradient;
import org.steadygrad.nn.GRU;

/** The plain GRU layer with and without the kernel: {@code net.fit} comes to the same. */
class CpuGRUAcceleratorTest {
    private static final String PROPERTY = "org.steadygrad.gru";

    /** What a fresh model makes of it when its layers run on ND4J's operations. */
    private static <T> T onNd4j(ContractCase test, Function<ComputationGraph, T> work) {
        System.setProperty(PROPERTY, "nd4j");
        try {
            return work.apply(test.model());
        } finally {
            System.clearProperty(PROPERTY);
        }
    }

    private static ContractCase stepwise(String name, int batch, int steps, int size, int[] lengths, Layer... layers) {
        ContractData data = new ContractData(batch + 31L * steps);
        INDArray mask = lengths == null ? null : ContractData.mask(steps, lengths);
        return new ContractCase(
                name,
                chain(InputType.recurrent(size), layers),
                ContractData.batch(
                        data.normal(batch, size, steps),
                        data.oneHot(batch, 3, steps),
                        mask,
                        mask == null ? null : mask.dup()));
    }

    private static GRU gru(int units) {
        return new GRU.Builder().nOut(units).build();
    }

    @Test
    void isThereAndUsable() {
        assertTrue(new CpuGRUAccelerator().usable());
    }

    @TestFactory
    Stream<DynamicTest> sameGradients() {
        List<ContractCase> cases = new ArrayList<>();
        for (int[] s : new int[][] {{1, 1, 1, 1}, {3, 33, 7, 17}, {17, 5, 1, 33}, {7, 300, 3, 3}}) {
            String name = "batch " + s[0] + ", steps " + s[1] + ", inputs " + s[2] + ", units " + s[3];
            cases.add(stepwise(name, s[0], s[1], s[2], null, gru(s[3]), stepClasses(3)));
        }
        cases.add(stepwise("stacked", 7, 9, 3, null, gru(5), gru(4), stepClasses(3)));
        cases.add(stepwise("in between", 7, 9, 3, null, ContractModels.dense(4), gru(4), stepClasses(3)));
        cases.add(stepwise(
                "both ways", 7, 9, 3, null, new Bidirectional(Bidirectional.Mode.CONCAT, gru(4)), stepClasses(3)));
        cases.add(lastStep());
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertSame(test)));
    }

    /** Here the layer gets the mask. */
    private static ContractCase lastStep() {
        ContractData data = new ContractData(6);
        INDArray mask = ContractData.mask(9, 9, 3, 1, 7, 9);
        mask.putScalar(3, 2, 0);
        return new ContractCase(
                "last step, masked",
                chain(InputType.recurrent(3), new LastTimeStep(gru(5)), ContractModels.classes(3)),
                ContractData.batch(data.normal(5, 3, 9), data.oneHot(5, 3), mask, null));
    }

    private static void assertSame(ContractCase test) {
        Gradient expected = onNd4j(test, model -> Gradient.byDl4j(model, test.batch()));
        ComputationGraph model = test.model();
        Gradient actual = Gradient.byDl4j(model, test.batch());
        assertEquals(expected.loss(), actual.loss(), 1e-5 * Math.abs(expected.loss()));
        Gradient.assertClose(expected.blocks(), actual.blocks(), 1e-5, "gradient");
        Gradient again = Gradient.byDl4j(model, test.batch());
        Gradient.assertClose(actual.blocks(), again.blocks(), 1e-6, "a second pass");
    }

    @TestFactory
    Stream<DynamicTest> sameTrainingInAnyWorkspace() {
        return Stream.of(WorkspaceMode.values())
                .distinct()
                .map(mode -> DynamicTest.dynamicTest(mode.name(), () -> {
                    ContractCase test = stepwise("", 7, 9, 3, null, gru(5), gru(4), stepClasses(3));
                    test.configuration().setTrainingWorkspaceMode(mode);
                    test.configuration().setInferenceWorkspaceMode(mode);
                    INDArray expected = onNd4j(test, model -> trained(model, test.batch()));
                    INDArray actual = trained(test.model(), test.batch());
                    assertEquals(
                            0, Transforms.abs(expected.sub(actual)).maxNumber().doubleValue(), 1e-4);
                }));
    }

    private static INDArray trained(ComputationGraph model, MultiDataSet batch) {
        for (int i = 0; i < 5; i++) {
            model.fit(batch);
            model.output(batch.getFeatures(0));
        }
        return model.params();
    }

    /** As where a model is trained by one thread and serves others later. */
    @Test
    void aModelIsUsedByAnotherThreadThanTheOneThatTrainedIt() throws InterruptedException {
        ContractCase test = stepwise("", 7, 33, 3, null, gru(17), stepClasses(3));
        ComputationGraph model = test.model();
        trained(model, test.batch());
        INDArray here = model.outputSingle(test.batch().getFeatures(0)).dup();
        INDArray[] there = new INDArray[1];
        Thread server = new Thread(
                () -> there[0] = model.outputSingle(test.batch().getFeatures(0)).dup());
        server.start();
        server.join();
        assertEquals(here, there[0]);
    }

    @Test
    void featuresInTheLastDimension() {
        ContractData data = new ContractData(3);
        Layer gru = new GRU.Builder().nOut(5).dataFormat(RNNFormat.NWC).build();
        Layer output = new org.deeplearning4j.nn.conf.layers.RnnOutputLayer.Builder()
                .nOut(3)
                .dataFormat(RNNFormat.NWC)
                .build();
        assertSame(new ContractCase(
                "",
                chain(InputType.recurrent(4, 9, RNNFormat.NWC), gru, output),
                ContractData.batch(data.normal(7, 9, 4), data.normal(7, 9, 3))));
    }

    @Test
    void continuedInference() {
        ContractCase test = stepwise("", 3, 9, 4, null, gru(5), stepClasses(3));
        INDArray features = test.batch().getFeatures(0);
        ComputationGraph model = test.model();
        INDArray whole = model.output(features)[0];
        model.rnnTimeStep(piece(features, 0, 6));
        INDArray rest = model.rnnTimeStep(piece(features, 6, 9))[0];
        assertEquals(0, piece(whole, 6, 9).sub(rest).amaxNumber().doubleValue(), 1e-5);
    }

    private static INDArray piece(INDArray sequence, int from, int to) {
        return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup();
    }

    @Test
    void truncatedBackPropagation() {
        ContractData data = new ContractData(14);
        ComputationGraphConfiguration configuration = chain(InputType.recurrent(3), gru(5), stepClasses(3));
        configuration.setBackpropType(BackpropType.TruncatedBPTT);
        configuration.setTbpttFwdLength(4);
        configuration.setTbpttBackLength(4);
        ContractCase test =
                new ContractCase("", configuration, ContractData.batch(data.normal(3, 3, 12), data.oneHot(3, 3, 12)));
        INDArray expected = onNd4j(test, model -> trainedOnce(model, test.batch()));
        INDArray actual = trainedOnce(test.model(), test.batch());
        assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 1e-4);
    }

    private static INDArray trainedOnce(ComputationGraph model, MultiDataSet batch) {
        model.fit(batch);
        return model.params();
    }
}
