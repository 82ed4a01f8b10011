package org.steadygrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.clip.GlobalNormClipping;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.health.GradientHealth;
import org.steadygrad.nn.DeepStack;
import org.steadygrad.nn.GRU;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.train.Trainer;

/** Runs the Java of README.md and of src/docs/java.md: what stands there must stand here, white space and the run's folder aside. */
class ReadmeExamplesTest {

    private static DataSetIterator iterator(int examples) {
        List<DataSet> batches = new ArrayList<>();
        for (int i = 0; i < examples; i += 4) {
            INDArray labels = Nd4j.zeros(DataType.FLOAT, 4, 5, 6);
            for (int t = 0; t < 6; t++) {
                for (int example = 0; example < 4; example++) {
                    labels.putScalar(example, (t + example) % 5, t, 1);
                }
            }
            batches.add(new DataSet(Nd4j.rand(DataType.FLOAT, 4, 8, 6), labels));
        }
        return new ExistingDataSetIterator(batches);
    }

    private static ComputationGraph network() {
        // readme
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(2e-3))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(8))
                .addLayer("gru", new GRU.Builder().nOut(64).build(), "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .nOut(5)
                                .build(),
                        "gru")
                .setOutputs("out")
                .build());
        network.init();
        // end
        return network;
    }

    @Test
    void trainerOnOnesOwnConfiguration(@TempDir Path folder) {
        ComputationGraph network = network();
        DataSetIterator trainIterator = iterator(16);
        DataSetIterator validationIterator = iterator(8);
        // readme
        RunResult result = Trainer.of(network, DataSources.of(trainIterator, validationIterator))
                .epochs(5)
                .clip(ClipSpec.globalNorm(1.0))
                .folder(folder)
                .run();
        result.findings().forEach(finding -> System.out.println(finding.message()));
        // end
        assertEquals(20, result.iterations());
        assertTrue(Files.exists(folder.resolve("model.zip")));
        assertTrue(result.validation().get("loss") < Math.log(5) + 0.2);
    }

    @Test
    void listenersOnPlainFit() {
        ComputationGraph network = network();
        DataSetIterator trainIterator = iterator(16);
        // readme
        GradientHealth health = new GradientHealth();
        network.setListeners(health, new GlobalNormClipping(1.0));
        network.fit(trainIterator, 5);
        System.out.println(health.summary().text());
        // end
        assertEquals(20, health.summary().steps());
    }

    @Test
    void settingsInJava() {
        ComputationGraph network = network();
        DataSetIterator trainIterator = iterator(16);
        DataSetIterator validationIterator = iterator(8);
        // readme
        Trainer trainer = Trainer.of(network, DataSources.of(trainIterator, validationIterator))
                .guard(GuardSpec.auto().withSpikeSteps(3))
                .clip(ClipSpec.historyQuantile().withPercentile(20))
                .health(HealthSpec.defaults()
                        .withEvery(5)
                        .withFlow(HealthSpec.Flow.defaults().withVanishing(0.8)))
                .engineSettings(EngineSettings.DEFAULT.withThreads(4).withMemory(512L << 20));
        // end
        assertEquals(3, trainer.epochs(1).iterations(3).run().iterations());
    }

    @Test
    void deepStackInOneLine() {
        GraphBuilder graphBuilder =
                new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in");
        // readme
        String last = DeepStack.of(30, 64)
                .activation(Activation.TANH)
                .batchNorm(true)
                .residual(true)
                .addTo(graphBuilder, "in", 2);
        // end
        graphBuilder
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nIn(64)
                                .nOut(1)
                                .build(),
                        last)
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(2));
        ComputationGraph network = new ComputationGraph(graphBuilder.build());
        network.init();
        assertTrue(
                Double.isFinite(network.output(Nd4j.rand(4, 2))[0].sumNumber().doubleValue()));
    }

    @Test
    void pagesHoldThisCode() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/steadygrad/ReadmeExamplesTest.java"));
        String page = Files.readString(Path.of("src/docs/java.md")).replaceAll("\\s", "");
        Matcher regions =
                Pattern.compile("// readme\n(.*?)// end", Pattern.DOTALL).matcher(source);
        int count = 0;
        while (regions.find()) {
            String code = regions.group(1).replace("folder(folder)", "folder(Path.of(\"runs/mine\"))");
            assertTrue(page.contains(code.replaceAll("\\s", "")), "src/docs/java.md lacks: " + code);
            count++;
        }
        assertEquals(5, count);
        Matcher shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")).replace("\r\n", "\n"));
        assertTrue(shown.find(), "README.md shows no Java");
        do {
            String code = shown.group(1);
            assertTrue(page.contains(code.replaceAll("\\s", "")), "src/docs/java.md, which is tested, lacks: " + code);
        } while (shown.find());
    }
}
