package org.steadygrad.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * What recurrent layers carry from one piece of sequences to the next. That of several sequences can be put together and taken apart,
 * since no sequence depends on another. Belongs to the engine that gave it.
 *
 * @param sequences their number; 0 for sequences that begin, however many
 * @param tensors [sequences, units] each, by names that are the engine's own; isn't changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SequenceState(int sequences, SortedMap<String, float[]> tensors) {
    private static final String WHO = "SequenceState";

    /** Of sequences that begin. */
    public static final SequenceState START = new SequenceState(0, new TreeMap<>());

    public SequenceState {
        Check.nonNegative(sequences, WHO, "sequences");
        for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
            boolean whole = sequences > 0 && tensor.getValue().length % sequences == 0;
            Check.that(whole, WHO, "as many rows as sequences in " + tensor.getKey(), tensor.getValue().length);
        }
    }

    /** Those of several sequences, one each, in this order. */
    public static SequenceState joined(List<SequenceState> states) {
        SortedMap<String, float[]> joined = new TreeMap<>();
        for (int i = 0; i < states.size(); i++) {
            SequenceState one = states.get(i);
            if (one.sequences > 1) {
                throw InvalidInputException.of(WHO, "states of one sequence each", one.sequences, "");
            }
            for (Map.Entry<String, float[]> tensor : one.tensors.entrySet()) {
                int units = tensor.getValue().length;
                // the rows of sequences that begin stay 0
                float[] all = joined.computeIfAbsent(tensor.getKey(), name -> new float[states.size() * units]);
                System.arraycopy(tensor.getValue(), 0, all, i * units, units);
            }
        }
        return joined.isEmpty() ? START : new SequenceState(states.size(), joined);
    }

    /** That of one of the sequences. @param number from 0 */
    public SequenceState of(int number) {
        SortedMap<String, float[]> own = new TreeMap<>();
        tensors.forEach((name, all) -> {
            int units = all.length / sequences;
            own.put(name, Arrays.copyOfRange(all, number * units, (number + 1) * units));
        });
        return own.isEmpty() ? START : new SequenceState(1, own);
    }
}
