package org.steadygrad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.PublicApi;
import org.steadygrad.spec.Doc;

/** What a reader of the API's documentation finds: a comment for whatever can be called, and comments that are well formed. */
class PublicDocumentationTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final List<String> PACKAGES = new ArrayList<>();
    private static final List<String> BARE = new ArrayList<>();
    private static DiagnosticCollector<JavaFileObject> diagnostics;

    @BeforeAll
    static void compile() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path file : sources("package-info.java")) {
            if (Files.readString(file).contains("@" + PublicApi.class.getSimpleName())) {
                Path folder = file.getParent();
                PACKAGES.add(SOURCES.relativize(folder)
                        .toString()
                        .replace(folder.getFileSystem().getSeparator(), "."));
                try (Stream<Path> entries = Files.list(folder)) {
                    entries.filter(f -> f.toString().endsWith(".java")).forEach(files::add);
                }
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none",
                    "-Xmaxwarns",
                    "1000",
                    "-Xdoclint:html/protected",
                    "-Xdoclint:syntax/protected",
                    "-Xdoclint:reference/protected",
                    "-Xdoclint:accessibility/protected",
                    "-Xdoclint/package:" + String.join(",", PACKAGES),
                    "-classpath",
                    System.getProperty("java.class.path"));
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, diagnostics, options, null, manager.getJavaFileObjectsFromPaths(files));
            Iterable<? extends CompilationUnitTree> units = task.parse();
            task.analyze();
            DocTrees trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : units) {
                unit.getTypeDecls().forEach(tree -> visit(trees.getElement(TreePath.getPath(unit, tree)), trees));
            }
        }
    }

    private static List<Path> sources(String name) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(f -> f.endsWith(name)).sorted().toList();
        }
    }

    private static void visit(Element element, DocTrees trees) {
        if (element == null || !isOpen(element)) {
            return;
        }
        if (needsComment(element, trees)) {
            DocCommentTree comment = trees.getDocCommentTree(element);
            if (comment == null
                    || (comment.getFullBody().isEmpty()
                            && comment.getBlockTags().isEmpty())) {
                BARE.add(element.getEnclosingElement() + ": " + element);
            }
        }
        if (element instanceof TypeElement type) {
            type.getEnclosedElements().forEach(inner -> visit(inner, trees));
        }
    }

    private static boolean isOpen(Element element) {
        Set<Modifier> modifiers = element.getModifiers();
        return modifiers.contains(Modifier.PUBLIC) || modifiers.contains(Modifier.PROTECTED);
    }

    /** Not what says itself or is described elsewhere: constants of an enum, components and checks of records, overriding methods, keys of run files. */
    private static boolean needsComment(Element element, DocTrees trees) {
        if (element.getAnnotation(Doc.class) != null
                || element.getKind() == ElementKind.RECORD_COMPONENT
                || element.getKind() == ElementKind.ENUM_CONSTANT
                || trees.getTree(element) == null) {
            return false;
        }
        boolean ofRecord = element.getEnclosingElement().getKind() == ElementKind.RECORD;
        if (element instanceof ExecutableElement method) {
            return method.getAnnotation(Override.class) == null
                    && !(method.getKind() == ElementKind.CONSTRUCTOR
                            && (ofRecord || method.getParameters().isEmpty() || isLayer(method)))
                    && !(ofRecord && isAccessor(method));
        }
        return true;
    }

    /** DL4J makes layers from their configurations. */
    private static boolean isLayer(ExecutableElement constructor) {
        return constructor.getParameters().stream()
                .anyMatch(p -> p.asType().toString().equals("org.deeplearning4j.nn.conf.NeuralNetConfiguration"));
    }

    private static boolean isAccessor(ExecutableElement method) {
        return method.getParameters().isEmpty()
                && ((TypeElement) method.getEnclosingElement())
                        .getRecordComponents().stream()
                                .anyMatch(c -> c.getSimpleName().equals(method.getSimpleName()));
    }

    @Test
    void whateverCanBeCalledHasAComment() {
        assertEquals("", String.join("\n", BARE), () -> BARE.size() + " without a comment");
    }

    @Test
    void commentsAreWellFormed() {
        List<String> wrong = diagnostics.getDiagnostics().stream()
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR
                        || d.getCode().startsWith("compiler.warn.proc")
                        || d.getCode().contains("doc"))
                .map(Diagnostic::toString)
                .toList();
        assertEquals(List.of(), wrong);
    }
}
