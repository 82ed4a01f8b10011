package org.steadygrad.engine;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.ActivationExactGelu;
import org.steadygrad.nn.BatchNorm;

/** Loss and gradients of layers without a time axis. */
public interface VectorLayersContract extends EngineSubject {
    private static ContractCase vectors(String name, int batch, int size, Layer... layers) {
        ContractData data = new ContractData(batch + 31L * size);
        return new ContractCase(
                name,
                chain(InputType.feedForward(size), layers),
                ContractData.batch(data.normal(batch, size), data.oneHot(batch, 3)));
    }

    @TestFactory
    default Stream<DynamicTest> everyActivation() {
        List<IActivation> activations = new ArrayList<>();
        Arrays.stream(Activation.values())
                .filter(a -> a != Activation.RRELU) // draws random slopes
                .map(Activation::getActivationFunction)
                .forEach(activations::add);
        activations.add(new ActivationExactGelu());
        return activations.stream()
                .map(activation -> vectors(
                        "dense " + activation,
                        7,
                        3,
                        new DenseLayer.Builder().nOut(17).activation(activation).build(),
                        classes(3)))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> awkwardSizes() {
        int[][] sizes = {
            {1, 1, 1}, {1, 33, 7}, {3, 17, 1}, {7, 1, 33}, {17, 3, 17}, {33, 7, 3}, {33, 33, 33}, {1, 1, 17},
        };
        return Stream.of(sizes)
                .map(s -> vectors(Arrays.toString(s), s[0], s[1], dense(s[2]), dense(s[0]), classes(3)))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> layers() {
        return Stream.of(
                        vectors(
                                "without bias",
                                7,
                                3,
                                new DenseLayer.Builder().nOut(5).hasBias(false).build(),
                                classes(3)),
                        vectors(
                                "activation layer",
                                7,
                                3,
                                dense(5, Activation.IDENTITY),
                                new ActivationLayer(Activation.ELU),
                                classes(3)),
                        vectors("frozen at the bottom", 7, 3, new FrozenLayer(dense(4)), dense(5), classes(3)),
                        vectors("frozen between", 7, 3, dense(4), new FrozenLayerWithBackprop(dense(5)), classes(3)),
                        vectors("output alone", 3, 7, classes(3)),
                        vectors("twenty deep", 7, 5, twentyDeep()))
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    private static Layer[] twentyDeep() {
        Layer[] layers = new Layer[21];
        Arrays.setAll(layers, i -> i == 20 ? classes(3) : dense(5));
        return layers;
    }

    @TestFactory
    default Stream<DynamicTest> batchNorm() {
        List<ContractCase> cases = new ArrayList<>();
        for (boolean logStd : new boolean[] {true, false}) {
            BatchNorm ours = (BatchNorm) new BatchNorm.Builder()
                    .useLogStd(logStd)
                    .activation(Activation.RELU)
                    .build();
            BatchNormalization dl4js =
                    new BatchNormalization.Builder().useLogStd(logStd).build();
            String log = logStd ? ", log10 of the deviation" : ", variance";
            for (int batch : new int[] {3, 17, 33}) {
                cases.add(vectors("batch norm of " + batch + log, batch, 7, dense(5), ours, classes(3)));
                cases.add(vectors("DL4J's, of " + batch + log, batch, 7, dense(5), dl4js, dense(3), classes(3)));
            }
        }
        cases.add(vectors(
                "locked gamma and beta",
                7,
                3,
                dense(5),
                new BatchNorm.Builder().lockGammaBeta(true).gamma(2).beta(0.5).build(),
                classes(3)));
        return cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    @TestFactory
    default Stream<DynamicTest> losses() {
        ContractData data = new ContractData(4);
        INDArray soft = data.bits(7, 3).addi(1);
        soft.diviColumnVector(soft.sum(true, 1));
        return Stream.of(
                        loss("softmax cross-entropy", LossFunction.MCXENT, Activation.SOFTMAX, data.oneHot(7, 3)),
                        loss("soft labels", LossFunction.MCXENT, Activation.SOFTMAX, soft),
                        loss("sigmoid cross-entropy", LossFunction.XENT, Activation.SIGMOID, data.bits(7, 3)),
                        loss("squared error", LossFunction.MSE, Activation.IDENTITY, data.normal(7, 3)),
                        loss("squared error of tanh", LossFunction.MSE, Activation.TANH, data.normal(7, 3)),
                        loss(
                                "absolute error",
                                LossFunction.MEAN_ABSOLUTE_ERROR,
                                Activation.IDENTITY,
                                data.normal(7, 3)))
                .flatMap(List::stream)
                .map(test -> DynamicTest.dynamicTest(test.name(), () -> assertLikeDl4j(test)));
    }

    private static List<ContractCase> loss(String name, LossFunction loss, Activation activation, INDArray labels) {
        InputType input = InputType.feedForward(5);
        ContractData data = new ContractData(6);
        Layer lossAlone = new LossLayer.Builder(loss).activation(activation).build();
        INDArray x = data.normal(7, 5);
        org.nd4j.linalg.api.ndarray.INDArray some = ContractData.mask(1, 1, 1, 0, 1, 0, 1, 1);
        return List.of(
                new ContractCase(
                        name, chain(input, dense(4), output(3, loss, activation)), ContractData.batch(x, labels)),
                new ContractCase(
                        name + ", loss layer",
                        chain(input, dense(3, Activation.IDENTITY), lossAlone),
                        ContractData.batch(x, labels)),
                new ContractCase(
                        name + ", examples masked",
                        chain(input, dense(4), output(3, loss, activation)),
                        ContractData.batch(x, labels, null, some)));
    }

    @TestFactory
    default Stream<DynamicTest> embedding() {
        return Stream.of(1, 7, 33)
                .map(batch -> DynamicTest.dynamicTest("batch of " + batch, () -> {
                    ContractData data = new ContractData(batch);
                    Layer embedding = new EmbeddingLayer.Builder()
                            .nIn(5)
                            .nOut(4)
                            .hasBias(true)
                            .build();
                    assertLikeDl4j(new ContractCase(
                            "embedding",
                            chain(InputType.feedForward(5), embedding, classes(3)),
                            ContractData.batch(data.indices(5, batch, 1), data.oneHot(batch, 3))));
                }));
    }
}
