import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies a class path into a bundle: jars uncompressed, since the whole is compressed afterwards and better so, and native
 * libraries as plain files in folders that stand on the class path, so that nothing is unpacked when the program starts.
 *
 * <pre>java Collect.java BUNDLE PLATFORM ND4J-EXTENSION CUDA-LIBRARIES JAR...</pre>
 *
 * CUDA-LIBRARIES are names such as "cudart,cublas"; the bindings' other libraries are left out.
 */
final class Collect {
    /** With LAPACK's C interface to the last routine; ND4J takes the smaller two. */
    private static final String UNUSED_OPENBLAS = "libjniopenblas_full.so";

    private final Path bundle;
    private final String platform;
    private final String nd4jFolder;
    private final Set<String> cuda;

    private Collect(Path bundle, String platform, String nd4jExtension, String cudaLibraries) {
        this.bundle = bundle;
        this.platform = platform;
        nd4jFolder = "/" + platform + nd4jExtension + "/";
        cuda = new TreeSet<>(List.of(cudaLibraries.split(",")));
    }

    public static void main(String[] args) throws IOException {
        Collect collect = new Collect(Path.of(args[0]), args[1], args[2].equals("base") ? "" : "-" + args[2], args[3]);
        List<String> classPath = new ArrayList<>();
        for (int i = 4; i < args.length; i++) {
            Path jar = Path.of(args[i]);
            String name = jar.getFileName().toString();
            if (name.contains("-" + collect.platform)) {
                collect.natives(jar);
            } else {
                collect.store(jar, name);
                classPath.add(name);
            }
        }
        Files.write(collect.bundle.resolve("lib/class.path"), classPath);
    }

    private void natives(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : entries(zip)) {
                if (wanted(entry.getName())) {
                    Path file = bundle.resolve("native").resolve(entry.getName()).normalize();
                    Files.createDirectories(file.getParent());
                    try (InputStream in = zip.getInputStream(entry)) {
                        Files.copy(in, file);
                    }
                }
            }
        }
    }

    private boolean wanted(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        if (!file.matches("lib.*\\.so(\\.\\d+)*") || file.equals(UNUSED_OPENBLAS)) {
            return false;
        }
        if (name.startsWith("org/nd4j/")) {
            return name.contains(nd4jFolder);
        }
        if (name.startsWith("org/bytedeco/cuda/")) {
            return cuda.contains(file.replaceAll("^libjni|\\.so$", ""));
        }
        return name.contains("/" + platform + "/");
    }

    private void store(Path jar, String name) throws IOException {
        Path target = bundle.resolve("lib").resolve(name);
        try (ZipFile zip = new ZipFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
            out.setMethod(ZipOutputStream.STORED);
            for (ZipEntry entry : entries(zip)) {
                byte[] content = zip.getInputStream(entry).readAllBytes();
                CRC32 checksum = new CRC32();
                checksum.update(content);
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                copy.setSize(content.length);
                copy.setCrc(checksum.getValue());
                out.putNextEntry(copy);
                out.write(content);
            }
        }
    }

    /** Files only; of names that come twice the first one, which is the one that Java reads. */
    private static List<ZipEntry> entries(ZipFile zip) {
        List<ZipEntry> entries = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
            ZipEntry entry = all.nextElement();
            if (!entry.isDirectory() && seen.add(entry.getName())) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
