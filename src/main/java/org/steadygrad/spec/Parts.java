package org.steadygrad.spec;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * What the records' factories and their {@code with...} methods are made of. A component stays what it is in the record's header alone:
 * these find it by its name, and a test finds that each has them.
 */
final class Parts {
    private Parts() {}

    /**
     * A record with its defaults.
     *
     * @param required of the components that have none, in their order
     * @throws InvalidInputException as the record's constructor throws it
     */
    static <T extends Record> T of(Class<T> type, Object... required) {
        return RunFiles.of(type, required);
    }

    /**
     * A copy with another value of one component.
     *
     * @throws InvalidInputException as the record's constructor throws it
     */
    static <T extends Record> T with(T record, String component, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                boolean other = components[i].getName().equals(component);
                values[i] = other ? value : components[i].getAccessor().invoke(record);
                types[i] = components[i].getType();
            }
            @SuppressWarnings("unchecked")
            Class<T> type = (Class<T>) record.getClass();
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(
                    "The constructor of " + record.getClass().getName() + " failed.", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record " + record.getClass().getName() + " can't be made.", e);
        }
    }
}
