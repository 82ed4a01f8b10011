import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies a class path into a bundle.
 *
 * <pre>java -cp ASM Collect.java natives FOLDER PLATFORM ND4J-EXTENSION CUDA-LIBRARIES JAR...
 * java -cp ASM Collect.java names OWN-FOLDERS JAR...
 * java -cp ASM Collect.java libraries FOLDER OWN-FOLDERS JAR...
 * java -cp ASM Collect.java whole FOLDER JAR...
 * java -cp ASM Collect.java own FILE JAR
 * java -cp ASM Collect.java tests FOLDER TAG PATTERN</pre>
 *
 * {@code natives} are put as plain files into folders that stand on the class path, so that nothing is unpacked when the program starts.
 * {@code libraries} are written with the classes that the program can reach, {@code whole} with all, both without what only debuggers read;
 * {@code own} keeps all classes, with the numbers of lines. {@code tests} removes the classes of a folder that neither those with JUnit's tag nor those whose names (with
 * slashes) match the pattern can reach, and the folders that hold none then. All jars are uncompressed, since the whole is compressed afterwards and better so. {@code names} prints the
 * classes of the jars that the program's own ones name: as long as these stay the same, so do the libraries.
 * CUDA-LIBRARIES are names such as "cudart,cublas"; the bindings' other libraries are left out.
 */
final class Collect {
    /** With LAPACK's C interface to the last routine; ND4J takes the smaller two. */
    private static final String UNUSED_OPENBLAS = "libjniopenblas_full.so";

    private Collect() {}

    public static void main(String[] args) throws IOException {
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        switch (args[0]) {
            case "natives" -> natives(rest);
            case "names" -> new Reach(rest.get(0), rest.subList(1, rest.size())).namedByOwn().forEach(System.out::println);
            case "libraries" -> {
                List<String> jars = rest.subList(2, rest.size());
                Set<String> reached = new Reach(rest.get(1), jars).reached();
                collect(Path.of(rest.get(0)), jars, reached);
            }
            case "whole" -> collect(Path.of(rest.get(0)), rest.subList(1, rest.size()), null);
            case "own" -> store(Path.of(rest.get(1)), Path.of(rest.get(0)), null, false);
            case "tests" -> tests(Path.of(rest.get(0)), rest.get(1), rest.get(2));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void tests(Path folder, String tag, String pattern) throws IOException {
        Map<String, byte[]> classes = new TreeMap<>();
        for (Path file : classFiles(folder)) {
            classes.put(nameOf(folder, file), Files.readAllBytes(file));
        }
        Set<String> roots = new TreeSet<>();
        classes.forEach((name, content) -> {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            boolean tagged = text.contains("Lorg/junit/jupiter/api/Tag;") && text.contains((char) tag.length() + tag);
            if (tagged || name.matches(pattern)) {
                roots.add(name);
            }
        });
        Set<String> reached = new Names(classes).reachedFrom(roots);
        Set<Path> folders = new TreeSet<>(Comparator.reverseOrder());
        for (Path file : classFiles(folder)) {
            folders.add(file.getParent());
            if (!reached.contains(nameOf(folder, file))) {
                Files.delete(file);
            } else {
                Files.write(file, WithoutDebug.withLines(Files.readAllBytes(file)));
            }
        }
        for (Path place : folders) {
            if (classFiles(place).isEmpty()) {
                delete(place);
            }
        }
    }

    private static String nameOf(Path folder, Path file) {
        return folder.relativize(file).toString().replaceAll("\\.class$", "");
    }

    private static List<Path> classFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void natives(List<String> args) throws IOException {
        Path folder = Path.of(args.get(0));
        String platform = args.get(1);
        String extension = args.get(2).equals("base") ? "" : "-" + args.get(2);
        Set<String> cuda = new TreeSet<>(List.of(args.get(3).split(",")));
        for (String jar : args.subList(4, args.size())) {
            try (ZipFile zip = new ZipFile(jar)) {
                for (ZipEntry entry : entries(zip)) {
                    if (wanted(entry.getName(), platform, "/" + platform + extension + "/", cuda)) {
                        Path file = folder.resolve(entry.getName()).normalize();
                        Files.createDirectories(file.getParent());
                        try (InputStream in = zip.getInputStream(entry)) {
                            Files.copy(in, file);
                        }
                    }
                }
            }
        }
    }

    private static boolean wanted(String name, String platform, String nd4jFolder, Set<String> cuda) {
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

    /** @param reached names of the classes to keep, with slashes; null for all */
    private static void collect(Path folder, List<String> jars, Set<String> reached) throws IOException {
        Files.createDirectories(folder);
        List<String> classPath = new ArrayList<>();
        for (String jar : jars) {
            String name = Path.of(jar).getFileName().toString();
            store(Path.of(jar), folder.resolve(name), reached, true);
            classPath.add(name);
        }
        Files.write(folder.resolve("class.path"), classPath);
    }

    private static void store(Path jar, Path target, Set<String> reached, boolean library) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
            out.setMethod(ZipOutputStream.STORED);
            for (ZipEntry entry : entries(zip)) {
                String name = entry.getName();
                boolean isClass = name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
                if (mavens(name) && library
                        || isClass && reached != null && !reached.contains(name.replaceAll("\\.class$", ""))) {
                    continue;
                }
                byte[] content = zip.getInputStream(entry).readAllBytes();
                if (isClass) {
                    content = library ? WithoutDebug.of(content) : WithoutDebug.withLines(content);
                }
                CRC32 checksum = new CRC32();
                checksum.update(content);
                ZipEntry copy = new ZipEntry(name);
                // the same content is the same file, whenever it is made
                copy.setTime(0);
                copy.setSize(content.length);
                copy.setCrc(checksum.getValue());
                out.putNextEntry(copy);
                out.write(content);
            }
        }
    }

    /** What Maven leaves in jars; JavaCPP reads the version of its bindings there. */
    private static boolean mavens(String name) {
        return name.startsWith("META-INF/maven/") && !name.endsWith("/pom.properties");
    }

    /** Files only; of names that come twice the first one, which is the one that Java reads. */
    static List<ZipEntry> entries(ZipFile zip) {
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

    /** Line numbers and names of local variables are a fifth of classes. */
    private static final class WithoutDebug {
        /** The program's own keep the lines, which traces of errors name. */
        private static byte[] withLines(byte[] code) {
            org.objectweb.asm.ClassWriter writer = new org.objectweb.asm.ClassWriter(0);
            int api = org.objectweb.asm.Opcodes.ASM9;
            new org.objectweb.asm.ClassReader(code)
                    .accept(
                            new org.objectweb.asm.ClassVisitor(api, writer) {
                                @Override
                                public org.objectweb.asm.MethodVisitor visitMethod(
                                        int access, String name, String type, String signature, String[] exceptions) {
                                    return new org.objectweb.asm.MethodVisitor(
                                            api, super.visitMethod(access, name, type, signature, exceptions)) {
                                        @Override
                                        public void visitLocalVariable(
                                                String variable,
                                                String descriptor,
                                                String generic,
                                                org.objectweb.asm.Label start,
                                                org.objectweb.asm.Label end,
                                                int index) {}
                                    };
                                }
                            },
                            0);
            return writer.toByteArray();
        }

        private static byte[] of(byte[] code) {
            org.objectweb.asm.ClassWriter writer = new org.objectweb.asm.ClassWriter(0);
            new org.objectweb.asm.ClassReader(code).accept(writer, org.objectweb.asm.ClassReader.SKIP_DEBUG);
            return writer.toByteArray();
        }
    }

    /**
     * Which classes of libraries a program can reach: those whose names stand in its own files, in the libraries' resources or native
     * libraries, and in classes reached so far, as types or as texts, with dots or slashes. That is more than it uses; what composes names
     * from parts would miss its class, and say which.
     */
    private static final class Reach {
        private static final int LARGEST_RESOURCE = 2_000_000;

        private final Map<String, byte[]> classes = new HashMap<>();
        private final List<byte[]> resources = new ArrayList<>();
        private final Set<String> byOwn = new TreeSet<>();

        /** @param own folders of the program's own files, separated by colons */
        Reach(String own, List<String> jars) throws IOException {
            for (String jar : jars) {
                try (ZipFile zip = new ZipFile(jar)) {
                    for (ZipEntry entry : entries(zip)) {
                        String name = entry.getName();
                        byte[] content = zip.getInputStream(entry).readAllBytes();
                        if (name.endsWith(".class")) {
                            classes.putIfAbsent(name.substring(0, name.length() - ".class".length()), content);
                        } else if (content.length < LARGEST_RESOURCE && !name.startsWith("META-INF/maven/")) {
                            resources.add(content);
                        }
                    }
                }
            }
            for (String folder : own.split(":")) {
                try (Stream<Path> files = Files.walk(Path.of(folder))) {
                    for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                        if (file.toString().matches(".*(\\.class|/META-INF/services/.*|\\.properties|\\.xml|\\.so(\\.\\d+)*)")
                                && !file.toString().contains("libnd4jcpu")
                                && !file.toString().contains("libopenblas.")) {
                            byOwn.addAll(new Names(classes).in(Files.readAllBytes(file)));
                        }
                    }
                }
            }
        }

        Set<String> namedByOwn() {
            return byOwn;
        }

        Set<String> reached() {
            Set<String> roots = new TreeSet<>(byOwn);
            Names names = new Names(classes);
            resources.forEach(resource -> roots.addAll(names.in(resource)));
            // loggers are looked for by the facade, and by nobody else
            classes.keySet().stream().filter(name -> name.startsWith("org/slf4j/")).forEach(roots::add);
            return names.reachedFrom(roots);
        }
    }

    /** Names of classes as they stand in class files, and what can be reached by them. */
    private record Names(Map<String, byte[]> classes) {
        Set<String> reachedFrom(Set<String> roots) {
            Set<String> reached = new TreeSet<>();
            Deque<String> left = new ArrayDeque<>(roots);
            while (!left.isEmpty()) {
                String name = left.remove();
                if (reached.add(name)) {
                    for (String next : in(classes.get(name))) {
                        if (!reached.contains(next)) {
                            left.add(next);
                        }
                    }
                }
            }
            return reached;
        }

        /** All names of classes within the bytes: a class file's constants are text between other bytes. */
        Set<String> in(byte[] content) {
            Set<String> found = new TreeSet<>();
            int start = -1;
            for (int i = 0; i <= content.length; i++) {
                boolean inName = i < content.length && partOfName(content[i]);
                if (inName && start < 0) {
                    start = i;
                } else if (!inName && start >= 0) {
                    if (i - start > 3) {
                        add(new String(content, start, i - start, StandardCharsets.ISO_8859_1).replace('.', '/'), found);
                    }
                    start = -1;
                }
            }
            return found;
        }

        private static boolean partOfName(byte letter) {
            return letter >= 'a' && letter <= 'z'
                    || letter >= 'A' && letter <= 'Z'
                    || letter >= '0' && letter <= '9'
                    || letter == '_' || letter == '$' || letter == '/' || letter == '.';
        }

        /** A descriptor's L, a constant's length or an array's mark may stand in front of the name, and look like a letter of it. */
        private void add(String text, Set<String> found) {
            for (int from = 0; from <= 2 && from < text.length(); from++) {
                String name = text.substring(from);
                if (classes.containsKey(name)) {
                    found.add(name);
                } else {
                    // a.b.Outer.Inner, and a.b.Outer.member
                    for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
                        String outer = name.substring(0, slash);
                        String inner = outer + "$" + name.substring(slash + 1).replace('/', '$');
                        if (classes.containsKey(inner)) {
                            found.add(inner);
                        }
                        if (classes.containsKey(outer)) {
                            found.add(outer);
                            break;
                        }
                    }
                }
            }
        }
    }
}
