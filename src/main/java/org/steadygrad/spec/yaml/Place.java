package org.steadygrad.spec.yaml;

/**
 * Where a value stands.
 *
 * @param source the file, or the option that gave the value
 * @param line line in it, from 1; 0 where lines mean nothing
 */
record Place(String source, int line) {

    /** The first words of an error, for example {@code run.yaml, line 9, key model.layers[1].gru}. */
    String who(String key) {
        String who = line > 0 ? source + ", line " + line : source;
        return key.isEmpty() ? who : who + ", key " + key;
    }
}
