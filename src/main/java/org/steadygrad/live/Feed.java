package org.steadygrad.live;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.steadygrad.report.RunView;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

/** Takes what a run tells on the training thread, never waiting: what doesn't fit is counted and left out. */
final class Feed implements RunListener {
    /** Enough for tens of thousands of steps a second, looked for ten times a second. */
    static final int CAPACITY = 8192;

    private final BlockingQueue<RunEvent> events = new ArrayBlockingQueue<>(CAPACITY);
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

    @Override
    public void happened(RunEvent event) {
        if (event instanceof RunEvent.Started started && started.startIteration() > 0) {
            resume();
        }
        if (!events.offer(event)) {
            lost.incrementAndGet();
        }
    }

    /** On the run's thread, since the files grow from the next step on. */
    private void resume() {
        RunView begun = earlier.apply(view());
        synchronized (this) {
            view = begun;
        }
    }

    /** Number of events that found no room. */
    long lost() {
        return lost.get();
    }

    /** The view, which only the thread that calls {@link #sweep} may touch. */
    synchronized RunView view() {
        return view;
    }

    /** Whether events may soon find no room. */
    boolean fills() {
        return events.size() > CAPACITY / 2;
    }

    /** Puts the events that wait into the view. @return whether there were any */
    boolean sweep() {
        RunView into = view();
        boolean any = false;
        for (RunEvent event = events.poll(); event != null; event = events.poll()) {
            into.happened(event);
            any = true;
        }
        return any;
    }
}
