package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which bindings of CUDA the launcher builds with. */
@DisabledOnOs(OS.WINDOWS)
class LauncherCudaTest extends LauncherProject {
    private List<Boolean> builtForCuda12() throws IOException {
        return Files.readAllLines(project.resolve("maven.runs")).stream()
                .map(run -> run.contains("-Pcuda12 "))
                .toList();
    }

    @Test
    void bindingsFollowTheLibrariesThatAreHere() throws Exception {
        driver();
        userSettings.put("VIRTUAL_ENV", cuda("old env", 12).toString());
        assertEquals(7, launch(project.resolve("steadygrad")).code());
        assertFalse(launch(project.resolve("steadygrad")).text().contains("building"), "what fits is kept");
        userSettings.remove("VIRTUAL_ENV");
        if (!Files.exists(Path.of("/usr/local/cuda"))) {
            assertFalse(
                    launch(project.resolve("steadygrad")).text().contains("building"), "no libraries ask for nothing");
        }
        userSettings.put("STEADYGRAD_CUDA", cuda("new", 13) + "/bin/python3");
        Outcome switched = launch(project.resolve("steadygrad"));
        assertTrue(switched.text().contains("building (the bindings of CUDA 13 fit the libraries"), switched.text());
        userSettings.put("STEADYGRAD_CUDA", temporary.resolve("old env").toString());
        userSettings.put("VIRTUAL_ENV", temporary.resolve("new").toString());
        Outcome back = launch(project.resolve("steadygrad"));
        assertTrue(back.text().contains("building (the bindings of CUDA 12 fit the libraries"), back.text());
        assertEquals(List.of(true, false, true), builtForCuda12());
    }

    @Test
    void bindingsAreNotChosenWithoutADriverOrAgainstTheUser() throws Exception {
        Path old = cuda("old", 12);
        userSettings.put("VIRTUAL_ENV", old.toString());
        assumeTrue(!Files.exists(Path.of("/proc/driver/nvidia/version")), "this machine has a driver");
        launch(project.resolve("steadygrad"));
        driver();
        profiles = "nd4j-cuda";
        launch(project.resolve("steadygrad"));
        profiles = "cuda12-bundled";
        launch(project.resolve("steadygrad"));
        profiles = null;
        assertFalse(launch(project.resolve("steadygrad")).text().contains("building"));
        assertEquals(List.of(false, false, false), builtForCuda12());
        profiles = "slow";
        launch(project.resolve("steadygrad"));
        String last = Files.readAllLines(project.resolve("maven.runs")).get(3);
        assertTrue(last.contains("-Pslow,cuda12 "), last);
    }

    @Test
    void whatEachKindOfPlaceHoldsIsSeen() throws Exception {
        driver();
        launch(project.resolve("steadygrad"));
        Path toolkit = Files.createDirectories(temporary.resolve("toolkit/targets/x86_64-linux/lib"));
        Path flat = Files.createDirectories(temporary.resolve("flat"));
        for (Path folder : List.of(toolkit, flat)) {
            for (String library : List.of("cudart", "nvrtc", "cublas")) {
                Files.writeString(folder.resolve("lib" + library + ".so.12"), "");
            }
        }
        Path env = cuda("env", 12);
        Path bin = Files.createDirectories(env.resolve("bin"));
        Path python = Files.writeString(bin.resolve("python3"), "");
        assertTrue(python.toFile().setExecutable(true));
        Path part = Files.createDirectories(temporary.resolve("part"));
        Files.writeString(part.resolve("libcudart.so.13"), "");
        Map<String, String> driver = Map.copyOf(userSettings);
        List<Map.Entry<String, String>> ways = List.of(
                Map.entry(
                        "STEADYGRAD_CUDA",
                        toolkit.getParent().getParent().getParent().toString()),
                Map.entry("STEADYGRAD_CUDA", flat.toString()),
                Map.entry("STEADYGRAD_CUDA", python.toString()),
                Map.entry("STEADYGRAD_CUDA", bin.toString()),
                Map.entry(
                        "STEADYGRAD_CUDA",
                        env.resolve("lib/python3.12/site-packages").toString()),
                Map.entry("STEADYGRAD_CUDA", part + ":" + flat),
                Map.entry("STEADYGRAD_JAVA_OPTS", "-Dx=y -Dsteadygrad.cuda.path=" + flat),
                Map.entry("CONDA_PREFIX", env.toString()),
                Map.entry("LD_LIBRARY_PATH", driver.get("LD_LIBRARY_PATH") + ":" + flat),
                Map.entry(
                        "CUDA_HOME", toolkit.getParent().getParent().getParent().toString()));
        for (Map.Entry<String, String> way : ways) {
            Files.writeString(project.resolve("target/steadygrad.cuda"), "\n");
            Files.writeString(project.resolve("maven.runs"), "");
            userSettings.clear();
            userSettings.putAll(driver);
            userSettings.put(way.getKey(), way.getValue());
            Outcome outcome = launch(project.resolve("steadygrad"));
            assertEquals(List.of(true), builtForCuda12(), () -> way + ": " + outcome.text());
        }
    }

    @Test
    void bindingsThatCannotBeHadKeepNothingFromStarting() throws Exception {
        driver();
        launch(project.resolve("steadygrad"));
        userSettings.put("VIRTUAL_ENV", cuda("env", 12).toString());
        Files.writeString(project.resolve("broken"), "");
        Outcome offline = launch(project.resolve("steadygrad"), "doctor");
        assertEquals(7, offline.code(), offline.text());
        assertTrue(offline.text().contains("the bindings of CUDA 12 can't be had now"), offline.text());
        assertTrue(offline.text().contains("STEADYGRAD_PROFILES=cuda12 tries again"), offline.text());
        assertTrue(offline.text().contains("java <doctor>"), offline.text());
        assertFalse(launch(project.resolve("steadygrad")).text().contains("building"), "not at every start");
        assertEquals(2, builds());
        Files.delete(project.resolve("broken"));
        profiles = "cuda12";
        assertEquals(7, launch(project.resolve("steadygrad")).code());
        assertEquals(List.of(false, true, true), builtForCuda12());
    }
}
