package org.steadygrad.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.live.LivePage;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.ObserverGroup;
import org.steadygrad.train.StopSignal;
import org.steadygrad.train.Trainer;
import org.steadygrad.train.TrainingObserver;

/**
 * A run of the product on a thread of its own, which waits between turns. Everything a run does is in its steps, but for trials of cures,
 * which take steps of their own.
 */
final class TrainerSide implements Side {
    /** What a run does beside training. */
    enum Watch {
        /** No full look after the first step and no histograms; norms of gradients and updates all the same. */
        NONE,
        /** As by default: a full look at every tenth step, histograms at every hundredth. */
        HEALTH,
        /** That, and a client of the live page. */
        LIVE
    }

    private static final String SELDOM = "1000000000";
    private static final double NO_CHECKPOINT_SECONDS = 1e9;

    private final Watch watch;
    private final Gate gate = new Gate();
    private final StopSignal stop = new StopSignal();
    private final Optional<LivePage> page;
    private final Thread training;

    /**
     * @param folder that the run is filed in
     * @param threads of the engine
     */
    TrainerSide(Watch watch, String engine, int threads, Workload workload, Path folder) {
        this.watch = watch;
        ComputationGraph model = Dl4jModels.product(workload);
        OneBatch data = OneBatch.of(workload);
        LivePage.Settings free = new LivePage.Settings(0, Optional.empty(), Optional.empty());
        page = watch == Watch.LIVE
                ? Optional.of(LivePage.open(free, new LivePage.Run("benchmark", "name: benchmark\n", folder)))
                : Optional.empty();
        TrainingObserver observer =
                page.<TrainingObserver>map(p -> new ObserverGroup(List.of(p.observer(), gate))).orElse(gate);
        Trainer trainer = Trainer.of(model, data)
                .name("benchmark")
                .epochs(1)
                .clip(new ClipSpec.GlobalNorm(Dl4jModels.MAX_NORM))
                .checkpoint(new CheckpointSpec(NO_CHECKPOINT_SECONDS, 1))
                .guard(RunFiles.defaults(GuardSpec.Auto.class, "trialSteps=0"))
                .health(health(watch))
                .engine(engine)
                .engineSettings(new EngineSettings(threads, 0, 0, null))
                .folder(folder)
                .observer(observer)
                .stopSignal(stop);
        training = new Thread(() -> train(trainer), "benchmark-" + watch);
        training.setDaemon(true);
        training.start();
        page.ifPresent(TrainerSide::look);
    }

    private static HealthSpec health(Watch watch) {
        return watch == Watch.NONE
                ? RunFiles.defaults(HealthSpec.class, "every=" + SELDOM, "histograms=0")
                : RunFiles.defaults(HealthSpec.class);
    }

    private void train(Trainer trainer) {
        try {
            trainer.run();
            gate.fail(new IllegalStateException("the run ended"));
        } catch (RuntimeException e) {
            gate.fail(e);
        }
    }

    /** Reads the page's events and throws them away. */
    private static void look(LivePage page) {
        Thread client = new Thread(
                () -> {
                    try (InputStream events = URI.create(page.url() + "events").toURL().openStream()) {
                        events.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "benchmark-client");
        client.setDaemon(true);
        client.start();
    }

    @Override
    public String name() {
        return watch.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void step() {
        run(1);
    }

    @Override
    public long run(int steps) {
        long start = System.nanoTime();
        gate.let(steps);
        return System.nanoTime() - start;
    }

    @Override
    public double loss() {
        return gate.loss();
    }

    @Override
    public void close() {
        stop.request("measured");
        gate.open();
        try {
            training.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        page.ifPresent(LivePage::close);
    }
}
