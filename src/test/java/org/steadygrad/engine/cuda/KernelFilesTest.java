package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanBuilder;

class KernelFilesTest {
    private static Plan plan(Cell cell) {
        ComputationGraph model =
                new ComputationGraph(chain(InputType.recurrent(3), cell.units(4), dense(5), stepClasses(3)));
        model.init();
        return PlanBuilder.build(model);
    }

    private static Set<String> of(Cell cell, int architecture) {
        Set<String> files = KernelFiles.needed(plan(cell));
        files.addAll(KernelFiles.optional(plan(cell), architecture));
        return files;
    }

    /** A name that isn't a source's would only be noticed where there is a GPU. */
    @Test
    void allAreSources() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Cell cell : Cell.values()) {
            named.addAll(of(cell, 90));
        }
        Set<String> sources;
        try (Stream<Path> files = Files.list(Path.of("native-config/cuda"))) {
            sources = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .map(name -> name.substring(0, name.length() - ".cu".length()))
                    .collect(Collectors.toSet());
        }
        named.removeAll(sources);
        assertEquals(Set.of(), named);
    }

    @Test
    void aCellNeedsItsOwnPersistentKernels() {
        Set<String> both = new TreeSet<>(of(Cell.GRU, 70));
        both.retainAll(of(Cell.LSTM, 70));
        assertEquals(1, of(Cell.GRU, 70).size() - both.size());
    }

    @Test
    void persistentKernelsAreForNewerDevicesOnly() {
        for (Cell cell : Cell.values()) {
            assertEquals(Set.of(), KernelFiles.optional(plan(cell), 61));
            assertEquals(1, KernelFiles.optional(plan(cell), 70).size());
            assertTrue(KernelFiles.needed(plan(cell)).stream().noneMatch(file -> file.startsWith("persistent")));
        }
    }
}
