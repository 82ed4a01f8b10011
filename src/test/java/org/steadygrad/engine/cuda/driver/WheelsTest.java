package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages as pip leaves them in a folder. */
class WheelsTest {
    @TempDir
    private Path packages;

    private Path dnn;

    @BeforeEach
    void file() throws IOException {
        Path folder = Files.createDirectories(packages.resolve("nvidia/cudnn/lib"));
        dnn = Files.writeString(folder.resolve("libcudnn.so.9"), "seven b");
    }

    private void wheel(String title, String record) throws IOException {
        Path folder = Files.createDirectories(packages.resolve(title + ".dist-info"));
        Files.writeString(folder.resolve("RECORD"), record);
    }

    @Test
    void thePackageThatListsTheFileIsTheOne() throws IOException {
        assertEquals("", Wheels.of(dnn));
        wheel("nvidia_cublas_cu12-12.6.4.1", "nvidia/cublas/lib/libcublas.so.12,sha256=a,7\n");
        assertEquals("", Wheels.of(dnn));
        wheel("nvidia_cudnn_cu12-9.5.1.17", "nvidia/cudnn/lib/libcudnn.so.9,sha256=b,7\n");
        assertEquals("nvidia-cudnn-cu12 9.5.1.17", Wheels.of(dnn));
    }

    @Test
    void ofTwoWithOneFileTheSizeTells() throws IOException {
        wheel("nvidia_cudnn_cu12-9.5.1.17", "nvidia/cudnn/lib/libcudnn.so.9,sha256=b,8\n");
        wheel("nvidia_cudnn_cu13-9.19.0.56", "nvidia/cudnn/lib/libcudnn.so.9,sha256=c,7\n");
        assertEquals("nvidia-cudnn-cu13 9.19.0.56", Wheels.of(dnn));
        wheel("nvidia_cudnn_cu12-9.5.1.17", "nvidia/cudnn/lib/libcudnn.so.9,,\n");
        assertEquals("nvidia-cudnn-cu12 9.5.1.17 or nvidia-cudnn-cu13 9.19.0.56", Wheels.of(dnn));
    }

    @Test
    void listsThatCantBeReadAreNone() throws IOException {
        Files.createDirectories(packages.resolve("nvidia_cudnn_cu12-9.5.1.17.dist-info/RECORD"));
        assertEquals("", Wheels.of(dnn));
        Files.write(
                Files.createDirectories(packages.resolve("nvidia_x-1.dist-info"))
                        .resolve("RECORD"),
                new byte[] {-1, -2});
        assertEquals("", Wheels.of(dnn));
    }
}
