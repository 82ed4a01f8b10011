package org.steadygrad.forensics;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchCell;

/** Remembers the places that were asked for, so that a bundle can tell them without the data. */
final class NamedCellSources implements CellSources {
    /** As many as one report can name, with room to spare. */
    static final int MOST = 16;

    private final CellSources source;
    private final List<Place> named = new ArrayList<>();

    /** A cell of a pass and its words. */
    record Place(int pass, BatchCell cell, String words) {
        Place {
            Check.notNull(cell, "place", "cell");
            Check.notNull(words, "place", "words");
        }
    }

    NamedCellSources(CellSources source) {
        this.source = source;
    }

    /** Those that are remembered, and another source for the rest. */
    static CellSources recorded(List<Place> places, CellSources others) {
        return (pass, cell) -> places.stream()
                .filter(place -> place.pass() == pass && place.cell().equals(cell))
                .map(Place::words)
                .findFirst()
                .orElseGet(() -> others.of(pass, cell));
    }

    @Override
    public String of(int pass, BatchCell cell) {
        String words = source.of(pass, cell);
        if (named.size() < MOST) {
            named.add(new Place(pass, cell, words));
        }
        return words;
    }

    List<Place> named() {
        return List.copyOf(named);
    }
}
