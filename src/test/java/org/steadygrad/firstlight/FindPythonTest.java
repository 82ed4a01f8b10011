package org.steadygrad.firstlight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts' choice of a Python, with a shell script in its place that answers as one does that is a wrapper. */
class FindPythonTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void shell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "it is a shell script");
    }

    private String flag(String python, String cuda) throws Exception {
        String script = ". benchmarks/gpu/find_python.sh; find_python; find_cuda; echo \"$python|$cuda_flag\"";
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-eu", "-c", script).redirectErrorStream(true);
        builder.environment().put("PATH", folder.resolve("nothing").toString());
        builder.environment().put("STEADYGRAD_PYTHON", python);
        builder.environment().put("STEADYGRAD_CUDA", cuda);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }

    private String wrapper(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("wrapper"), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file.toString();
    }

    @Test
    void theNamedPythonIsAskedForItsPackages() throws Exception {
        String python = wrapper("[ \"$1\" = - ] && echo /packages\n");
        assertEquals("|-Dsteadygrad.cuda.path=/packages", flag(python, ""), "without torch it is no peer");
        String withTorch = wrapper("[ \"$1\" = - ] && echo /packages; exit 0\n");
        assertEquals(withTorch + "|-Dsteadygrad.cuda.path=/packages", flag(withTorch, ""));
    }

    @Test
    void aPlaceThatTheUserNamesForCudaCountsMore() throws Exception {
        assertEquals("|", flag(wrapper("[ \"$1\" = - ] && echo /packages\n"), "/elsewhere"));
    }

    @Test
    void aPythonWithoutTheLibrariesSaysNothing() throws Exception {
        assertEquals("|", flag(wrapper("[ \"$1\" = - ] && echo\n"), ""));
    }

    @Test
    void aPythonThatIsNotThereIsTold() throws Exception {
        List<String> lines =
                flag(folder.resolve("missing").toString(), "").lines().toList();
        assertTrue(lines.get(0).contains("missing, which can't be run"), lines.toString());
        assertEquals("|", lines.get(1));
    }
}
