package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;

/** Looks at a run before its first step: measures, predicts and explains. Nothing is trained and nothing is written. */
public final class Preflight {
    /** Enough to tell what all batches have in common from what one of them has by chance. */
    public static final int BATCHES = 3;

    private Preflight() {}

    /**
     * Opens the data of a run and builds its model as training would, but for the warm-up, which is left out so that the
     * first step is one of the full learning rate.
     *
     * @param batches number of batches to look at, from the beginning of the first epoch; fewer when there are fewer
     * @throws org.steadygrad.check.InvalidInputException when data and model don't go together
     * @throws org.steadygrad.engine.EngineException when the engine can't be used
     */
    public static Diagnosis of(RunSpec run, int batches) {
        RunSpec warm = RunFiles.with(run, List.of("training.warmup=0"));
        DataSource data = DataSources.open(warm.data(), warm.training().batch(), warm.seed());
        return of(run, data, Runs.buildModel(warm, data), batches);
    }

    /**
     * @param run its clipping, seed, engine and health settings count
     * @param model initialised; it isn't changed
     */
    public static Diagnosis of(RunSpec run, DataSource data, ComputationGraph model, int batches) {
        List<MultiDataSet> some = take(data, Check.positive(batches, "diagnose", "batches"));
        try (Engine engine = Engines.open(EngineRequest.of(run), model).engine()) {
            List<Probe> probes = Probe.of(engine, model, run, some);
            return new Diagnosis(subject(run, engine, model, some, probes), List.of(), List.of());
        }
    }

    private static List<MultiDataSet> take(DataSource data, int batches) {
        List<MultiDataSet> taken = new ArrayList<>();
        try (BatchIterator iterator = data.training().epoch(0, 0)) {
            while (taken.size() < batches && iterator.hasNext()) {
                taken.add(iterator.next());
            }
        }
        return taken;
    }

    private static Diagnosis.Subject subject(
            RunSpec run, Engine engine, ComputationGraph model, List<MultiDataSet> batches, List<Probe> probes) {
        long examples = batches.stream()
                .mapToLong(batch -> batch.getFeatures(0).size(0))
                .sum();
        double loss = probes.stream().mapToDouble(Probe::loss).average().orElse(Double.NaN);
        return new Diagnosis.Subject(run.name(), engine.name(), model.numParams(), batches.size(), examples, loss);
    }
}
