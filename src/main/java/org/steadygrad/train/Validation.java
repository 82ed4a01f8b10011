package org.steadygrad.train;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
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

    /** @return metric name to value; empty without validation data */
    Map<String, Double> run() {
        return batches.isEmpty() ? Map.of() : evaluate(engine, model, description, batches.get());
    }

    /** @param description of the batches */
    static Map<String, Double> evaluate(
            Engine engine, ComputationGraph model, DataDescription description, BatchSequence batches) {
        float[] parameters = new float[(int) engine.layout().length()];
        engine.copyParameters(parameters);
        NonFiniteParameters.check(
                "validation",
                engine.layout(),
                parameters,
                "No number would tell anything. Take an earlier checkpoint.");
        Optional<OutputLoss> loss = OutputLoss.of(model);
        SequenceLayout layout = SequenceFormats.of(model).layout();
        Evaluator evaluator = loss.map(own -> Evaluator.ofLogits(description, own, layout))
                .orElseGet(() -> new Evaluator(description.target(), description.targetSize()));
        try (BatchIterator iterator = batches.epoch(0, 0)) {
            while (iterator.hasNext()) {
                MultiDataSet batch = iterator.next();
                evaluator.add(batch, loss.isPresent() ? engine.logits(batch) : engine.output(batch));
            }
        }
        return evaluator.metrics();
    }
}
