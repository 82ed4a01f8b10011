package org.steadygrad.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.health.Prescriber;

/**
 * How a run is filed.
 *
 * @param folder empty when nothing is written
 * @param resume whether to continue from the newest checkpoint
 * @param modelEntries what goes into every model file beside the model, by name
 * @param prescriber says what could be done about findings
 */
record RunFiling(
        String name, Optional<Path> folder, boolean resume, Map<String, byte[]> modelEntries, Prescriber prescriber) {}
