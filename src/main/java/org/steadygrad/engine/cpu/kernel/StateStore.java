package org.steadygrad.engine.cpu.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.steadygrad.check.InvalidInputException;
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
