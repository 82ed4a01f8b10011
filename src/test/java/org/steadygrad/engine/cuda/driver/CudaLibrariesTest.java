package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Family;

/** Which files are chosen; nothing is loaded. */
class CudaLibrariesTest {
    private static final Bindings CUDA_13 = Bindings.parse("13.1-9.19-1.5.13").orElseThrow();
    private static final String[] CUDA = {
        "libcudart.so.13", "libnvrtc-builtins.so.13.0", "libnvrtc.so.13", "libcublasLt.so.13", "libcublas.so.13"
    };
    private static final String[] CUDNN = {
        "libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9", "libcudnn_adv.so.9", "libcudnn.so.9"
    };

    @TempDir
    private Path root;

    private Family family(String name, boolean given, String[]... files) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, 0x464C457F).putShort(4, (short) 0x0102);
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        header.putShort(0x12, (short) (arm ? 183 : 62));
        for (String[] some : files) {
            for (String file : some) {
                Files.write(folder.resolve(file), header.array());
            }
        }
        return new Family(name, List.of(folder), given);
    }

    private static CudaLibraries find(Family... families) {
        return CudaLibraries.find(CUDA_13, List.of(families), file -> false);
    }

    private String folderOf(CudaLibraries libraries, LibraryGroup group) {
        return root.relativize(libraries.files(group).get(0).getParent()).toString();
    }

    @Test
    void oneInstallationForAllIsPreferred() throws IOException {
        Family toolkit = family("toolkit", false, CUDA);
        Family wheels = family("wheels", false, CUDA, CUDNN);
        CudaLibraries libraries = find(toolkit, wheels);
        for (LibraryGroup group : LibraryGroup.values()) {
            assertEquals("wheels", folderOf(libraries, group), group.title());
        }
    }

    @Test
    void whatOneLacksComesFromTheNext() throws IOException {
        CudaLibraries libraries = find(family("system", false, CUDNN), family("toolkit", false, CUDA));
        assertEquals("toolkit", folderOf(libraries, LibraryGroup.BLAS));
        assertEquals("system", folderOf(libraries, LibraryGroup.DNN));
    }

    @Test
    void foldersThatTheUserNamesWin() throws IOException {
        CudaLibraries libraries =
                find(family("mine", true, CUDNN), family("wheels", false, CUDA, CUDNN), family("other", false, CUDA));
        assertEquals("mine", folderOf(libraries, LibraryGroup.DNN));
        assertEquals("wheels", folderOf(libraries, LibraryGroup.RUNTIME));
    }

    @Test
    void enginesOfDnnComeAlongBeforeTheLibraryThatAsksForThem() throws IOException {
        String[] helpers = {"libcudnn_engines_precompiled.so.9", "libcudnn_heuristic.so.9", "libcudnn_engines_x.so.8"};
        List<String> names = find(family("all", false, CUDNN, helpers)).files(LibraryGroup.DNN).stream()
                .map(file -> file.getFileName().toString())
                .toList();
        assertEquals(
                List.of("libcudnn_heuristic.so.9", "libcudnn_engines_precompiled.so.9", "libcudnn.so.9"),
                names.subList(4, 7));
        assertEquals(7, names.size());
    }

    @Test
    void anotherMajorVersionIsNamed() throws IOException {
        String[] old = {"libcudart.so.12", "libcudart.so.12.6.77", "libcudart.so"};
        CudaLibraries libraries = find(family("old", false, old));
        String problem = libraries.problem(LibraryGroup.RUNTIME);
        assertTrue(problem.contains("libcudart.so.12 is of another major version than 13"), problem);
        assertEquals("not found", libraries.problem(LibraryGroup.DNN));
    }

    @Test
    void aPlaceServesForTheDriverOrOneWholeGroup() throws IOException {
        String[] part = {"libnvrtc.so.13", "libcudart.so.12"};
        assertFalse(Installations.serves(CUDA_13, family("part", true, part).folders()));
        assertTrue(Installations.serves(CUDA_13, family("dnn", true, CUDNN).folders()));
        String[] driver = {"libcuda.so.1"};
        assertTrue(Installations.serves(CUDA_13, family("driver", true, driver).folders()));
    }

    @Test
    void theLibrariesOfAnotherCudaAreSeenWhereTheirsAreNotWhole() throws IOException {
        String[] cuda12 = {
            "libcudart.so.12", "libnvrtc-builtins.so.12.6", "libnvrtc.so.12", "libcublasLt.so.12", "libcublas.so.12"
        };
        Family old = family("old", false, cuda12);
        Family part = family("part", false, new String[] {"libcudart.so.13"});
        Family whole = family("whole", false, CUDA);
        assertEquals(
                12,
                Installations.otherCuda(CUDA_13, List.of(part, old))
                        .orElseThrow()
                        .getKey()
                        .cudaMajor());
        assertTrue(Installations.otherCuda(CUDA_13, List.of(old, whole)).isEmpty());
        assertTrue(Installations.otherCuda(CUDA_13, List.of(part)).isEmpty());
        Bindings bindings12 = Bindings.parse("12.6-9.5-1.5.11").orElseThrow();
        assertEquals(
                13,
                Installations.otherCuda(bindings12, List.of(part, whole))
                        .orElseThrow()
                        .getKey()
                        .cudaMajor());
    }

    @Test
    void whatIsMissingNamesThePackageThatBringsIt() {
        assertEquals(
                List.of(
                        "",
                        "nvidia-cuda-runtime==13.0.96",
                        "nvidia-cuda-nvrtc==13.0.88",
                        "nvidia-cublas==13.1.0.3",
                        "nvidia-cudnn-cu13==9.19.0.56"),
                find().states().stream().map(LibraryState::broughtBy).toList());
        Bindings bindings12 = Bindings.parse("12.6-9.5-1.5.11").orElseThrow();
        assertEquals(
                List.of(
                        "nvidia-cuda-runtime-cu12==12.6.77",
                        "nvidia-cuda-nvrtc-cu12==12.6.85",
                        "nvidia-cublas-cu12==12.6.4.1",
                        "nvidia-cudnn-cu12==9.5.1.17"),
                List.of(LibraryGroup.values()).stream()
                        .map(group -> group.requirement(bindings12))
                        .toList());
        assertEquals(List.of(LibraryGroup.values()), find().absent());
    }

    @Test
    void theFileOfAToolkitTellsItsVersion() throws IOException {
        Family toolkit = family("toolkit", false, CUDA);
        Path link = root.resolve("toolkit/libcudart.so.13");
        Files.move(link, root.resolve("toolkit/libcudart.so.13.0.96"));
        Files.createSymbolicLink(link, Path.of("libcudart.so.13.0.96"));
        CudaLibraries libraries = find(toolkit);
        assertEquals("13.0.96", libraries.main(LibraryGroup.RUNTIME).version());
        assertEquals("", libraries.main(LibraryGroup.BLAS).version());
    }

    @Test
    void stubsForLinkingAreNoDriver() throws IOException {
        String[] driver = {"libcuda.so.1"};
        Family stubs = family("lib64/stubs", false, driver);
        assertEquals("", find(stubs).driver().file());
        Family real = family("system", false, driver);
        assertEquals(
                root.resolve("system/libcuda.so.1").toString(),
                find(stubs, real).driver().file());
    }

    @Test
    void aDriverForOtherMachinesIsPassedOver() throws IOException {
        Family other = family("lib32", false);
        Files.writeString(root.resolve("lib32/libcuda.so.1"), "\177ELF\1\1");
        LibraryState alone = find(other).driver();
        assertTrue(alone.problem().contains("is no library for this machine"), alone.toString());
        Family real = family("lib64", false, new String[] {"libcuda.so.1"});
        assertTrue(find(other, real).driver().fine());
    }

    @Test
    void librariesOutOfAJarNeedNoFiles() {
        CudaLibraries libraries = CudaLibraries.find(CUDA_13, List.of(), file -> true);
        for (LibraryGroup group : LibraryGroup.values()) {
            assertEquals("", libraries.problem(group));
            assertEquals("in a jar on the class path", libraries.main(group).file());
            assertTrue(libraries.load(group));
        }
    }

    @Test
    void namesAsJavaCppHasThem() {
        assertEquals("cudart@.13", CudaLibraries.javaCppName("libcudart.so.13"));
        assertEquals("nvrtc-builtins@.13.1", CudaLibraries.javaCppName("libnvrtc-builtins.so.13.1"));
        assertEquals("cudnn_adv@.9", CudaLibraries.javaCppName("libcudnn_adv.so.9"));
    }
}
