package org.steadygrad.firstlight;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the parts reach what they try.
 *
 * @param run the bundle's script
 * @param python a Python that has torch; "" when there is none
 */
record Bundle(Path run, String python) {

    /** A command line of the script, which another program may be put in front of. */
    List<String> command(List<String> before, String... arguments) {
        List<String> all = new ArrayList<>(before);
        all.add(run.toString());
        all.addAll(List.of(arguments));
        return all;
    }

    List<String> command(String... arguments) {
        return command(List.of(), arguments);
    }
}
