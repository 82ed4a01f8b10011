package org.steadygrad.report;

import java.util.ArrayList;
import java.util.List;

/** Items in their order, of which at most a number are kept, evenly spread; the newest is always among them. */
final class Thinned<T> {
    private final int most;
    private final List<T> kept = new ArrayList<>();
    private T newest;
    private long stride = 1;
    private long count;

    /** @param most number of items that are kept beside the newest, at least 2 */
    Thinned(int most) {
        this.most = most;
    }

    void add(T item) {
        newest = item;
        if (count++ % stride != 0) {
            return;
        }
        if (kept.size() == most) {
            List<T> everySecond = new ArrayList<>();
            for (int i = 0; i < kept.size(); i += 2) {
                everySecond.add(kept.get(i));
            }
            kept.clear();
            kept.addAll(everySecond);
            stride *= 2;
            if ((count - 1) % stride != 0) {
                return;
            }
        }
        kept.add(item);
    }

    /** Number of items that were added. */
    long count() {
        return count;
    }

    List<T> items() {
        List<T> items = new ArrayList<>(kept);
        if (count > 0 && items.get(items.size() - 1) != newest) {
            items.add(newest);
        }
        return items;
    }
}
