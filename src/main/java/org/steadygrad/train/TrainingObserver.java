package org.steadygrad.train;

import java.nio.file.Path;
import java.util.Map;
import org.steadygrad.health.HealthObserver;

/** Is told what happens in a run and what health sees of it, on the training thread. */
public interface TrainingObserver extends HealthObserver {

    /** Kinds of events beside iterations and validations. */
    enum Event {
        /** A step was skipped. */
        SKIPPED,
        /** Parameters went back to the last good snapshot. */
        ROLLED_BACK,
        /** A change was tried on the same steps and kept. */
        CURED,
        /** A change was tried on the same steps and taken back. */
        CURE_TAKEN_BACK,
        /** A checkpoint was written. */
        CHECKPOINT,
        /** The run ends. */
        STOPPED
    }

    /** @param reason one line that says why {@code auto} didn't take an engine that would be faster; before {@link #started} */
    default void passedOver(String reason) {}

    /** @param note one sentence on how the data are read that nobody asked for; before {@link #started} */
    default void dataNote(String note) {}

    /**
     * Called once before the first step.
     *
     * @param engine name of the engine
     * @param device the device in words
     * @param parameters number of the model's parameters
     * @param plannedIterations number of steps if nothing ends the run early; -1 when not known
     * @param startIteration number of steps done before, above 0 for a resumed run
     */
    default void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {}

    default void iterationDone(IterationReport report) {}

    /** @param metrics metric name to value on the validation data */
    default void validated(int iteration, Map<String, Double> metrics, boolean best) {}

    /** @param bundle a file that was written, with which a step that wasn't applied can be run again */
    default void filed(int iteration, Path bundle) {}

    /** @param message one line in words */
    default void happened(Event event, int iteration, String message) {}
}
