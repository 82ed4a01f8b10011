package org.steadygrad.live;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.steadygrad.report.RunView;
import org.steadygrad.report.Step;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.train.IterationReport;
import org.steadygrad.train.TrainingObserver;

/** Takes what a run tells on the training thread, never waiting: what doesn't fit is counted and left out. */
final class Feed implements TrainingObserver {
    /** Enough for tens of thousands of steps a second, looked for ten times a second. */
    static final int CAPACITY = 8192;

    private final BlockingQueue<Consumer<RunView>> rows = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong lost = new AtomicLong();
    private final UnaryOperator<RunView> earlier;
    private RunView view;

    /**
     * @param view of the run before anything happened
     * @param earlier gives the view of a resumed run, with the rows that are filed already, in place of the other
     */
    Feed(RunView view, UnaryOperator<RunView> earlier) {
        this.view = view;
        this.earlier = earlier;
    }

    private void add(Consumer<RunView> row) {
        if (!rows.offer(row)) {
            lost.incrementAndGet();
        }
    }

    @Override
    public void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {
        // on this thread, since the files grow from the next step on
        RunView begun = startIteration == 0 ? null : earlier.apply(view());
        synchronized (this) {
            view = begun == null ? view : begun;
        }
        add(v -> v.started(engine, device, parameters, plannedIterations));
    }

    @Override
    public void iterationDone(IterationReport report) {
        add(v -> v.step(new Step(
                report.iteration(),
                report.epoch(),
                report.loss(),
                report.gradientNorm(),
                report.clipScale(),
                report.applied(),
                report.learningRateScale(),
                report.seconds())));
    }

    @Override
    public void validated(int iteration, Map<String, Double> metrics, boolean best) {
        add(v -> v.validated(iteration, metrics, best));
    }

    @Override
    public void happened(Event event, int iteration, String message) {
        add(v -> v.happened(event.name().toLowerCase(Locale.ROOT), iteration, message));
    }

    @Override
    public void looked(Look look) {
        add(v -> v.looked(look));
    }

    @Override
    public void distributed(Distributions distributions) {
        add(v -> v.distributed(distributions));
    }

    @Override
    public void found(int iteration, Finding finding) {
        add(v -> v.found(iteration, finding));
    }

    /** Rows that found no room. */
    long lost() {
        return lost.get();
    }

    /** The view, which only the thread that calls {@link #sweep} may touch. */
    synchronized RunView view() {
        return view;
    }

    /** Whether rows may soon find no room. */
    boolean fills() {
        return rows.size() > CAPACITY / 2;
    }

    /** Puts the rows that wait into the view. @return whether there were any */
    boolean sweep() {
        RunView into = view();
        boolean any = false;
        for (Consumer<RunView> row = rows.poll(); row != null; row = rows.poll()) {
            row.accept(into);
            any = true;
        }
        return any;
    }
}
