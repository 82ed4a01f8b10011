package org.steadygrad.spec.yaml;

import java.util.List;
import java.util.function.UnaryOperator;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;

/**
 * Run files as runs left them, every default filled in. A key that one lacks all the same came after it, and has the value
 * that its run went by, not today's default.
 */
final class SavedRunFiles {
    private static final String FORMULA = "formula";
    private static final String LOSS = "loss";
    private static final String TRANSFORM = "transform";

    private SavedRunFiles() {}

    /** @param root of a saved run file @return the same with what later versions ask for */
    static Node completed(Node root) {
        Node known = within(root, "data", SavedRunFiles::values);
        return within(known, "training", training -> lossMean(within(training, "updater", SavedRunFiles::updater)));
    }

    /** Early versions knew DL4J's mean only. */
    private static Node lossMean(Node training) {
        return with(training, LOSS, LossMean.PER_EXAMPLE);
    }

    /** Early versions learnt values. */
    private static Node values(Node data) {
        Node completed = data;
        for (String kind : List.of("csv", "series")) {
            completed = within(completed, kind, settings -> with(settings, TRANSFORM, DataSpec.Transform.NONE));
        }
        return completed;
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
        return with(settings, FORMULA, UpdaterFormula.ND4J);
    }

    /** A mapping that lacks a key with a word for it. */
    private static Node with(Node settings, String key, Enum<?> value) {
        if (!(settings instanceof Node.Mapping mapping) || mapping.entries().containsKey(key)) {
            return settings;
        }
        Node.Scalar word = new Node.Scalar(settings.place(), Schema.constantName(value), false);
        return mapping.with(key, new Node.Entry(settings.place(), word));
    }

    private static Node within(Node node, String key, UnaryOperator<Node> change) {
        if (!(node instanceof Node.Mapping mapping) || !mapping.entries().containsKey(key)) {
            return node;
        }
        Node.Entry entry = mapping.entries().get(key);
        return mapping.with(key, new Node.Entry(entry.keyPlace(), change.apply(entry.value())));
    }
}
