package org.steadygrad.diagnose;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;

/** A run that is to be looked at, with its data and its model, which tests may tamper with. */
record Subjects(RunSpec run, DataSource data, ComputationGraph model) {
    static final String STACK =
            """
            name: stack
            data: {kind: spirals, examples: 99, validationExamples: 3}
            model:
              layers:
                - stack: {depth: 20, units: 17, activation: tanh, init: orthogonal}
                - output: {loss: softmaxCrossEntropy}
            training: {batch: 33, updater: {sgd: {learningRate: 0.1}}, clip: none}
            engine: dl4j
            """;

    static final String RECURRENT =
            """
            name: recurrent
            data: {kind: temporalOrder, length: 30, examples: 60, validationExamples: 3}
            model:
              layers:
                - rnn: {units: 17, activation: tanh, recurrentInit: orthogonal}
                - pool: last
            training: {batch: 20, updater: {sgd: {learningRate: 0.1}}, clip: none}
            engine: dl4j
            """;

    static Subjects of(String yaml, String... changes) {
        RunSpec run = RunFiles.parse(yaml, "subject.yaml", List.of(changes));
        DataSource data = DataSources.open(run.data(), run.training().batch(), run.seed());
        return new Subjects(run, data, Runs.buildModel(run, data));
    }

    MultiDataSet batch() {
        try (BatchIterator batches = data.training().epoch(0, 0)) {
            return batches.next();
        }
    }

    DoubleNetwork inDouble() {
        return new DoubleNetwork(model, batch());
    }

    Diagnosis diagnosis() {
        return Preflight.of(run, data, model, Preflight.BATCHES);
    }
}
