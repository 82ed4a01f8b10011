package org.steadygrad.exchange.onnx;

import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;

/**
 * A model as the file has it.
 *
 * @param opset version of ONNX's own operators
 * @param metadata texts by name
 * @param producer which program wrote it
 */
record OnnxModel(long opset, Map<String, String> metadata, String producer, Graph graph) {

    /**
     * A graph.
     *
     * @param initializers constants by name
     * @param inputs values that are given, without those that have an initializer
     */
    record Graph(
            String name,
            List<OnnxNode> nodes,
            Map<String, StoredArray> initializers,
            List<ValueInfo> inputs,
            List<ValueInfo> outputs) {}

    /**
     * What the file says of a value.
     *
     * @param elementType number of ONNX's data type; 0 if it isn't said
     * @param sizes of its axes: a number, a name, or an empty text where nothing is said; null if not even their number is known
     */
    record ValueInfo(String name, int elementType, List<String> sizes) {}

    /**
     * A node.
     *
     * @param inputs names of values; empty where an optional one is missing
     * @param attributes long, float, String, long[], float[], List of String, {@link StoredArray}, or {@link OnnxParser.Unread}
     */
    record OnnxNode(
            String name,
            String operator,
            String domain,
            List<String> inputs,
            List<String> outputs,
            Map<String, Object> attributes) {

        /** In words, for errors. */
        String who() {
            return "node " + (name.isEmpty() ? "of output " + outputs.get(0) : name) + " (" + operator + ")";
        }

        boolean has(int input) {
            return input < inputs.size() && !inputs.get(input).isEmpty();
        }

        boolean gives(int output) {
            return output < outputs.size() && !outputs.get(output).isEmpty();
        }

        long number(String attribute, long absent) {
            return get(attribute, Long.class, absent);
        }

        float decimal(String attribute, float absent) {
            return get(attribute, Float.class, absent);
        }

        String text(String attribute, String absent) {
            return get(attribute, String.class, absent);
        }

        long[] numbers(String attribute, long... absent) {
            return get(attribute, long[].class, absent);
        }

        float[] decimals(String attribute) {
            return get(attribute, float[].class, new float[0]);
        }

        @SuppressWarnings("unchecked")
        List<String> texts(String attribute) {
            return get(attribute, List.class, List.of());
        }

        private <T> T get(String attribute, Class<T> type, T absent) {
            Object value = attributes.get(attribute);
            if (value == null) {
                return absent;
            }
            // an empty list has no type in the file
            if (!type.isInstance(value)) {
                throw InvalidInputException.of(
                        who(),
                        "attribute " + attribute + " as " + type.getSimpleName(),
                        value.getClass().getSimpleName(),
                        "");
            }
            return type.cast(value);
        }

        /** @throws InvalidInputException that names attributes beyond these */
        void requireOnly(String... known) {
            List<String> names = List.of(known);
            attributes.keySet().stream()
                    .filter(name -> !names.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw refused("the attributes " + names, "attribute " + name);
                    });
        }

        /** Refuses an attribute whose value isn't what every reader does without it. */
        void require(String attribute, long expected) {
            long value = number(attribute, expected);
            if (value != expected) {
                throw refused(attribute + " = " + expected, attribute + " = " + value);
            }
        }

        InvalidInputException refused(String expected, Object got) {
            return refused(
                    expected, got, "Such a node can't be read; take it out of the model, or export it in another way.");
        }

        InvalidInputException refused(String expected, Object got, String remedy) {
            return InvalidInputException.of(
                    who(), expected, got instanceof String ? Text.plain((String) got) : got, remedy);
        }
    }

    /** A text that errors show without quotes. */
    record Text(String value) {
        static Text plain(String value) {
            return new Text(value);
        }

        @Override
        public String toString() {
            return value;
        }
    }
}
