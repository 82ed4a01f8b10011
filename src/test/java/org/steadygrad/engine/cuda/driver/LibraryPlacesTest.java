package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Found;
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

    private Surroundings surroundings() {
        return new Surroundings(
                root,
                root.resolve("home/me"),
                root.resolve("project"),
                environment,
                properties,
                PythonInterpreter::ask);
    }

    /** @param unasked whether a python3 that is a script needn't be asked */
    private Found look(boolean unasked) {
        return LibraryPlaces.of(surroundings(), families -> unasked);
    }

    private List<Family> places() {
        return look(true).families();
    }

    private List<Path> folders() {
        return places().stream().flatMap(family -> family.folders().stream()).toList();
    }

    private Path script(String path, String text) throws IOException {
        folder(path);
        Path file = root.resolve(path).resolve("python3");
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    /** An environment with some of NVIDIA's packages. */
    private Path environment(String path) throws IOException {
        Path libraries = folder(path + "/lib/python3.12/site-packages/nvidia/cublas/lib");
        Files.writeString(root.resolve(path).resolve("pyvenv.cfg"), "home = /usr/bin\n");
        return libraries;
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
        Path variable = folder("variable");
        Path active = environment("active");
        Path python = folder("py/lib/python3.11/site-packages/nvidia/cublas/lib");
        script("py/bin", "exit 1");
        environment.put("LD_LIBRARY_PATH", ":" + loader + ":" + root.resolve("absent"));
        environment.put("STEADYGRAD_CUDA", variable.toString());
        environment.put("VIRTUAL_ENV", root.resolve("active").toString());
        environment.put("PATH", root.resolve("py/bin").toString());
        properties.put(LibraryPlaces.PATH, toolkit + ":" + packages);
        assertEquals(
                List.of(
                        toolkit,
                        toolkit.resolve("lib64"),
                        packages,
                        packages.resolve("nvidia/cudnn/lib"),
                        variable,
                        active,
                        python,
                        loader,
                        system,
                        system.getParent()),
                folders());
        assertEquals(
                List.of(true, true, true, false, false, false, false),
                places().stream().map(Family::given).toList());
        properties.put(LibraryPlaces.SEARCH, LibraryPlaces.PATH_ONLY);
        assertEquals(2, places().size(), "the property alone");
    }

    @Test
    void anythingOfAnEnvironmentNamesIt() throws IOException {
        Path libraries = environment("gpu");
        Path packages = root.resolve("gpu/lib/python3.12/site-packages");
        folder("gpu/bin");
        folder("home/me");
        Files.createSymbolicLink(root.resolve("home/me/gpu"), root.resolve("gpu"));
        Path python = script(
                "wrapper", "echo welcome; echo steadygrad:/nowhere; echo steadygrad:; echo steadygrad:" + packages);
        for (String name : List.of(
                root.resolve("gpu").toString(),
                root.resolve("gpu/bin").toString(),
                packages.toString(),
                packages.resolve("nvidia").toString(),
                packages.resolve("nvidia/cublas").toString(),
                python.toString(),
                "~/gpu")) {
            environment.put("STEADYGRAD_CUDA", name);
            assertTrue(
                    folders().stream().map(Folders::real).toList().contains(libraries), () -> name + ": " + folders());
            assertTrue(places().get(0).given(), name);
            assertTrue(look(true).named().get(0).exists(), name);
        }
    }

    @Test
    void anEnvironmentMayShowThePackagesOfItsBase() throws IOException {
        Path base = folder("base/lib/python3.12/site-packages/nvidia/cudnn/lib");
        environment("venv");
        environment.put("VIRTUAL_ENV", root.resolve("venv").toString());
        String home = "home = " + root.resolve("base/bin") + "\ninclude-system-site-packages = ";
        Files.writeString(root.resolve("venv/pyvenv.cfg"), home + "false\n");
        assertFalse(folders().contains(base));
        Files.writeString(root.resolve("venv/pyvenv.cfg"), home + "true\n");
        assertTrue(folders().contains(base), folders().toString());
    }

    @Test
    void whatIsNoPlaceIsSaid() throws IOException {
        folder("empty");
        Files.writeString(root.resolve("file"), "");
        Path failing = script("failing", "echo no such thing >&2; exit 3");
        environment.put(
                "STEADYGRAD_CUDA",
                root.resolve("gone") + ":" + root.resolve("empty") + ":" + root.resolve("file") + ":" + failing);
        List<NamedPlace> named = look(true).named();
        assertEquals(
                List.of(false, true, false, false),
                named.stream().map(NamedPlace::exists).toList());
        assertEquals(
                "STEADYGRAD_CUDA names \"" + root.resolve("gone") + "\", which doesn't exist",
                named.get(0).title());
        assertEquals(
                "STEADYGRAD_CUDA names \"" + root.resolve("empty") + "\", a folder",
                named.get(1).title());
        assertEquals(root.resolve("empty") + " is empty", named.get(1).holds());
        assertTrue(
                named.get(2).title().contains("neither a folder nor a Python's program"),
                named.get(2).title());
        assertTrue(
                named.get(3).title().endsWith("(exit code 3: no such thing), as a Python does"),
                named.get(3).title());
    }

    @Test
    void aPythonThatDoesNotAnswerIsNotWaitedForForEver() throws IOException {
        PythonInterpreter.Answer answer = PythonInterpreter.ask(script("slow", "sleep 100"), 1);
        assertEquals("didn't say within 1 seconds where its packages are", answer.problem());
    }

    @Test
    void aScriptInThePlaceOfPythonIsAskedOnce() throws IOException {
        Path libraries = environment("real");
        Path packages = root.resolve("real/lib/python3.12/site-packages");
        folder("conda-like/lib");
        script(
                "shims",
                "echo asked >>" + root.resolve("log") + "; echo steadygrad:" + root.resolve("conda-like")
                        + "; echo steadygrad:" + packages);
        Path other = folder("py/lib/python3.11/site-packages/nvidia/cublas/lib");
        script("py/bin", "exit 1");
        environment.put("PATH", root.resolve("shims") + ":" + root.resolve("py/bin"));
        assertEquals(List.of(other), folders(), "nobody is asked who needn't be");
        assertFalse(Files.exists(root.resolve("log")));
        for (int i = 0; i < 2; i++) {
            List<Path> found = look(false).families().stream()
                    .flatMap(family -> family.folders().stream())
                    .toList();
            assertEquals(List.of(libraries, other), found, "the one in use comes first");
        }
        assertEquals(List.of("asked"), Files.readAllLines(root.resolve("log")));
        script("shims2", "echo out of order >&2; exit 1");
        environment.put("PATH", root.resolve("shims2").toString());
        String note = look(false).notes().toString();
        assertTrue(
                note.contains("shims2/python3, doesn't say where its packages are (exit code 1: out of order)"), note);
    }

    @Test
    void thePythonOfThisMachineAnswers() {
        Path python = Folders.split(System.getenv("PATH")).stream()
                .map(folder -> folder.resolve("python3"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(python != null, "there is no python3 here");
        assertEquals("", PythonInterpreter.ask(python).problem());
    }

    @Test
    void anEnvironmentThatMerelyLiesHereIsNotUsedButTold() throws IOException {
        Path libraries = environment("project/.venv");
        folder("project/venv");
        Found found = look(true);
        assertEquals(List.of(), found.families());
        assertEquals(
                List.of(
                        "There is an environment with libraries, .venv, in the current folder. Nobody named or activated"
                                + " it, so that it isn't used; STEADYGRAD_CUDA=.venv names it."),
                found.notes());
        environment.put("VIRTUAL_ENV", root.resolve("project/.venv").toString());
        assertEquals(List.of(libraries), folders());
        assertEquals(List.of(), look(true).notes());
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
