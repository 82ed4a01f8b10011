package org.steadygrad.engine.cuda.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.stream.ChangeGuard;

/**
 * The state that recurrent layers carry from one piece of sequences to the next. A store that keeps nothing gives zeros to
 * whoever asks, and forgets what it is told.
 */
public final class StateStore implements AutoCloseable {
    private final CudaModel model;
    private final boolean keeps;
    private final Map<Integer, Carried> states = new TreeMap<>();
    private final ChangeGuard changes =
            new ChangeGuard("the states of recurrent layers", "Call clearState(), and begin with new sequences.");

    /** A layer's state; its memory stays when its content means nothing any more. */
    private static final class Carried {
        final DeviceScope scope;
        final List<DeviceMemory> tensors = new ArrayList<>();
        boolean present;

        Carried(CudaModel model, List<Long> lengths) {
            scope = new DeviceScope(model.runtime().device());
            try {
                lengths.forEach(length -> tensors.add(scope.floats(length)));
            } catch (RuntimeException | Error e) {
                scope.closeAfter(e);
                throw e;
            }
        }

        List<Long> lengths() {
            return StateStore.lengths(tensors);
        }
    }

    private StateStore(CudaModel model, boolean keeps) {
        this.model = model;
        this.keeps = keeps;
    }

    public static StateStore keeping(CudaModel model) {
        return new StateStore(model, true);
    }

    public static StateStore forgetting(CudaModel model) {
        return new StateStore(model, false);
    }

    /** Whether no layer finds anything here but zeros. */
    public boolean isEmpty() {
        return states.values().stream().noneMatch(carried -> carried.present);
    }

    /** Whether the states of all layers are of the same step. */
    public ChangeGuard changes() {
        return changes;
    }

    /** @throws org.steadygrad.engine.EngineException when what is kept here is of no use */
    public void check() {
        if (keeps) {
            changes.check();
        }
    }

    private static List<Long> lengths(List<DeviceMemory> tensors) {
        return tensors.stream().map(DeviceMemory::length).toList();
    }

    /**
     * Enqueues the copy of a layer's carried state.
     *
     * @param key number of the operation in the plan
     * @param targets set to zero when nothing is carried
     */
    public void load(int key, List<DeviceMemory> targets) {
        Carried carried = states.get(key);
        boolean present = carried != null && carried.present;
        for (int i = 0; i < targets.size(); i++) {
            if (present) {
                model.runtime().stream().copy(targets.get(i), carried.tensors.get(i));
            } else {
                model.runtime().stream().zero(targets.get(i));
            }
        }
    }

    /**
     * Takes the memory for a layer's state, so that {@link #store} needs none.
     *
     * @param key number of the operation in the plan
     * @param values of the state
     * @throws InvalidInputException when a state of other sizes is carried
     */
    public void reserve(int key, List<DeviceMemory> values) {
        if (!keeps || values.isEmpty()) {
            return;
        }
        Carried carried = states.get(key);
        if (carried != null && carried.present && !carried.lengths().equals(lengths(values))) {
            throw InvalidInputException.of(
                    "engine cuda",
                    "a batch of as many sequences as the carried state has",
                    lengths(values) + " elements of state instead of " + carried.lengths(),
                    "Call clearState() before other sequences.");
        }
        memory(key, lengths(values));
    }

    /** Enqueues the copy of a layer's state to here. */
    public void store(int key, List<DeviceMemory> values) {
        if (!keeps || values.isEmpty()) {
            return;
        }
        Carried carried = memory(key, lengths(values));
        carried.present = true;
        for (int i = 0; i < values.size(); i++) {
            model.runtime().stream().copy(carried.tensors.get(i), values.get(i));
        }
    }

    private Carried memory(int key, List<Long> lengths) {
        Carried carried = states.get(key);
        if (carried == null || !carried.lengths().equals(lengths)) {
            if (carried != null) {
                model.runtime().stream().synchronize();
                states.remove(key);
                carried.scope.close();
            }
            carried = new Carried(model, lengths);
            states.put(key, carried);
        }
        return carried;
    }

    /** Sequences start anew. */
    public void clear() {
        states.values().forEach(carried -> carried.present = false);
        changes.end();
    }

    /** A copy of all that is carried, for {@link #restore}. */
    public Map<Integer, List<float[]>> toHost() {
        Map<Integer, List<float[]>> copy = new TreeMap<>();
        states.forEach((key, carried) -> {
            if (carried.present) {
                copy.put(key, carried.tensors.stream().map(model.memory()::read).toList());
            }
        });
        return copy;
    }

    public void restore(Map<Integer, List<float[]>> copy) {
        clear();
        copy.forEach((key, arrays) -> {
            List<Long> lengths =
                    arrays.stream().map(array -> (long) array.length).toList();
            Carried carried = memory(key, lengths);
            carried.present = true;
            for (int i = 0; i < arrays.size(); i++) {
                model.memory().write(arrays.get(i), carried.tensors.get(i));
            }
        });
    }

    @Override
    public void close() {
        try (DeviceScope all = new DeviceScope(model.runtime().device())) {
            states.values().forEach(carried -> all.own(carried.scope));
            states.clear();
        }
    }
}
