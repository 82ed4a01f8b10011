package org.steadygrad.train;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.StepsAhead;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.ops.FlatLayout;

/** The CPU engine behind the behaviour of one that is ahead of its caller: results are only told when they are awaited. */
final class AheadEngine implements Engine {
    static final int AHEAD = 3;

    private final Engine engine;

    /** Whether a step was refused and its result not yet looked at. */
    private boolean halted;

    private int asked;

    /** Steps until one fails as for want of memory, which changes nothing; 0 for none. Of the next engine that is made. */
    private static int nextFailure;

    private int untilFailure;

    private AheadEngine(Engine engine, int untilFailure) {
        this.engine = engine;
        this.untilFailure = untilFailure;
    }

    /** @param step number of the step, from 1, that the next engine fails in */
    static void failAt(int step) {
        nextFailure = step;
    }

    /** Puts the engine "ahead" on offer for what the calling thread looks for from now on. */
    static ClassLoader register(Path folder) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(EngineProvider.class.getName()), Provider.class.getName());
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        URL[] place = {folder.toUri().toURL()};
        Thread.currentThread().setContextClassLoader(new URLClassLoader(place, AheadEngine.class.getClassLoader()));
        return before;
    }

    /** Found by name. */
    public static final class Provider implements EngineProvider {
        private static EngineProvider cpu() {
            return Engines.providers().stream()
                    .filter(provider -> provider.name().equals("cpu"))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public String name() {
            return "ahead";
        }

        @Override
        public int rank() {
            return -1;
        }

        @Override
        public Availability probe() {
            return cpu().probe();
        }

        @Override
        public Optional<String> unsupported(ComputationGraph model) {
            return cpu().unsupported(model);
        }

        @Override
        public Engine create(ComputationGraph model, EngineSettings settings) {
            int untilFailure = nextFailure;
            nextFailure = 0;
            return new AheadEngine(cpu().create(model, settings), untilFailure);
        }
    }

    @Override
    public Optional<StepsAhead> stepsAhead() {
        return Optional.of(new StepsAhead() {
            @Override
            public int depth() {
                return AHEAD;
            }

            @Override
            public PendingStep ask(MultiDataSet batch, PassOptions options, UpdateRule rule) {
                return step(batch, options, rule);
            }
        });
    }

    private PendingStep step(MultiDataSet batch, PassOptions options, UpdateRule rule) {
        if (untilFailure > 0 && --untilFailure == 0) {
            throw new EngineException("engine ahead: no memory left.");
        }
        if (++asked > AHEAD + 1) {
            throw new IllegalStateException("more steps ahead than allowed");
        }
        if (halted) {
            return () -> {
                asked--;
                return Optional.empty();
            };
        }
        StepResult result = now(batch, options, rule);
        halted = !result.applied();
        return () -> {
            asked--;
            halted &= result.applied();
            return Optional.of(result);
        };
    }

    private StepResult now(MultiDataSet batch, PassOptions options, UpdateRule rule) {
        PassResult pass = engine.computeGradient(batch, options);
        if (Double.isFinite(pass.loss())) {
            return new StepResult(pass, Optional.of(engine.update(rule)));
        }
        engine.discardGradient();
        return new StepResult(pass, Optional.empty());
    }

    private void checkIdle() {
        if (asked > 0) {
            throw new IllegalStateException("called while steps are under way");
        }
    }

    @Override
    public String name() {
        return "ahead";
    }

    @Override
    public String device() {
        return engine.device();
    }

    @Override
    public FlatLayout layout() {
        return engine.layout();
    }

    @Override
    public PassResult computeGradient(MultiDataSet batch, PassOptions options) {
        checkIdle();
        return engine.computeGradient(batch, options);
    }

    @Override
    public UpdateOutcome update(UpdateRule rule) {
        checkIdle();
        return engine.update(rule);
    }

    @Override
    public void discardGradient() {
        engine.discardGradient();
    }

    @Override
    public void copyGradient(float[] target) {
        engine.copyGradient(target);
    }

    @Override
    public void replaceGradient(float[] gradient) {
        engine.replaceGradient(gradient);
    }

    @Override
    public void copyParameters(float[] target) {
        engine.copyParameters(target);
    }

    @Override
    public INDArray output(MultiDataSet batch) {
        checkIdle();
        return engine.output(batch);
    }

    @Override
    public INDArray logits(MultiDataSet batch) {
        checkIdle();
        return engine.logits(batch);
    }

    @Override
    public INDArray continueOutput(INDArray features) {
        return engine.continueOutput(features);
    }

    @Override
    public SequenceState sequenceState() {
        return engine.sequenceState();
    }

    @Override
    public void continueFrom(SequenceState state) {
        engine.continueFrom(state);
    }

    @Override
    public void clearState() {
        engine.clearState();
    }

    @Override
    public EngineSnapshot snapshot() {
        checkIdle();
        return engine.snapshot();
    }

    @Override
    public void restore(EngineSnapshot snapshot) {
        checkIdle();
        engine.restore(snapshot);
    }

    @Override
    public void exportTo(ComputationGraph model) {
        checkIdle();
        engine.exportTo(model);
    }

    @Override
    public void importFrom(ComputationGraph model) {
        checkIdle();
        engine.importFrom(model);
    }

    @Override
    public void close() {
        engine.close();
    }
}
