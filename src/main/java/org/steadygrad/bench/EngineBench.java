package org.steadygrad.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.bench.BenchResult.Unused;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.Runs;

/**
 * Trains the model of a run file on its data with several engines: the same first parameters, batches and dropout masks
 * for each. Engines are opened and warmed up one after the other, then take turns, so that whatever else the machine
 * does meets all of them.
 */
public final class EngineBench {
    private final RunSpec run;
    private final BenchSettings settings;
    private final List<String> known;
    private final Opening opening;
    private final Consumer<String> progress;
    private final List<Unused> unused = new ArrayList<>();
    private final List<Contender> contenders = new ArrayList<>();

    /** Makes an engine, or throws an {@link EngineException} that tells why it can't be used. */
    interface Opening {
        Engine open(EngineRequest request, ComputationGraph model);
    }

    /** @param progress told in a few words what is done next */
    public EngineBench(RunSpec run, BenchSettings settings, Consumer<String> progress) {
        this(run, settings, names(Engines.providers()), EngineRequest::open, progress);
    }

    /** @param known names of engines */
    EngineBench(RunSpec run, BenchSettings settings, List<String> known, Opening opening, Consumer<String> progress) {
        this.run = Check.notNull(run, "EngineBench", "run");
        this.settings = Check.notNull(settings, "EngineBench", "settings");
        this.known = List.copyOf(known);
        this.opening = opening;
        this.progress = Check.notNull(progress, "EngineBench", "progress");
    }

    private static List<String> names(List<EngineProvider> providers) {
        return providers.stream().map(EngineProvider::name).toList();
    }

    /**
     * Measures once.
     *
     * @param names of engines, a device included where one is meant ("cuda:1"); all that there are when empty. Those that
     *     can't be used here are told in the result, which isn't complete when they were named
     * @throws InvalidInputException when a name is unknown or comes twice
     * @throws EngineException when none can be used
     */
    public BenchResult measure(List<String> names) {
        List<EngineRequest> wanted = requests(names.isEmpty() ? known : names);
        unused.clear();
        DataSource source = DataSources.open(run.data(), run.training().batch(), run.seed());
        ComputationGraph model = Runs.buildModel(run, source);
        StepBatches batches = new StepBatches(source, run.training(), settings.warmUp() + settings.steps());
        try {
            wanted.forEach(request -> open(request, model, batches, !names.isEmpty()));
            takeTurns();
            return new BenchResult(run.name(), model.numParams(), run.training().batch(), settings, results(), unused);
        } finally {
            contenders.forEach(Contender::close);
            contenders.clear();
        }
    }

    private List<EngineRequest> requests(List<String> wanted) {
        List<EngineRequest> requests = new ArrayList<>();
        for (String name : wanted) {
            if (!known.contains(kind(name))) {
                String hint = Nearest.to(kind(name), known)
                        .map(n -> "Did you mean " + n + "?")
                        .orElse("doctor lists them.");
                throw InvalidInputException.of("bench", "engines among " + String.join(", ", known), name, hint);
            }
            if (Collections.frequency(wanted, name) > 1) {
                throw InvalidInputException.of("bench", "every engine once", name + " twice", "");
            }
            requests.add(new EngineRequest(name, EngineRequest.of(run).settings()));
        }
        return requests;
    }

    private static String kind(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /** @param named whether the engine was asked for by name */
    private void open(EngineRequest request, ComputationGraph model, StepBatches batches, boolean named) {
        progress.accept("warming up " + request.name());
        Contender contender;
        try {
            contender = new Contender(request.name(), () -> opening.open(request, model), run, batches);
        } catch (EngineException e) {
            unused.add(new Unused(request.name(), e.getMessage(), named));
            return;
        }
        contenders.add(contender);
        attempt(contender, () -> contender.warmUp(settings.warmUp()));
    }

    private void takeTurns() {
        for (int round = 0; round < settings.rounds() && !contenders.isEmpty(); round++) {
            progress.accept("round " + (round + 1) + " of " + settings.rounds());
            List<Contender> order = new ArrayList<>(contenders);
            // Whoever comes first after a pause has it easier or harder: each does in turn.
            Collections.rotate(order, -round);
            int count = settings.stepsOf(round);
            for (Contender contender : order) {
                attempt(contender, () -> contender.turn(count));
            }
        }
        if (contenders.isEmpty()) {
            List<String> reasons =
                    unused.stream().map(u -> u.engine() + ": " + u.reason()).toList();
            throw new EngineException("No engine could train this. " + String.join(" ", reasons));
        }
    }

    /** The other engines go on without one that fails. */
    private void attempt(Contender contender, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | OutOfMemoryError e) {
            unused.add(new Unused(contender.name(), "It failed while training: " + e.getMessage(), true));
            contenders.remove(contender);
            contender.close();
        }
    }

    private List<EngineResult> results() {
        List<EngineResult> results = new ArrayList<>();
        for (Contender contender : contenders) {
            EngineResult result = contender.result();
            results.add(results.isEmpty() ? result : result.comparedWith(results.get(0)));
        }
        return results;
    }
}
