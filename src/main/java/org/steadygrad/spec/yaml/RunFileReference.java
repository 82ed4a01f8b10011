package org.steadygrad.spec.yaml;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.steadygrad.spec.Absent;
import org.steadygrad.spec.Default;
import org.steadygrad.spec.RunSpec;

/** The run-file reference, generated from the records so that it can't drift from them. */
public final class RunFileReference {
    private static final String FORMS =
            """
            A run file is YAML. Where one of several things is to be named (data, layers, updater, clip ...), these say
            the same: `gru: {units: 256}`, `gru: 256` (a value alone goes to the first key), `{kind: gru, units: 256}`;
            a name alone, such as `adam`, leaves every key at its default. `--set key=value` changes one value, for
            example `--set training.epochs=3` or `--set model.layers[0].gru.units=128` (counted from 0).

            """;
    private static final String TABLE_HEAD = "| key | value | default | meaning |\n|---|---|---|---|\n";

    private final StringBuilder out = new StringBuilder();
    private final Set<Class<?>> seen = new LinkedHashSet<>();
    private final Deque<Class<?>> sections = new ArrayDeque<>();
    private final Deque<Class<?>> enums = new ArrayDeque<>();

    private RunFileReference() {}

    /** Returns the reference as Markdown: a section for each part of a run file, then one for each set of words. */
    public static String markdown() {
        RunFileReference reference = new RunFileReference();
        reference.out.append(FORMS);
        reference.link(RunSpec.class);
        while (!reference.sections.isEmpty()) {
            reference.section(reference.sections.poll());
        }
        while (!reference.enums.isEmpty()) {
            reference.enumeration(reference.enums.poll());
        }
        return reference.out.toString().strip() + "\n";
    }

    private void section(Class<?> type) {
        heading(type);
        if (type.isRecord()) {
            table(type);
            return;
        }
        out.append("One of these:\n\n");
        for (Map.Entry<String, Class<?>> variant : Schema.variants(type).entrySet()) {
            out.append("**`").append(variant.getKey()).append("`**: ");
            out.append(cell(Schema.doc(variant.getValue()))).append("\n\n");
            if (!Schema.components(variant.getValue()).isEmpty()) {
                table(variant.getValue());
            }
        }
    }

    private void table(Class<?> record) {
        out.append(TABLE_HEAD);
        for (RecordComponent component : Schema.components(record)) {
            String range = Ranges.of(record, component);
            out.append("| `").append(component.getName()).append("` | ");
            out.append(label(component.getGenericType()));
            out.append(range.isEmpty() ? "" : ", " + cell(range)).append(" | ");
            out.append(standard(component)).append(" | ");
            out.append(cell(Schema.doc(component))).append(" |\n");
        }
        out.append('\n');
    }

    private static String standard(RecordComponent component) {
        if (component.isAnnotationPresent(Default.class)) {
            return "`" + cell(component.getAnnotation(Default.class).value()) + "`";
        }
        return component.isAnnotationPresent(Absent.class)
                ? cell(component.getAnnotation(Absent.class).value())
                : "**required**";
    }

    private void enumeration(Class<?> type) {
        heading(type);
        out.append("| word | meaning |\n|---|---|\n");
        Schema.constants(type).forEach((name, constant) -> out.append("| `" + name + "` | ")
                .append(cell(Schema.doc(constant)))
                .append(" |\n"));
        out.append('\n');
    }

    private void heading(Class<?> type) {
        out.append("<a id=\"").append(anchor(type)).append("\"></a>\n");
        out.append("### ").append(heading(type, ": ")).append("\n\n");
    }

    /** What a key of this type takes; sees to it that the type gets a section. */
    private String label(Type type) {
        Class<?> element = Schema.elementType(type);
        if (element != null) {
            return "list: " + label(element);
        }
        Class<?> plain = (Class<?>) type;
        if (!plain.isEnum() && Schema.isScalar(plain)) {
            return Scalars.expected(plain).replaceFirst("^a ", "");
        }
        return link(plain);
    }

    private String link(Class<?> type) {
        if (seen.add(type)) {
            (type.isEnum() ? enums : sections).add(type);
        }
        return "[" + title(type).toLowerCase(Locale.ROOT) + "](#" + anchor(type) + ")";
    }

    /**
     * Returns {@code Health: loss} for {@code HealthSpec.Loss}: what is part of another has its name before its own, since others have
     * parts of the same name.
     */
    private static String heading(Class<?> type, String separator) {
        Class<?> whole = type.getEnclosingClass();
        String own = title(type);
        return whole == null ? own : title(whole) + separator + own.toLowerCase(Locale.ROOT);
    }

    /** Returns {@code Early stopping} for {@code EarlyStoppingSpec}. */
    private static String title(Class<?> type) {
        if (type == RunSpec.class) {
            return "Run file";
        }
        String words = type.getSimpleName()
                .replaceFirst("(Spec|Kind)$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String anchor(Class<?> type) {
        return "run-file-" + heading(type, "-").toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
