package org.steadygrad.data;

import java.util.Iterator;
import java.util.List;
import org.steadygrad.check.Check;

/** What a trained model is to be shown, whatever the labels: the examples of a file in its order, read one at a time. */
public interface InputExamples extends Iterator<InputExamples.Example>, AutoCloseable {

    /** What the rows of an output are told apart by. */
    List<KeyColumn> keys();

    @Override
    void close();

    /**
     * A column of an output that says where its rows come from.
     *
     * @param number whether its values are whole numbers ({@link Long}); else they are text
     */
    record KeyColumn(String name, boolean number) {}

    /**
     * One example.
     *
     * @param steps [time step][input] before scaling, NaN where missing; a single step where there is no time
     * @param keys values of {@link InputExamples#keys}, by time step
     * @param origin where it stands, by time step, for errors
     * @param context first steps that no prediction is asked for, and that are shown for those that follow
     * @param known of them, the first that aren't shown either: references are made of them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Example(double[][] steps, List<List<Object>> keys, List<String> origin, int context, int known) {
        /** One of which every step is asked for. */
        public Example(double[][] steps, List<List<Object>> keys, List<String> origin) {
            this(steps, keys, origin, 0, 0);
        }

        public Example {
            Check.positive(steps.length, "Example", "number of time steps");
            Check.that(keys.size() == steps.length, "Example", "keys for each step", keys.size());
            Check.that(origin.size() == steps.length, "Example", "an origin for each step", origin.size());
            Check.that(
                    0 <= known && known <= context && context < steps.length,
                    "Example",
                    "a step after the context",
                    context);
        }
    }
}
