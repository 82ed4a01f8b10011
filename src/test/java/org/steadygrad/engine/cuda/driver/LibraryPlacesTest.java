package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Family;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Surroundings;

@DisabledOnOs(OS.WINDOWS)
class LibraryPlacesTest {
    @TempDir
    private Path temporary;

    private Path root;
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();

    @BeforeEach
    void resolveLinks() throws IOException {
        root = temporary.toRealPath();
    }

    private Path folder(String path) throws IOException {
        return Files.createDirectories(root.resolve(path));
    }

    private List<Family> places() {
        return LibraryPlaces.of(new Surroundings(root, root.resolve("home/me"), environment, properties));
    }

    private List<Path> folders() {
        return places().stream().flatMap(family -> family.folders().stream()).toList();
    }

    @Test
    void anEmptyMachineHasNone() {
        assertEquals(List.of(), places());
    }

    @Test
    void whatTheUserNamesComesFirst() throws IOException {
        Path system = folder("usr/lib/x86_64-linux-gnu");
        Path loader = folder("mine");
        Path toolkit = folder("toolkit/lib64").getParent();
        Path packages =
                folder("packages/nvidia/cudnn/lib").getParent().getParent().getParent();
        environment.put("LD_LIBRARY_PATH", ":" + loader + ":" + root.resolve("absent"));
        properties.put(LibraryPlaces.PATH, toolkit + ":" + packages);
        assertEquals(
                List.of(
                        toolkit,
                        toolkit.resolve("lib64"),
                        packages,
                        packages.resolve("nvidia/cudnn/lib"),
                        loader,
                        system,
                        system.getParent()),
                folders());
        assertEquals(
                List.of(true, true, false), places().stream().map(Family::given).toList());
        properties.put(LibraryPlaces.SEARCH, LibraryPlaces.PATH_ONLY);
        assertEquals(1, places().size());
    }

    @Test
    void toolkitsNewestFirstAndEachOnce() throws IOException {
        Path newest = folder("usr/local/cuda-13.10/targets/x86_64-linux/lib");
        Path older = folder("usr/local/cuda-13.9/lib64");
        Path oldest = folder("usr/local/cuda-12.6/lib64");
        assertEquals(List.of(newest, older, oldest), folders());
        Files.createSymbolicLink(root.resolve("usr/local/cuda"), root.resolve("usr/local/cuda-12.6"));
        assertEquals(
                List.of(root.resolve("usr/local/cuda/lib64"), newest, older), folders(), "the one in use comes first");
    }

    @Test
    void pythonsOfManyKinds() throws IOException {
        Path venv = folder("venv/lib/python3.12/site-packages/nvidia/cu13/lib");
        Path conda = folder("conda/lib");
        Path onPath = folder("py/lib/python3.11/site-packages/nvidia/cublas/lib");
        Files.writeString(folder("py/bin").resolve("python3"), "");
        assertTrue(root.resolve("py/bin/python3").toFile().setExecutable(true));
        Path pyenv = folder("home/me/.pyenv/versions/3.10.1/lib/python3.10/site-packages/torch/lib");
        Path user = folder("home/me/.local/lib/python3.9/site-packages/nvidia/cudnn/lib");
        Path debian = folder("usr/lib/python3/dist-packages/nvidia/cuda_runtime/lib");
        environment.put("VIRTUAL_ENV", root.resolve("venv").toString());
        environment.put("CONDA_PREFIX", root.resolve("conda").toString());
        environment.put("PATH", root.resolve("py/bin").toString());
        List<Path> found = folders();
        assertEquals(List.of(venv, conda), found.subList(0, 2), "those that are active come first");
        assertTrue(found.containsAll(List.of(onPath, pyenv, user, debian)), found.toString());
    }

    @Test
    void theLoadersConfigurationCounts() throws IOException {
        Path special = folder("opt/special");
        Files.writeString(folder("etc/ld.so.conf.d").resolve("special.conf"), "# words\n/opt/special\n");
        assertEquals(List.of(special), folders());
    }

    @Test
    void namesThatAreNoPathsAreLeftOut() {
        environment.put("LD_LIBRARY_PATH", "\0:  :relative");
        assertEquals(List.of(), places());
    }
}
