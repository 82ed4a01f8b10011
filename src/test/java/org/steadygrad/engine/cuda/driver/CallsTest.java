package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the engine's calls of CUDA to those that both versions of the bindings have, and the list of them complete. */
class CallsTest {
    private static final String GLOBAL = "org.bytedeco.cuda.global.";
    private static final Path LIST = Path.of("src/main/resources/org/steadygrad/engine/cuda/driver", NeededCalls.FILE);

    /** @param types of the result and the parameters, as {@link Class#getName()} has them */
    private record Call(String owner, String name, List<String> types) implements Comparable<Call> {
        @Override
        public int compareTo(Call other) {
            return toString().compareTo(other.toString());
        }
    }

    private static Set<Call> calls;

    @BeforeAll
    static void readCalls() {
        calls = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.steadygrad")) {
            type.getCodeUnitCallsFromSelf().forEach(call -> add(call.getTarget()));
            type.getCodeUnitReferencesFromSelf().forEach(reference -> add(reference.getTarget()));
        }
    }

    private static void add(CodeUnitAccessTarget target) {
        if (target.getOwner().getName().startsWith(GLOBAL)) {
            List<String> types =
                    new ArrayList<>(List.of(target.getRawReturnType().getName()));
            target.getRawParameterTypes().forEach(type -> types.add(type.getName()));
            calls.add(new Call(target.getOwner().getName(), target.getName(), types));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.6-9.5-1.5.11", "13.1-9.19-1.5.13"})
    void everyCallIsInTheBindings(String version) throws Exception {
        Path jar = Path.of("target/cuda-bindings", "cuda-" + version + ".jar");
        URL[] jars = {
            jar.toUri().toURL(),
            Loader.class.getProtectionDomain().getCodeSource().getLocation()
        };
        Set<Call> missing = new TreeSet<>(calls);
        try (URLClassLoader bindings = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
            for (String owner : calls.stream().map(Call::owner).collect(Collectors.toSet())) {
                for (Method method : Class.forName(owner, false, bindings).getDeclaredMethods()) {
                    List<String> types =
                            new ArrayList<>(List.of(method.getReturnType().getName()));
                    Stream.of(method.getParameterTypes()).forEach(type -> types.add(type.getName()));
                    missing.remove(new Call(owner, method.getName(), types));
                }
            }
        }
        assertEquals(Set.of(), missing, "not in org.bytedeco:cuda:" + version);
    }

    @Test
    void theListHoldsEveryFunctionThatIsCalled() throws Exception {
        List<String> names = calls.stream().map(Call::name).distinct().sorted().toList();
        List<String> lines = Files.readAllLines(LIST);
        if (Boolean.getBoolean("calls.update")) {
            Files.write(
                    LIST, Stream.concat(lines.stream().limit(1), names.stream()).toList());
            return;
        }
        assertEquals(
                names, lines.subList(1, lines.size()), "renew it with: mvn -Dtest=CallsTest -Dcalls.update=true test");
    }

    /** What the probe looks for in CUDA's libraries must be what the bindings' native part takes from them. */
    @Test
    void theNamesAreThoseOfTheLibraries(@TempDir Path folder) throws Exception {
        assumeTrue(Bindings.resource("libjnicudart.so"), "the bindings' native part is there on Linux");
        Set<String> taken = new TreeSet<>();
        for (String part : List.of("cudart", "nvrtc", "cublas", "cudnn")) {
            Path file = folder.resolve(part);
            String resource = Bindings.resources() + "libjni" + part + ".so";
            try (InputStream in = CallsTest.class.getClassLoader().getResourceAsStream(resource)) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
            taken.addAll(DynamicSymbols.read(file).undefined());
        }
        List<String> unknown = calls.stream()
                .map(Call::name)
                .filter(name -> !DynamicSymbols.offers(taken, name))
                .toList();
        assertEquals(List.of(), unknown, "the header gives these functions another name in the library");
    }
}
