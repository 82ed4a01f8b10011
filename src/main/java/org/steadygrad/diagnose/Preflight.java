package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.health.prescribe.RunFilePrescriber;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;

/**
 * Looks at a run before its first step: measures, predicts and explains. Nothing is trained and nothing is written.
 *
 * <p>Signal, gradient and first update of each layer are those of the run's engine, over a few batches. Spectra, memory and
 * truncation are measured in double precision with DL4J's layers, whatever the engine, on the first {@value #EXAMPLES}
 * examples; see {@link StackJacobian}, {@link RecurrentMatrix}, {@link MemoryReach} and {@link Truncation}.
 */
public final class Preflight {
    /** Enough to tell what all batches have in common from what one of them has by chance. */
    public static final int BATCHES = 3;

    /** Examples that the measurements in double precision look at. */
    static final int EXAMPLES = 8;

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
     * Looks at a model that was built or changed elsewhere.
     *
     * @param run its clipping, seed, engine and health settings count
     * @param model initialised; it isn't changed
     */
    public static Diagnosis of(RunSpec run, DataSource data, ComputationGraph model, int batches) {
        List<MultiDataSet> some = take(data, Check.positive(batches, "diagnose", "batches"));
        List<MultiDataSet> inspected =
                some.stream().map(SequenceFormats.of(model)::inspected).toList();
        DataDescription description = data.description();
        Integer lag = run.health().time().lag() == null
                ? description.lag()
                : run.health().time().lag();
        MultiDataSet few = first(some.get(0), EXAMPLES);
        DoubleNetwork network = new DoubleNetwork(model, some.get(0));
        List<MemoryReach> memory = new MemoryProbe(network, few, run.health().time(), lag).measure();
        Optional<Truncation> truncation =
                new TruncationProbe(network, few).measure(model, run.health().time());
        try (Engine engine = Engines.open(EngineRequest.of(run), model).engine()) {
            List<Probe> probes = Probe.of(engine, model, run, some);
            LayerFlows flows = new LayerFlows(engine.layout(), probes, run.health());
            Forecast forecast = new Forecast(run.health());
            forecast.steps(flows, probes);
            forecast.truncation(truncation, RecurrentPart.of(model), lag);
            List<Finding> findings = new ArrayList<>(forecast.findings());
            findings.addAll(
                    new Rules(run.health(), engine.layout(), description, lag).findings(inspected, probes, memory));
            return new Diagnosis(
                    subject(run, engine, model, some, probes),
                    InputReport.of(description, inspected),
                    flows.list(),
                    StackJacobian.of(network, few),
                    RecurrentMatrix.of(model),
                    memory,
                    truncation,
                    prescribed(
                            run,
                            description,
                            probes,
                            ordered(
                                    Outlooks.judged(findings, run, lag != null, () -> TellingSteps.of(data)),
                                    run.health().ignore())));
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

    /** The first examples of a batch. */
    private static MultiDataSet first(MultiDataSet batch, int examples) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                first(batch.getFeatures(), examples),
                first(batch.getLabels(), examples),
                first(batch.getFeaturesMaskArrays(), examples),
                first(batch.getLabelsMaskArrays(), examples));
    }

    private static INDArray[] first(INDArray[] arrays, int examples) {
        if (arrays == null || arrays[0] == null) {
            return null;
        }
        INDArrayIndex[] places = NDArrayIndex.allFor(arrays[0]);
        places[0] = NDArrayIndex.interval(0, Math.min(examples, arrays[0].size(0)));
        return new INDArray[] {arrays[0].get(places).dup()};
    }

    private static Diagnosis.Subject subject(
            RunSpec run, Engine engine, ComputationGraph model, List<MultiDataSet> batches, List<Probe> probes) {
        long examples = batches.stream()
                .mapToLong(batch -> batch.getFeatures(0).size(0))
                .sum();
        return new Diagnosis.Subject(
                run.name(),
                engine.name(),
                model.numParams(),
                batches.size(),
                examples,
                probes.stream().mapToDouble(Probe::loss).average().orElseThrow(),
                probes.stream().mapToDouble(Probe::lossAfter).average().orElseThrow());
    }

    private static List<Finding> prescribed(
            RunSpec run, DataDescription description, List<Probe> probes, List<Finding> findings) {
        RunFilePrescriber prescriber = new RunFilePrescriber(run, description);
        double[] norms = probes.stream()
                .mapToDouble(probe -> probe.update().gradient().globalNorm())
                .toArray();
        return findings.stream()
                .map(f -> new Finding(
                        f.id(),
                        f.severity(),
                        f.layer(),
                        f.firstIteration(),
                        f.count(),
                        f.message(),
                        f.evidence(),
                        prescriber.prescribe(f, norms)))
                .toList();
    }

    private static List<Finding> ordered(List<Finding> findings, List<String> ignored) {
        boolean vanishes = findings.stream().anyMatch(f -> f.kind() == FindingKind.VANISHING_GRADIENT);
        boolean faint = vanishes || findings.stream().anyMatch(f -> f.kind() == FindingKind.POOR_INITIALISATION);
        return findings.stream()
                .filter(f -> !ignored.contains(f.id()))
                .filter(f -> !(vanishes && UpdateRatios.starved(f)))
                .filter(f -> !(faint && Forecast.slow(f)))
                .sorted(Comparator.comparing(Finding::severity).reversed().thenComparing(Finding::kind))
                .toList();
    }
}
