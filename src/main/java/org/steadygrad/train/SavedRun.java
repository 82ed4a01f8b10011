package org.steadygrad.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Reason;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.checkpoint.RunEntries;

/**
 * A model as a run left it, with what is needed to use it again.
 *
 * @param file the model file it was read from
 * @param model with updater state
 * @param runFile text of the run file
 * @param description what the model's inputs and outputs look like
 * @param artifact what was fitted to its training data
 */
public record SavedRun(
        Path file, ComputationGraph model, String runFile, DataDescription description, DataArtifact artifact) {
    /**
     * Reads a run's kept model.
     *
     * @param path a run's folder, or a model file or checkpoint in it
     * @throws ModelFileException when it is missing, damaged, or was not written by a run
     */
    public static SavedRun read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("model.zip") : path;
        ModelFile.Content content = ModelFile.read(file);
        byte[] run = entry(file, content, RunEntries.RUN_FILE);
        try {
            RunEntries.Data data = RunEntries.data(entry(file, content, RunEntries.DATA))
                    .orElseThrow(() -> new ModelFileException(file, "its data description is null."));
            SavedRun saved = new SavedRun(
                    file,
                    content.graph(),
                    new String(run, StandardCharsets.UTF_8),
                    data.description(),
                    data.artifact());
            saved.checkSizes();
            return saved;
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "its data description can't be read: " + Reason.of(e) + ".", e);
        } catch (IOException e) {
            throw new ModelFileException(file, "its data description can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static byte[] entry(Path file, ModelFile.Content content, String name) {
        return Optional.ofNullable(content.entries().get(name))
                .orElseThrow(() -> new ModelFileException(
                        file,
                        "expected a model that a run has saved, got one without " + name
                                + ". Models of plain DL4J say nothing of their data; use DL4J's own evaluation."));
    }

    /** A vocabulary of other data would give numbers that mean nothing. */
    private void checkSizes() {
        int targets = artifact instanceof DataArtifact.Vocabulary vocabulary
                ? vocabulary.symbols().size()
                : description.targetSize();
        long outputs = outputs(model.getOutputLayer(0).conf().getLayer());
        int each = OutputLoss.of(model)
                .map(loss -> Math.max(1, loss.quantiles().size()))
                .orElse(1);
        if (targets != description.targetSize() || outputs != (long) targets * each) {
            throw new ModelFileException(
                    file,
                    "what it says of its data doesn't fit its network: a vocabulary or targets of " + targets
                            + ", a description with " + description.targetSize() + ", a network with " + outputs
                            + " outputs. It was put together from different runs.");
        }
    }

    /** Number of outputs, where the layer says it. */
    private long outputs(Layer layer) {
        return layer instanceof FeedForwardLayer sized && sized.getNOut() > 0
                ? sized.getNOut()
                : description.targetSize();
    }

    /** The run file that the model was trained with. @param overrides changes, as for {@link RunFiles} */
    public RunSpec run(List<String> overrides) {
        return RunFiles.parseSaved(runFile, file + " (its run file)", overrides);
    }

    /**
     * Evaluates the model on the validation data of its run file; on all of the data where {@code data.validation} is 1.
     *
     * @param overrides changes of the run file, for example {@code data.path=other.txt}
     */
    public Evaluation evaluate(List<String> overrides, EngineRequest request) {
        return evaluate(overrides, false, request);
    }

    /**
     * @param overrides changes of the run file, for example {@code data.path=other.txt}
     * @param whole whether all of the data is evaluated, not the validation part alone
     */
    public Evaluation evaluate(List<String> overrides, boolean whole, EngineRequest request) {
        RunSpec run = run(overrides);
        int batch = run.training().batch();
        BatchSequence batches = whole || run.data().validation() == 1
                ? DataSources.whole(run.data(), batch, description, artifact)
                : DataSources.open(run.data(), batch, run.seed(), artifact)
                        .validation()
                        .orElseThrow(
                                () -> new ModelFileException(
                                        file,
                                        "its run file keeps no validation data. Give some, for example --set data.validation=0.1, or 1 for all of the data."));
        try (Engine engine = openEngine(request)) {
            return Validation.evaluate(engine, model, description, artifact, batches);
        }
    }

    /** An engine that holds the model. */
    public Engine openEngine(EngineRequest request) {
        return request.open(model);
    }
}
