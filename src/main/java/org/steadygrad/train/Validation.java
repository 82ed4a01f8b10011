package org.steadygrad.train;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.model.NonFiniteParameters;
import org.steadygrad.ops.SequenceLayout;

/** Runs the validation data through the engine. */
final class Validation {
    private final Engine engine;
    private final ComputationGraph model;
    private final DataDescription description;
    private final Optional<BatchSequence> batches;

    /** @param model the engine's, whose configuration says what the loss is */
    Validation(Engine engine, ComputationGraph model, DataSource source) {
        this.engine = engine;
        this.model = model;
        description = source.description();
        batches = source.validation();
    }

    /** @return what was scored; empty without validation data */
    Optional<Evaluator> run() {
        return batches.map(all -> {
            Evaluator evaluator = evaluator(engine, model, description);
            run(engine, model, evaluator, all);
            return evaluator;
        });
    }

    /**
     * Runs batches through the engine, and tells more than the metrics.
     *
     * @param description of the batches
     * @param artifact what the model was trained with
     */
    static Evaluation evaluate(
            Engine engine,
            ComputationGraph model,
            DataDescription description,
            DataArtifact artifact,
            BatchSequence batches) {
        Evaluator evaluator = evaluator(engine, model, description);
        EvaluationRecords records = new EvaluationRecords(description, artifact);
        evaluator.recordTo(records);
        long examples = run(engine, model, evaluator, batches);
        return records.of(evaluator.metrics(), examples);
    }

    private static Evaluator evaluator(Engine engine, ComputationGraph model, DataDescription description) {
        float[] parameters = new float[(int) engine.layout().length()];
        engine.copyParameters(parameters);
        NonFiniteParameters.check(
                "validation", engine.layout(), parameters, "Every metric would be NaN. Take an earlier checkpoint.");
        SequenceLayout layout = SequenceFormats.of(model).layout();
        return OutputLoss.of(model)
                .map(own -> Evaluator.ofLogits(description, own, layout))
                .orElseGet(() -> new Evaluator(description.target(), description.targetSize()));
    }

    /** @return number of examples */
    private static long run(Engine engine, ComputationGraph model, Evaluator evaluator, BatchSequence batches) {
        boolean logits = OutputLoss.of(model).isPresent();
        long examples = 0;
        try (BatchIterator iterator = batches.epoch(0, 0)) {
            while (iterator.hasNext()) {
                MultiDataSet batch = iterator.next();
                examples += batch.getFeatures(0).size(0);
                evaluator.add(batch, logits ? engine.logits(batch) : engine.output(batch));
            }
        }
        return examples;
    }
}
