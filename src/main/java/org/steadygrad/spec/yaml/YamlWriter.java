package org.steadygrad.spec.yaml;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Writes records as YAML, components in their order, variants always as {@code name: {settings}}, nulls left out. */
final class YamlWriter {
    private YamlWriter() {}

    static String write(Record spec) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(2);
        options.setSplitLines(false);
        // equal lists may be one object, which would be written once and pointed to
        options.setDereferenceAliases(true);
        options.setNonPrintableStyle(DumperOptions.NonPrintableStyle.ESCAPE);
        return new Yaml(options).dump(plain(spec, false));
    }

    /** @param choice whether the place wants a sealed interface, so that a record has to say its name */
    private static Object plain(Object value, boolean choice) {
        if (value instanceof Enum<?> constant) {
            return Schema.constantName(constant);
        }
        if (value instanceof Record record) {
            Map<String, Object> components = components(record);
            return choice ? Map.of(Schema.variantName(record.getClass()), components) : components;
        }
        return value;
    }

    private static Map<String, Object> components(Record record) {
        Map<String, Object> components = new LinkedHashMap<>();
        for (RecordComponent component : Schema.components(record.getClass())) {
            Object value = get(record, component);
            if (value instanceof List<?> list) {
                boolean choice = Schema.elementType(component.getGenericType()).isSealed();
                components.put(
                        component.getName(),
                        list.stream().map(item -> plain(item, choice)).toList());
            } else if (value != null) {
                components.put(
                        component.getName(), plain(value, component.getType().isSealed()));
            }
        }
        return components;
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record " + record.getClass().getName() + " can't be read.", e);
        }
    }
}
