package org.steadygrad.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A run file as it stands, and its values by the path of their key. What the keys mean isn't asked, so that files of other versions
 * are shown too.
 *
 * @param text the file's
 * @param values by path, such as {@code model.layers[0].stack.depth}, in the file's order
 */
record Configuration(String text, Map<String, String> values) {
    static final Configuration NONE = new Configuration("", Map.of());

    /**
     * Reads a run file.
     *
     * @param source what errors call the text
     * @throws InvalidInputException with the line, when it is no YAML
     */
    static Configuration of(String text, String source) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            flatten("", new Yaml(new SafeConstructor(new LoaderOptions())).load(text), values);
        } catch (MarkedYAMLException e) {
            String line = e.getProblemMark() == null
                    ? ""
                    : ", line " + (e.getProblemMark().getLine() + 1);
            throw damaged(source + line, String.valueOf(e.getProblem()), e);
        } catch (YAMLException e) {
            throw damaged(source, e.getMessage(), e);
        }
        return new Configuration(text, values);
    }

    private static InvalidInputException damaged(String place, String problem, Exception cause) {
        return new InvalidInputException(
                place + ": expected a run file, got text that isn't YAML (" + problem
                        + "). Mend the file or remove it.",
                cause);
    }

    private static void flatten(String path, Object node, Map<String, String> values) {
        if (node instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((key, value) -> flatten(path.isEmpty() ? "" + key : path + "." + key, value, values));
        } else if (node instanceof List<?> list && !list.isEmpty()) {
            for (int i = 0; i < list.size(); i++) {
                flatten(path + "[" + i + "]", list.get(i), values);
            }
        } else if (!path.isEmpty()) {
            values.put(path, String.valueOf(node));
        }
    }
}
