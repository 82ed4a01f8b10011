package org.steadygrad;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Internal;
import org.steadygrad.check.PublicApi;

/** Holds the directions in which packages may use each other. */
class ArchitectureTest {
    private static final String ROOT = "org.steadygrad.";

    /** Each package of the project, and which others of the project it may use; sub-packages follow their parent. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("check", Set.of()),
            Map.entry("platform", Set.of("check")),
            Map.entry("web", Set.of("check")),
            Map.entry("spec", Set.of("check")),
            Map.entry("ops", Set.of("check")),
            Map.entry("nn", Set.of("check", "ops")),
            Map.entry("model", Set.of("check", "spec", "ops", "nn", "data")),
            Map.entry("engine", Set.of("check", "spec", "ops", "nn", "model", "platform")),
            Map.entry("clip", Set.of("check", "spec", "ops", "nn", "model")),
            Map.entry("data", Set.of("check", "spec", "ops")),
            // a run's looks hand on the engine's traces of layers
            Map.entry("runlog", Set.of("check", "spec", "ops", "model", "engine")),
            Map.entry("health", Set.of("check", "spec", "ops", "nn", "model", "engine", "data", "runlog")),
            Map.entry("report", Set.of("check", "ops", "engine", "runlog")),
            Map.entry("forensics", Set.of("check", "spec", "ops", "model", "engine", "data", "health", "runlog")),
            Map.entry(
                    "train",
                    Set.of(
                            "check",
                            "spec",
                            "ops",
                            "nn",
                            "model",
                            "engine",
                            "clip",
                            "data",
                            "runlog",
                            "health",
                            "forensics",
                            "report",
                            "platform")),
            Map.entry(
                    "diagnose",
                    Set.of(
                            "check", "spec", "ops", "nn", "model", "engine", "clip", "data", "runlog", "health",
                            "train")),
            Map.entry("exchange", Set.of("check", "spec", "ops", "nn", "model", "engine", "data")),
            Map.entry("bench", Set.of("check", "spec", "ops", "engine", "clip", "data", "runlog", "train", "platform")),
            Map.entry("predict", Set.of("check", "spec", "model", "engine", "data", "train")),
            Map.entry("serve", Set.of("check", "predict", "web")),
            Map.entry("live", Set.of("check", "report", "runlog", "web")),
            Map.entry("tensorboard", Set.of("check", "ops", "engine", "runlog")),
            Map.entry(
                    "cli",
                    Set.of(
                            "check",
                            "spec",
                            "ops",
                            "nn",
                            "model",
                            "engine",
                            "clip",
                            "data",
                            "runlog",
                            "health",
                            "forensics",
                            "train",
                            "diagnose",
                            "bench",
                            "exchange",
                            "predict",
                            "serve",
                            "platform",
                            "report",
                            "live",
                            "tensorboard")));

    /** Types with so few variants are told apart anywhere. */
    private static final int FEW_VARIANTS = 3;

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.steadygrad");
    }

    @Test
    void packagesUseOnlyThoseBelowThem() {
        Set<String> offences = new TreeSet<>();
        for (JavaClass from : classes) {
            String user = area(from);
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(to -> to.getPackageName().startsWith("org.steadygrad"))
                    .filter(to -> !area(to).equals(user)
                            && !MAY_USE.getOrDefault(user, Set.of()).contains(area(to)))
                    .forEach(to -> offences.add(from.getName() + " uses " + to.getName()));
        }
        assertEquals(Set.of(), offences, "the directions are those of MAY_USE in this test");
    }

    @Test
    void everyPackageIsKnownHere() {
        List<String> unknown = new ArrayList<>();
        classes.stream()
                .map(ArchitectureTest::area)
                .distinct()
                .filter(area -> !MAY_USE.containsKey(area))
                .forEach(unknown::add);
        assertEquals(List.of(), unknown, "add the package to MAY_USE, with the packages it may use");
    }

    @Test
    void theTableItselfHasNoCycle() {
        Set<String> settled = new TreeSet<>();
        while (settled.size() < MAY_USE.size()) {
            Set<String> next = new TreeSet<>();
            MAY_USE.forEach((area, below) -> {
                if (!settled.contains(area) && settled.containsAll(below)) {
                    next.add(area);
                }
            });
            assertEquals(false, next.isEmpty(), "a cycle among those not in " + settled);
            settled.addAll(next);
        }
    }

    @Test
    void enginesDoNotKnowEachOther() {
        slices().matching("org.steadygrad.engine.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        JavaClass.Predicates.resideInAPackage("org.steadygrad.engine.."),
                        JavaClass.Predicates.resideInAnyPackage(
                                "org.steadygrad.engine.plan..",
                                "org.steadygrad.engine.program..",
                                "org.steadygrad.engine.trace.."))
                .allowEmptyShould(true)
                .check(classes);
    }

    /** What assembles an engine uses its rooms, never the other way round, and rooms form no cycle. */
    @Test
    void roomsOfAnEngineDoNotKnowWhatIsBuiltOfThem() {
        for (String engine : List.of("cpu", "cuda")) {
            String top = "org.steadygrad.engine." + engine;
            ArchRuleDefinition.noClasses()
                    .that()
                    .resideInAPackage(top + ".*..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(top)
                    .check(classes);
            slices().matching(top + ".(*)..").should().beFreeOfCycles().check(classes);
        }
        slices().matching("org.steadygrad.engine.(*)").should().beFreeOfCycles().check(classes);
    }

    /** Guard, then checkpoints, then the run that has both. */
    @Test
    void roomsOfTrainingDoNotKnowTheRun() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAnyPackage("org.steadygrad.train.guard", "org.steadygrad.train.checkpoint")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.steadygrad.train")
                .check(classes);
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage("org.steadygrad.train.guard")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.steadygrad.train.checkpoint")
                .check(classes);
    }

    @Test
    void onlyTheNativeEnginesKnowJavaCpp() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("org.steadygrad.engine.cpu..", "org.steadygrad.engine.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(classes);
    }

    @Test
    void onlyCommandsPrint() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("org.steadygrad.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(classes);
    }

    @Test
    void nothingDeserialisesJavaObjects() {
        ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.io.ObjectInputStream.class)
                .check(classes);
    }

    @Test
    void everyPackageIsForUsersOrInternal() {
        Set<String> offences = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getPackage().isAnnotatedWith(PublicApi.class)
                    == type.getPackage().isAnnotatedWith(Internal.class)) {
                offences.add(type.getPackageName());
            }
        }
        assertEquals(
                Set.of(),
                offences,
                "package-info.java says what a package is for, and carries either @PublicApi or @Internal");
    }

    /** Users can name and keep everything that the API asks for and gives. */
    @Test
    void theApiNamesNothingInternal() {
        Set<String> offences = new TreeSet<>();
        for (JavaClass type : classes) {
            if (visible(type) && type.getPackage().isAnnotatedWith(PublicApi.class)) {
                named(type)
                        .map(JavaClass::getBaseComponentType)
                        .filter(named -> named.getPackage().isAnnotatedWith(Internal.class))
                        .forEach(named -> offences.add(type.getName() + " names " + named.getName()));
            }
        }
        assertEquals(Set.of(), offences, "a signature of the API leads to an internal type");
    }

    /** Whether users can see the type; one within another is visible if both are. */
    private static boolean visible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::visible).orElse(true);
    }

    /** What the visible part of a type says that it takes, gives, throws, extends and implements. */
    private static Stream<JavaClass> named(JavaClass type) {
        Stream<JavaType> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> fields =
                type.getFields().stream().filter(ArchitectureTest::visible).map(JavaField::getType);
        Stream<JavaType> calls = type.getCodeUnits().stream()
                .filter(ArchitectureTest::visible)
                .flatMap(call -> Stream.concat(
                        Stream.of(call.getReturnType()),
                        Stream.concat(call.getParameterTypes().stream(), call.getExceptionTypes().stream())));
        return Stream.of(parents, fields, calls)
                .flatMap(types -> types)
                .flatMap(named -> named.getAllInvolvedRawTypes().stream());
    }

    private static boolean visible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    /** What users copy from shows what is there for them. */
    @Test
    void examplesUseTheApiAlone() throws IOException {
        Pattern imported = Pattern.compile("import (?:static )?(org\\.steadygrad\\.[a-z.]+)\\.[A-Z]");
        Set<String> used = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("examples/src"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                imported.matcher(Files.readString(file)).results().forEach(found -> used.add(found.group(1)));
            }
        }
        assertEquals(false, used.isEmpty());
        used.removeIf(
                name -> classes.containPackage(name) && classes.getPackage(name).isAnnotatedWith(PublicApi.class));
        used.removeIf(name -> name.startsWith("org.steadygrad.examples"));
        assertEquals(Set.of(), used);
    }

    private static String area(JavaClass type) {
        String rest = (type.getPackageName() + ".").substring(ROOT.length());
        return rest.substring(0, Math.max(0, rest.indexOf('.')));
    }

    /** A chain of tests takes a variant that is added later for something else; a table of cases doesn't load without it. */
    @Test
    void whatDistinguishesMostVariantsOfATypeSaysSomethingOfEach() {
        List<String> chains = new ArrayList<>();
        for (JavaClass sealed : classes) {
            Set<Class<?>> variants = sealed.reflect().isSealed() ? Cases.variants(sealed.reflect()) : Set.of();
            if (variants.size() > FEW_VARIANTS) {
                classes.forEach(asking -> chains.addAll(chains(asking, sealed, variants)));
            }
        }
        assertEquals(List.of(), chains);
    }

    private static List<String> chains(JavaClass asking, JavaClass sealed, Set<Class<?>> variants) {
        Map<String, Set<String>> asked = new TreeMap<>();
        asking.getInstanceofChecks().stream()
                .filter(check -> variants.contains(check.getRawType().reflect()))
                .forEach(check -> asked.computeIfAbsent(check.getOwner().getName(), name -> new TreeSet<>())
                        .add(check.getRawType().getSimpleName()));
        List<String> chains = new ArrayList<>();
        asked.forEach((method, names) -> {
            if (names.size() > 1 && 2 * names.size() > variants.size()) {
                chains.add(asking.getName() + "." + method + " asks for " + names + " of " + sealed.getSimpleName());
            }
        });
        return chains;
    }
}
