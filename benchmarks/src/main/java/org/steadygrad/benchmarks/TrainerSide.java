package org.steadygrad.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.live.LivePage;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.StopSignal;
import org.steadygrad.train.Trainer;

/**
 * A run of the product on a thread of its own, which waits between turns. Everything a run does is in its steps, but for trials of cures,
 * which take steps of their own.
 */
final class TrainerSide implements Side {
    /** What a run does beside training. */
    enum Watch {
        /** No full look after the first step and no histograms; norms of gradients and updates all the same. */
        NONE,
        /** Full looks and histograms. */
        HEALTH,
        /** That, and a client of the live page. */
        LIVE
    }

    private static final double NO_CHECKPOINT_SECONDS = 1e9;
    /** By default they fall on full looks, whose cost would have theirs in it. */
    private static final String GUARD = "snapshotEvery=47";

    private final Watch watch;
    private final Gate gate = new Gate();
    private final StopSignal stop = new StopSignal();
    private final Optional<LivePage> page;
    private final StepTimes times = new StepTimes();
    private final ListenerTime pageTime = new ListenerTime();
    private final Optional<PageClient> client;
    private final Thread training;

    /**
     * Where a run is, and what it trains.
     *
     * @param threads of the engine
     * @param folder that it is filed in
     */
    record Setting(String engine, int threads, Workload workload, Path folder) {
        /** The same in a folder of this one's. */
        Setting in(String name) {
            return new Setting(engine, threads, workload, folder.resolve(name));
        }
    }

    /** @param looks when there are any */
    TrainerSide(Watch watch, HealthSpec looks, Setting setting) {
        this.watch = watch;
        ComputationGraph model = Dl4jModels.product(setting.workload());
        LivePage.Settings free = new LivePage.Settings(0, Optional.empty(), Optional.empty());
        page = watch == Watch.LIVE
                ? Optional.of(LivePage.open(free, new LivePage.Run("benchmark", "name: benchmark\n", setting.folder())))
                : Optional.empty();
        List<RunListener> listeners = new ArrayList<>(List.of(times, gate));
        page.ifPresent(shown -> listeners.add(0, pageTime.of(shown.listener())));
        Trainer trainer = Trainer.of(model, OneBatch.of(setting.workload()))
                .name("benchmark")
                .epochs(1)
                .clip(new ClipSpec.GlobalNorm(Dl4jModels.MAX_NORM))
                .checkpoint(CheckpointSpec.defaults()
                        .withEverySeconds(NO_CHECKPOINT_SECONDS)
                        .withKeep(1))
                .guard(RunFiles.defaults(GuardSpec.Auto.class, "trialSteps=0", GUARD))
                .health(
                        watch == Watch.NONE
                                ? RunFiles.defaults(HealthSpec.class, "every=" + Integer.MAX_VALUE, "histograms=0")
                                : looks)
                .engine(setting.engine())
                .engineSettings(EngineSettings.DEFAULT.withThreads(setting.threads()))
                .folder(setting.folder())
                .listener(RunListener.all(listeners))
                .stopSignal(stop);
        training = new Thread(() -> train(trainer), "benchmark-" + watch);
        training.setDaemon(true);
        training.start();
        client = page.map(PageClient::new);
    }

    /** Who looks at the live page, if there is one. */
    Optional<PageClient> client() {
        return client;
    }

    /** When each step ended. */
    StepTimes times() {
        return times;
    }

    /** What the training thread spends on the live page. */
    ListenerTime pageTime() {
        return pageTime;
    }

    private void train(Trainer trainer) {
        try {
            trainer.run();
            gate.fail(new IllegalStateException("the run ended"));
        } catch (RuntimeException e) {
            gate.fail(e);
        }
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
