import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Takes functions that nobody calls out of the native libraries of JavaCPP's bindings, which have one for each function of a library in C.
 *
 * <pre>java -cp ASM Bindings.java calls OWN-FOLDERS JAR...
 * java -cp ASM Bindings.java empty CALLS FOLDER</pre>
 *
 * {@code calls} prints the native methods of the bindings' global classes whose names stand in another class, or which their own class calls,
 * as "class method". {@code empty} leaves these in the libraries below the folder. Of the others the code is overwritten and the symbol taken away,
 * so that a call is an {@link UnsatisfiedLinkError} that names the method, as for a function that a library doesn't have.
 */
final class Bindings {
    private static final String GLOBAL = "org/bytedeco/[a-z]+/global/[A-Za-z_]+";
    /** Tags of a class's constants. */
    private static final int NAME_AND_TYPE = 12;

    private static final int TEXT = 8;

    private Bindings() {}

    public static void main(String[] args) throws IOException {
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        switch (args[0]) {
            case "calls" -> calls(rest.get(0), rest.subList(1, rest.size())).forEach(System.out::println);
            case "empty" -> {
                Set<String> called = new HashSet<>(Files.readAllLines(Path.of(rest.get(0))));
                try (Stream<Path> files = Files.walk(Path.of(rest.get(1)))) {
                    for (Path file : files.filter(Bindings::ofBindings).toList()) {
                        new Library(file).empty(called);
                    }
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static boolean ofBindings(Path file) {
        return file.getFileName().toString().matches("libjni.*\\.so") && file.toString().contains("/org/bytedeco/");
    }

    private static Set<String> calls(String own, List<String> jars) throws IOException {
        Map<String, Set<String>> natives = new TreeMap<>();
        Set<String> named = new HashSet<>();
        Set<String> calls = new TreeSet<>();
        for (byte[] code : classes(own, jars)) {
            ClassReader reader = new ClassReader(code);
            if (reader.getClassName().matches(GLOBAL)) {
                Declaration declaration = new Declaration();
                reader.accept(declaration, ClassReader.SKIP_FRAMES);
                natives.put(reader.getClassName(), declaration.natives);
                declaration.called.forEach(method -> calls.add(reader.getClassName() + " " + method));
            } else {
                texts(reader, named);
            }
        }
        natives.forEach((name, methods) -> methods.stream().filter(named::contains).forEach(method -> calls.add(name + " " + method)));
        return calls;
    }

    private static List<byte[]> classes(String own, List<String> jars) throws IOException {
        List<byte[]> classes = new ArrayList<>();
        for (String jar : jars) {
            try (ZipFile zip = new ZipFile(jar)) {
                for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                    ZipEntry entry = all.nextElement();
                    if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                        classes.add(zip.getInputStream(entry).readAllBytes());
                    }
                }
            }
        }
        for (String folder : own.split(":")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    classes.add(Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    /** All texts among a class's constants: names of methods that it calls, and of those that it may look for. */
    private static void texts(ClassReader reader, Set<String> texts) {
        char[] buffer = new char[reader.getMaxStringLength()];
        for (int i = 1; i < reader.getItemCount(); i++) {
            int at = reader.getItem(i);
            int tag = at == 0 ? 0 : reader.readByte(at - 1);
            if (tag == NAME_AND_TYPE || tag == TEXT) {
                texts.add(reader.readUTF8(at, buffer));
            }
        }
    }

    /** What a class of bindings declares as native, and what of it the class itself calls. */
    private static final class Declaration extends ClassVisitor {
        final Set<String> natives = new TreeSet<>();
        final Set<String> called = new TreeSet<>();

        Declaration() {
            super(Opcodes.ASM9);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
            if ((access & Opcodes.ACC_NATIVE) != 0) {
                natives.add(name);
            }
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String method, String type, boolean isInterface) {
                    called.add(method);
                }
            };
        }
    }

    /** A shared library in the ELF format for 64 bits, as far as its table of symbols. */
    private static final class Library {
        private static final int DYNSYM = 11;
        private static final int SYMBOL = 24;
        private static final String JAVA = "Java_";
        /** A breakpoint, so that code that is reached all the same doesn't go on. */
        private static final byte STOP = (byte) 0xCC;

        private final Path file;
        private final ByteBuffer bytes;
        /** Where the headers of sections begin, and how long one is. */
        private final int sections;

        private final int headerSize;

        Library(Path file) throws IOException {
            this.file = file;
            this.bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            this.sections = (int) bytes.getLong(0x28);
            this.headerSize = bytes.getShort(0x3A);
        }

        void empty(Set<String> called) throws IOException {
            for (int i = 0; i < bytes.getShort(0x3C); i++) {
                int header = sections + i * headerSize;
                if (bytes.getInt(header + 4) == DYNSYM) {
                    int names = sections + bytes.getInt(header + 0x28) * headerSize;
                    empty((int) bytes.getLong(header + 0x18), (int) bytes.getLong(header + 0x20), (int) bytes.getLong(names + 0x18), called);
                }
            }
            Files.write(file, bytes.array());
        }

        private void empty(int symbols, int length, int names, Set<String> called) {
            Set<Integer> kept = new HashSet<>();
            List<Integer> gone = new ArrayList<>();
            for (int at = symbols; at < symbols + length; at += SYMBOL) {
                String method = method(text(names + bytes.getInt(at)));
                if (method == null || called.contains(method)) {
                    kept.add((int) bytes.getLong(at + 8));
                } else {
                    gone.add(at);
                }
            }
            for (int at : gone) {
                int start = (int) bytes.getLong(at + 8);
                // several names of one function
                if (!kept.contains(start)) {
                    int section = sections + bytes.getShort(at + 6) * headerSize;
                    int code = start - (int) bytes.getLong(section + 0x10) + (int) bytes.getLong(section + 0x18);
                    Arrays.fill(bytes.array(), code, code + (int) bytes.getLong(at + 16), STOP);
                }
            }
            for (int at : gone) {
                int name = names + bytes.getInt(at);
                Arrays.fill(bytes.array(), name, name + text(name).length(), (byte) 0);
                // an address of 0 in no section: not defined here
                bytes.putInt(at, 0).putShort(at + 6, (short) 0).putLong(at + 8, 0).putLong(at + 16, 0);
            }
        }

        private String text(int at) {
            int end = at;
            while (bytes.get(end) != 0) {
                end++;
            }
            return new String(bytes.array(), at, end - at, StandardCharsets.ISO_8859_1);
        }

        /** "class method" of a symbol that stands for a global class's native method; null for all others. */
        private static String method(String symbol) {
            if (!symbol.startsWith(JAVA + "org_bytedeco_")) {
                return null;
            }
            StringBuilder path = new StringBuilder();
            for (int i = JAVA.length(); i < symbol.length(); i++) {
                char letter = symbol.charAt(i);
                boolean escape = letter == '_' && symbol.startsWith("1", i + 1);
                if (letter == '_' && symbol.startsWith("_", i + 1) && !symbol.startsWith("1", i + 2)) {
                    // types of the arguments, where several methods have one name
                    break;
                }
                path.append(escape ? '_' : letter == '_' ? '/' : letter);
                i += escape ? 1 : 0;
            }
            int end = path.lastIndexOf("/");
            String name = path.substring(0, end);
            String method = path.substring(end + 1);
            return name.matches(GLOBAL) ? name + " " + method : null;
        }
    }
}
