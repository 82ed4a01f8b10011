package org.steadygrad.engine.cpu.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.engine.cpu.onednn.FloatMemory;

/**
 * The state that recurrent layers carry from one piece of sequences to the next. A store that keeps nothing gives zeros to
 * whoever asks, and forgets what it is told.
 */
public final class StateStore implements AutoCloseable {
    private final boolean keeps;
    private final Map<Integer, List<FloatMemory>> states = new TreeMap<>();

    private StateStore(boolean keeps) {
        this.keeps = keeps;
    }

    public static StateStore keeping() {
        return new StateStore(true);
    }

    public static StateStore forgetting() {
        return new StateStore(false);
    }

    public boolean keeps() {
        return keeps;
    }

    /**
     * Copies a layer's carried state.
     *
     * @param key number of the operation in the plan
     * @param targets [examples, units] each: h, and c for an LSTM; set to zero when nothing is carried
     */
    public void load(int key, List<FloatMemory> targets) {
        List<FloatMemory> carried = states.get(key);
        for (int i = 0; i < targets.size(); i++) {
            if (carried == null) {
                targets.get(i).zero();
            } else if (carried.get(i).length() != targets.get(i).length()) {
                throw InvalidInputException.of(
                        "engine cpu",
                        "a batch of as many sequences as the carried state has",
                        targets.get(i).length() + " elements of state instead of "
                                + carried.get(i).length(),
                        "Call clearState() before other sequences.");
            } else {
                targets.get(i).copyFrom(carried.get(i));
            }
        }
    }

    /** Keeps a copy of a layer's state. */
    public void store(int key, List<FloatMemory> values) {
        if (!keeps) {
            return;
        }
        List<FloatMemory> kept = states.get(key);
        if (kept == null) {
            kept = new ArrayList<>();
            for (FloatMemory value : values) {
                kept.add(FloatMemory.allocate(value.length()));
            }
            states.put(key, kept);
        }
        for (int i = 0; i < kept.size(); i++) {
            kept.get(i).copyFrom(values.get(i));
        }
    }

    /** Sequences start anew. */
    public void clear() {
        states.values().forEach(list -> list.forEach(FloatMemory::close));
        states.clear();
    }

    public StateStore copy() {
        StateStore copy = new StateStore(keeps);
        states.forEach(copy::store);
        return copy;
    }

    /** A copy outside of native memory. @param sequences that the states are of */
    public SequenceState toHost(int sequences) {
        SortedMap<String, float[]> tensors = new TreeMap<>();
        states.forEach((key, list) -> {
            for (int i = 0; i < list.size(); i++) {
                tensors.put(key + "." + i, list.get(i).toArray());
            }
        });
        return tensors.isEmpty() ? SequenceState.START : new SequenceState(sequences, tensors);
    }

    /** Takes what {@link #toHost} gave. */
    public void restore(SequenceState state) {
        Map<Integer, Integer> tensors = new TreeMap<>();
        state.tensors()
                .keySet()
                .forEach(name -> tensors.merge(Integer.valueOf(name.substring(0, name.indexOf('.'))), 1, Integer::sum));
        // memory of the right size is written over
        states.entrySet().removeIf(entry -> !fits(entry.getKey(), entry.getValue(), state));
        tensors.forEach((key, count) -> {
            List<FloatMemory> kept = states.computeIfAbsent(key, none -> new ArrayList<>());
            for (int i = 0; i < count; i++) {
                float[] values = state.tensors().get(key + "." + i);
                if (kept.size() == i) {
                    kept.add(FloatMemory.allocate(values.length));
                }
                kept.get(i).write(0, values, values.length);
            }
        });
    }

    private static boolean fits(int key, List<FloatMemory> kept, SequenceState state) {
        for (int i = 0; i < kept.size(); i++) {
            float[] values = state.tensors().get(key + "." + i);
            if (values == null || values.length != kept.get(i).length()) {
                kept.forEach(FloatMemory::close);
                return false;
            }
        }
        return true;
    }

    /** Takes what a copy holds. */
    public void restore(StateStore copy) {
        clear();
        copy.states.forEach(this::store);
    }

    @Override
    public void close() {
        clear();
    }
}
