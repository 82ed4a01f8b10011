package org.steadygrad.train;

import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.Engine;

/** Runs the validation data through the engine. */
final class Validation {
    private final Engine engine;
    private final DataDescription description;
    private final Optional<BatchSequence> batches;

    Validation(Engine engine, DataSource source) {
        this.engine = engine;
        description = source.description();
        batches = source.validation();
    }

    /** @return metric name to value; empty without validation data */
    Map<String, Double> run() {
        return batches.isEmpty() ? Map.of() : evaluate(engine, description, batches.get());
    }

    static Map<String, Double> evaluate(Engine engine, DataDescription description, BatchSequence batches) {
        Evaluator evaluator = new Evaluator(description.target(), description.targetSize());
        try (BatchIterator iterator = batches.epoch(0, 0)) {
            while (iterator.hasNext()) {
                MultiDataSet batch = iterator.next();
                evaluator.add(batch, engine.output(batch));
            }
        }
        return evaluator.metrics();
    }
}
