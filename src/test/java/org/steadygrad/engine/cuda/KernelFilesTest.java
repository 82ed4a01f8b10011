package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.steadygrad.engine.plan.PlanBuilder;

class KernelFilesTest {
    private static Set<String> of(Cell cell) {
        ComputationGraph model =
                new ComputationGraph(chain(InputType.recurrent(3), cell.units(4), dense(5), stepClasses(3)));
        model.init();
        return KernelFiles.of(PlanBuilder.build(model));
    }

    /** A name that isn't a source's would only be noticed where there is a GPU. */
    @Test
    void allAreSources() throws IOException {
        Set<String> named = new TreeSet<>();
        for (Cell cell : Cell.values()) {
            named.addAll(of(cell));
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
        Set<String> both = new TreeSet<>(of(Cell.GRU));
        both.retainAll(of(Cell.LSTM));
        assertEquals(1, of(Cell.GRU).size() - both.size());
    }
}
