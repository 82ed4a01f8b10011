package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.data.DataSources;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.spec.ClipSpec;

/** DL4J's own gradient normalisation acts on gradients, not on the running statistics that stand between them. */
class NormalizedGradientsTest {
    private static final double THRESHOLD = 0.01;
    private static final int SIZE = 3;

    private static ComputationGraph network(BatchNormalization norm, GradientNormalization normalization) {
        norm.setDecay(0.9);
        norm.setUseLogStd(false);
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(1))
                .gradientNormalization(normalization)
                .gradientNormalizationThreshold(THRESHOLD)
                .graphBuilder()
                .addInputs("in")
                .addLayer("norm", norm, "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(1)
                                .build(),
                        "norm")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(SIZE))
                .build());
        network.init();
        return network;
    }

    private static DataSet batch() {
        Nd4j.getRandom().setSeed(2);
        INDArray x = Nd4j.randn(DataType.FLOAT, 16, SIZE).addi(100);
        return new DataSet(x, Nd4j.randn(DataType.FLOAT, 16, 1).addi(9));
    }

    private static void check(String who, GradientNormalization normalization, ComputationGraph network) {
        INDArray mean = batch().getFeatures().castTo(DataType.DOUBLE).mean(0);
        INDArray gamma = network.getLayer("norm").getParam("gamma").sub(1);
        INDArray beta = network.getLayer("norm").getParam("beta");
        for (int j = 0; j < SIZE; j++) {
            assertEquals(
                    0.1 * mean.getDouble(j),
                    network.getLayer("norm").getParam("mean").getDouble(j),
                    1e-4,
                    who + normalization);
        }
        double all =
                Math.hypot(gamma.norm2Number().doubleValue(), beta.norm2Number().doubleValue());
        double one = gamma.norm2Number().doubleValue();
        switch (normalization) {
            case None -> assertTrue(all > 2 * THRESHOLD, who);
            case RenormalizeL2PerLayer -> assertEquals(1, all, 1e-5, who);
            case RenormalizeL2PerParamType -> assertEquals(1, one, 1e-5, who);
            case ClipElementWiseAbsoluteValue ->
                assertEquals(THRESHOLD, beta.amaxNumber().doubleValue(), 1e-6, who);
            case ClipL2PerLayer -> assertEquals(THRESHOLD, all, 1e-6, who);
            case ClipL2PerParamType ->
                assertEquals(THRESHOLD, beta.norm2Number().doubleValue(), 1e-6, who);
        }
    }

    @ParameterizedTest
    @EnumSource(GradientNormalization.class)
    void leavesRunningStatisticsAlone(GradientNormalization normalization) {
        ComputationGraph fitted = network(new BatchNorm(), normalization);
        fitted.fit(batch());
        check("fit ", normalization, fitted);
        for (BatchNormalization norm : List.of(new BatchNorm(), new BatchNormalization())) {
            ComputationGraph network = network(norm, normalization);
            Trainer.of(network, DataSources.of(new ExistingDataSetIterator(List.of(batch())), null))
                    .engine("dl4j")
                    .epochs(1)
                    .clip(new ClipSpec.None())
                    .run();
            check(norm.getClass().getSimpleName() + " ", normalization, network);
        }
    }
}
