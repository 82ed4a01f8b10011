package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.ContractData;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** A loss per step is the validation loss of the same data, whatever lengths, masks, groups and windows; from Java it is DL4J's. */
class LossMeanTest {
    private final ContractData random = new ContractData(7);

    @TempDir
    private Path folder;

    private static ComputationGraph graph(int window) {
        var builder = new NeuralNetConfiguration.Builder()
                .seed(1)
                // so small that all steps see the same parameters
                .updater(new Sgd(1e-9))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(2))
                .addLayer(
                        "lstm",
                        new LSTM.Builder().nOut(3).activation(Activation.TANH).build(),
                        "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "lstm")
                .setOutputs("out");
        if (window > 0) {
            builder.backpropType(BackpropType.TruncatedBPTT).tBPTTLength(window);
        }
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    /** Sequences of so many steps, padded with NaN. @param weights whether steps weigh 1, 2, 3, 1, ... */
    private DataSet sequences(boolean weights, int... lengths) {
        int longest = Arrays.stream(lengths).max().orElseThrow();
        INDArray features = random.normal(lengths.length, 2, longest);
        INDArray labels = random.normal(lengths.length, 2, longest);
        INDArray mask = Nd4j.ones(DataType.FLOAT, lengths.length, longest);
        INDArray weight = Nd4j.ones(DataType.FLOAT, lengths.length, longest);
        for (int i = 0; i < lengths.length; i++) {
            for (int t = 0; t < longest; t++) {
                weight.putScalar(i, t, t < lengths[i] ? 1 + t % 3 : 0);
                if (t >= lengths[i]) {
                    mask.putScalar(i, t, 0);
                    for (int k = 0; k < 2; k++) {
                        features.putScalar(new int[] {i, k, t}, Double.NaN);
                        labels.putScalar(new int[] {i, k, t}, Double.NaN);
                    }
                }
            }
        }
        return new DataSet(features, labels, mask, weights ? weight : null);
    }

    /** What is told of the steps of an epoch, and the validation loss of the same batches. */
    private record Told(List<RunEvent.Step> steps, double validation) {}

    private static Told train(String engine, LossMean loss, int window, int accumulate, DataSet... batches) {
        List<RunEvent.Step> steps = new ArrayList<>();
        List<Double> validation = new ArrayList<>();
        Trainer trainer = Trainer.of(
                        graph(window),
                        DataSources.of(
                                new ExistingDataSetIterator(Arrays.asList(batches)),
                                new ExistingDataSetIterator(Arrays.asList(batches))))
                .engine(engine)
                .clip(ClipSpec.none())
                .epochs(1)
                .accumulate(accumulate)
                .listener(event -> {
                    if (event instanceof RunEvent.Step step) {
                        steps.add(step);
                    } else if (event instanceof RunEvent.Validated validated) {
                        validation.add(validated.metrics().get("loss"));
                    }
                });
        (loss == null ? trainer : trainer.loss(loss)).run();
        return new Told(steps, validation.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void perStepItIsTheValidationLoss(String engine) {
        for (boolean weights : new boolean[] {false, true}) {
            DataSet batch = sequences(weights, 5, 3, 1);
            Told perStep = train(engine, LossMean.PER_STEP, 0, 1, batch);
            Told perExample = train(engine, null, 0, 1, batch);
            double scored = weights ? 1 + 2 + 3 + 1 + 2 + 1 + 2 + 3 + 1 : 9;
            RunEvent.Step step = perStep.steps().get(0);
            assertEquals(perStep.validation(), step.loss(), 1e-6);
            assertEquals(step.loss(), step.lossPerStep(), 1e-6);
            RunEvent.Step other = perExample.steps().get(0);
            assertEquals(scored / 3 * step.loss(), other.loss(), 1e-5);
            assertEquals(step.loss(), other.lossPerStep(), 1e-6);
            assertEquals(scored / 3 * step.gradientNorm(), other.gradientNorm(), 1e-5);
        }
    }

    @Test
    void batchesWhoseGradientsAreAveragedAreOneForTheMean() {
        Told told = train("cpu", LossMean.PER_STEP, 0, 2, sequences(false, 5, 3, 1), sequences(false, 2));
        assertEquals(1, told.steps().size());
        assertEquals(told.validation(), told.steps().get(0).loss(), 1e-6);
    }

    /** Windows of 2 steps: 5, 4 and 2 of them are scored. */
    @Test
    void windowsHaveMeansOfTheirOwn() {
        Told told = train("cpu", LossMean.PER_STEP, 2, 1, sequences(false, 5, 5, 1));
        List<RunEvent.Step> steps = told.steps();
        assertEquals(3, steps.size());
        double all = 5 * steps.get(0).loss()
                + 4 * steps.get(1).loss()
                + 2 * steps.get(2).loss();
        assertEquals(told.validation(), all / 11, 1e-6);
    }

    private static final String YAML =
            """
            name: earlier
            data: {kind: copyMemory, delay: 3, symbols: 3, examples: 60, validationExamples: 16}
            model: {layers: [rnn: {units: 5}]}
            training: {batch: 10, epochs: 2, guard: off}
            """;

    /** One of a version that knew DL4J's loss only goes on with it, or is refused by name. */
    @Test
    void aRunFromBeforeTheKeyKeepsItsMeaning() throws IOException {
        RunSpec earlier = TinyRun.spec(YAML, "training.loss=perExample");
        Path whole = folder.resolve("whole");
        Runs.train(earlier, new Runs.Options(whole, false, RunListener.NONE, new StopSignal()));
        Path parts = folder.resolve("parts");
        TinyRun.StopAt stop = new TinyRun.StopAt(7);
        Runs.train(earlier, new Runs.Options(parts, false, stop, stop.signal));
        Path saved = parts.resolve("run.yaml");
        String text = Files.readString(saved);
        assertTrue(text.contains("loss: perExample"), text);
        Files.writeString(saved, text.replaceAll(" +loss: perExample\n", ""));
        assertFalse(Files.readString(saved).contains("perExample"));
        Runs.Options goOn = new Runs.Options(parts, true, RunListener.NONE, new StopSignal());
        String message = assertThrows(InvalidInputException.class, () -> Runs.train(TinyRun.spec(YAML), goOn))
                .getMessage();
        assertTrue(message.contains("training.loss (perExample, where this one says perStep)"), message);
        Runs.train(RunFiles.readSaved(saved, List.of()), goOn);
        assertEquals(
                ModelFile.read(whole.resolve("model.zip")).graph().params(),
                ModelFile.read(parts.resolve("model.zip")).graph().params());
    }
}
