package org.steadygrad.spec.yaml;

import java.util.function.UnaryOperator;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;

/**
 * Run files as runs left them, every default filled in. A key that one lacks all the same came after it, and has the value
 * that its run went by, not today's default.
 */
final class SavedRunFiles {
    private static final String FORMULA = "formula";

    private SavedRunFiles() {}

    /** @param root of a saved run file @return the same with what later versions ask for */
    static Node completed(Node root) {
        return within(root, "training", training -> within(training, "updater", SavedRunFiles::updater));
    }

    private static Node updater(Node updater) {
        Node completed = updater;
        for (var rule : Schema.variants(UpdaterSpec.class).entrySet()) {
            if (Schema.component(rule.getValue(), FORMULA) != null) {
                completed = within(completed, rule.getKey(), SavedRunFiles::formula);
            }
        }
        return completed;
    }

    private static Node formula(Node settings) {
        if (!(settings instanceof Node.Mapping mapping) || mapping.entries().containsKey(FORMULA)) {
            return settings;
        }
        Node.Scalar nd4j = new Node.Scalar(settings.place(), Schema.constantName(UpdaterFormula.ND4J), false);
        return mapping.with(FORMULA, new Node.Entry(settings.place(), nd4j));
    }

    private static Node within(Node node, String key, UnaryOperator<Node> change) {
        if (!(node instanceof Node.Mapping mapping) || !mapping.entries().containsKey(key)) {
            return node;
        }
        Node.Entry entry = mapping.entries().get(key);
        return mapping.with(key, new Node.Entry(entry.keyPlace(), change.apply(entry.value())));
    }
}
