package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.UpdateRules;
import org.steadygrad.nn.TorchUpdater.Factors;

class TorchUpdaterTest {
    @TempDir
    Path folder;

    static List<TorchUpdater> updaters() {
        TorchUpdater scheduled = TorchUpdater.adam(0.1, 0.9, 0.999, 1e-8);
        scheduled.setLrAndSchedule(0.1, new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.5));
        return List.of(
                scheduled,
                TorchUpdater.adam(0.1, 0.9, 0.999, 1e-8),
                TorchUpdater.amsGrad(0.1, 0.9, 0.999, 1e-8),
                TorchUpdater.nadam(0.1, 0.9, 0.999, 1e-8),
                TorchUpdater.rmsProp(0.1, 0.9, 1e-8),
                TorchUpdater.adaGrad(0.1, 1e-10),
                TorchUpdater.adaMax(0.1, 0.9, 0.999, 1e-8));
    }

    private static MultiLayerConfiguration configuration(IUpdater updater) {
        return new NeuralNetConfiguration.Builder()
                .updater(updater)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build();
    }

    private static void fit(MultiLayerNetwork network) {
        INDArray input = Nd4j.linspace(DataType.FLOAT, -1, 2.0 / 11, 12).reshape(4, 3);
        network.fit(new DataSet(input, Nd4j.ones(DataType.FLOAT, 4, 2)));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void configurationsKeepIt(TorchUpdater updater) {
        MultiLayerConfiguration written = configuration(updater);
        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(written.toJson());
        assertEquals(written, read);
        assertEquals(updater, ((OutputLayer) read.getConf(0).getLayer()).getIUpdater());
        assertEquals(updater, updater.clone());
    }

    /** Two steps, saved and read in between by DL4J and by our own reader, are two steps. */
    @ParameterizedTest
    @MethodSource("updaters")
    void modelFilesKeepIt(TorchUpdater updater) throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration(updater));
        network.init();
        fit(network);
        File file = folder.resolve("model.zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(file, true);
        assertEquals(
                network.getUpdater().getStateViewArray(), restored.getUpdater().getStateViewArray());
        assertTrue(
                UpdateRules.of(ModelFile.read(file.toPath()).graph()).containsValue("PyTorch's " + updater.method()));
        restored.setIterationCount(network.getIterationCount());
        fit(network);
        fit(restored);
        assertEquals(network.params(), restored.params());
    }

    /** A gradient of 2.8e-10 moves 0.0274 rates at the first step; with ND4J's place of epsilon 0.00089. */
    @Test
    void epsilonCountsAsMuchAsItSays() {
        Factors first = TorchUpdater.adam(1, 0.9, 0.999, 1e-8).factors(0, 0);
        double gradient = 2.8e-10;
        double moved = first.rate() * 0.1 * gradient / (Math.sqrt(0.001) * gradient + first.epsilon());
        assertEquals(gradient / (gradient + 1e-8), moved, 1e-12);
    }

    /** After many steps nothing is left to correct. */
    @Test
    void largeCountsNeedNoCorrection() {
        for (int count : new int[] {100_000_000, Integer.MAX_VALUE - 1, Integer.MAX_VALUE}) {
            assertEquals(
                    new Factors(1, 0, 1e-8),
                    TorchUpdater.adam(1, 0.9, 0.999, 1e-8).factors(count, 0));
            Factors nadam = TorchUpdater.nadam(1, 0.9, 0.999, 1e-8).factors(count, 0);
            assertEquals(0.9, nadam.rate(), 1e-12);
            assertEquals(0.1, nadam.gradientRate(), 1e-12);
        }
    }

    @Test
    void itIsNotNd4jsRule() {
        assertNotEquals(new Adam(0.1, 0.9, 0.999, 1e-8), TorchUpdater.adam(0.1, 0.9, 0.999, 1e-8));
        assertNotEquals(TorchUpdater.adam(0.1, 0.9, 0.999, 1e-8), new Adam(0.1, 0.9, 0.999, 1e-8));
    }

    @Test
    void decaysOutsideTheirRangeAreRefused() {
        assertThrows(InvalidInputException.class, () -> TorchUpdater.adam(0.1, 1, 0.999, 1e-8));
        assertThrows(InvalidInputException.class, () -> TorchUpdater.adam(0.1, 0.9, -0.1, 1e-8));
        assertThrows(InvalidInputException.class, () -> TorchUpdater.adaGrad(0.1, -1));
    }
}
