package org.steadygrad.exchange;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of each thing that a file says: for every key of it a line. A reader that is done with a file has said something of all of
 * its keys; one it knows nothing of is refused, never passed over.
 */
public final class ReadReport {
    private final Map<String, String> outcomes = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * Says what became of a key.
     *
     * @param key where it stands, from the top: {@code config.json/layers[2]/config/units}
     * @param outcome in a few words, for people: {@code 5 units of node gru}
     */
    public void tell(String key, String outcome) {
        outcomes.put(key, outcome);
    }

    /** Something that users should know even if they don't ask for the report. */
    public void note(String words) {
        notes.add(words);
    }

    /** What became of which key, in the order in which it was read. */
    public Map<String, String> outcomes() {
        return Collections.unmodifiableMap(outcomes);
    }

    /** What users should know. */
    public List<String> notes() {
        return Collections.unmodifiableList(notes);
    }
}
